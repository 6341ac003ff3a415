/** Where a vendor's secret may come: the places that its source declares, and no query unless it declares one. */
import { describe, expect, it } from "vitest";
import { salesforceSecret } from "../../lib/verification/salesforce-secret.ts";
import type { Scheme } from "../../lib/verification/scheme.ts";
import { defineSharedSecret, sharedSecret } from "../../lib/verification/shared-secret.ts";
import { toWebhook } from "../support/open-source.ts";

const SECRETS = [{ id: "current", value: "the-key-that.is~live_1" }];
const BASE = { scheme: "shared-secret", secrets: SECRETS };
const HEADER = defineSharedSecret({ in: ["header"], header: "X-Vendor" });
const QUERY = defineSharedSecret({ in: ["bearer"], parameter: "code" });

function parse(scheme: Scheme, settings: Readonly<Record<string, unknown>>) {
  return scheme.verifier({ test: false }).safeParse({ ...BASE, ...settings });
}

async function verdictOf(scheme: Scheme, settings: Readonly<Record<string, unknown>>, proof: object) {
  return parse(scheme, settings).data?.(toWebhook({ body: "{}", ...proof }));
}

const IN_QUERY = { query: "a=1&code=the-key%2Dthat.is~live_1" };

describe("a shared secret", () => {
  it.each([
    ["the usual header", HEADER, {}, { headers: { "x-vendor": "the-key-that.is~live_1" } }],
    ["a header of the connection's", HEADER, { header: "X-Own" }, { headers: { "x-own": "the-key-that.is~live_1" } }],
    ["the usual parameter", QUERY, { in: ["query"] }, IN_QUERY],
    ["a parameter of the connection's", QUERY, { in: ["query"], parameter: "Key.1" }, { query: "Key.1=the-key-that.is~live_1" }],
    ["one place of several", QUERY, { in: ["header", "query"], header: "x-own" }, IN_QUERY],
  ])("comes in %s", async (_where, scheme, settings, proof) => {
    expect(await verdictOf(scheme, settings, proof)).toEqual({ ok: true, secretId: "current" });
  });

  it.each([
    [
      "the usual header, where the connection has another",
      HEADER,
      { header: "X-Own" },
      { headers: { "x-vendor": "the-key-that.is~live_1" } },
    ],
    ["the query, where the connection does not say so", QUERY, {}, IN_QUERY],
    ["another parameter", QUERY, { in: ["query"] }, { query: "key=the-key-that.is~live_1" }],
    ["an empty parameter", QUERY, { in: ["query"] }, { query: "code=" }],
  ])("does not come in %s", async (_where, scheme, settings, proof) => {
    expect(await verdictOf(scheme, settings, proof)).toEqual(expect.objectContaining({ ok: false, reason: "missing-credential" }));
  });

  it.each([
    ["in the query, where the source declares none", sharedSecret, { in: ["query"] }, "in"],
    ["a parameter without the query", QUERY, { parameter: "code" }, "parameter"],
    ["a parameter that no address carries as it is", QUERY, { in: ["query"], parameter: "a&b" }, "parameter"],
    ["a secret that no address carries as it is", QUERY, { in: ["query"], secrets: [{ id: "a", value: "base64+base64" }] }, "secrets"],
    ["a header without its place", QUERY, { header: "x-own" }, "header"],
    ["the place without a header", sharedSecret, { in: ["header"] }, "header"],
  ])("is misconfigured %s", (_what, scheme, settings, field) => {
    expect(parse(scheme, settings).error?.issues.map(({ path }) => path[0])).toContain(field);
  });

  it("of Salesforce comes in the query with the organizations that may use it", async () => {
    const organizations = ["00D5g00000ABCDeEAH"];
    expect(await verdictOf(salesforceSecret, { organizations }, { query: "key=the-key-that.is~live_1" })).toEqual({
      ok: true,
      secretId: "current",
      claims: { organizations },
    });
    expect(await verdictOf(salesforceSecret, { organizations }, { query: "key=another" })).toEqual(
      expect.objectContaining({ ok: false, reason: "wrong-credential" }),
    );
  });
});
