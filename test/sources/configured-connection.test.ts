import { describe, expect, it } from "vitest";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { createDigestDecoy, createSecretDecoy } from "../../lib/sources/decoy-verifier.ts";
import { findSource, SOURCE_IDS } from "../../lib/sources/index.ts";

const VALUE = "key-of-the-connection";
const DOCUMENT = {
  schemaVersion: 1,
  source: "api",
  verification: { scheme: "shared-secret", secrets: [{ id: "current", value: VALUE }] },
  gateway: "site-a",
};
const CONNECTOR = { appId: "5a0e1f6c-8d0b-4c55-9d0f-9f1f5d1c7e21", appPassword: "password", serviceUrls: ["https://a.example/"] };

function webhook(headers: Readonly<Record<string, string>>) {
  return {
    method: "POST",
    url: "https://hooks.example.com",
    query: new URLSearchParams(),
    headers,
    body: new Uint8Array(),
    receivedAt: new Date("2026-11-23T07:00:00Z"),
  };
}

async function pathsIn(document: unknown): Promise<string[] | undefined> {
  const { error } = await ConfiguredConnection.safeParseAsync(document);
  return error?.issues.map(({ path }) => path.join("."));
}

describe("a connection's document, as a whole", () => {
  it("gives its settings, its source and what verifies its webhooks", async () => {
    const { settings, source, verify } = await ConfiguredConnection.parseAsync(DOCUMENT);
    expect(settings).toMatchObject({ gateway: "site-a", enabled: true });
    expect(source).toBe(await findSource("api"));
    expect(verify(webhook({ authorization: `Bearer ${VALUE}` }))).toEqual({ ok: true, secretId: "current" });
    expect(verify(webhook({ authorization: "Bearer another-key" }))).toEqual(
      expect.objectContaining({ ok: false, reason: "wrong-credential" }),
    );
  });

  it("need not name its source's usual scheme", async () => {
    const { verify } = await ConfiguredConnection.parseAsync({ ...DOCUMENT, verification: { secrets: DOCUMENT.verification.secrets } });
    expect(verify(webhook({ "x-api-key": VALUE }))).toEqual({ ok: true, secretId: "current" });
  });

  it.each<[string, Readonly<Record<string, unknown>>, string[]]>([
    ["an unknown source", { source: "fax" }, ["source"]],
    ["a source by a name that every object has", { source: "constructor" }, ["source"]],
    ["a source in another case", { source: "API" }, ["source"]],
    ["a scheme that its source does not know", { verification: { scheme: "hmac" } }, ["verification"]],
    ["a scheme that is no name", { verification: { scheme: 1 } }, ["verification"]],
    ["a verification that is a text", { verification: VALUE }, ["verification.secrets"]],
    ["a verification that is a list", { verification: [] }, ["verification.secrets"]],
    ["a verification that is null", { verification: null }, ["verification.secrets"]],
    ["no secrets", { verification: {} }, ["verification.secrets"]],
    ["a secret without a value", { verification: { secrets: [{ id: "a" }] } }, ["verification.secrets.0.value"]],
    ["an unknown field of its verification", { verification: { ...DOCUMENT.verification, secret: VALUE } }, ["verification"]],
    ["a wrong field of its own", { gateway: "Site A" }, ["gateway"]],
  ])("is refused with %s", async (_what, over, paths) => {
    expect(await pathsIn({ ...DOCUMENT, ...over })).toEqual(paths);
  });

  it.each([
    ["a mapping of what is the request itself", { source: "api", mapping: "{}" }, "mapping"],
    ["texts where no customer reads", { source: "api", texts: { accepted: { default: "Hello" } } }, "texts"],
    ["events where everything asks for a transfer", { source: "api", events: ["any"] }, "events"],
    ["a mapping of a flow's request", { source: "salesforce-flow", mapping: "{}" }, "mapping"],
    ["another reply than the one that a flow always has", { source: "salesforce-flow", reply: "always-200" }, "reply"],
    ["the status of success for a caller that repeats by the status", { source: "zendesk", reply: "always-200" }, "reply"],
    ["no events where others are sent, too", { source: "intercom", verification: { secrets: DOCUMENT.verification.secrets } }, "events"],
    ["a bot's credentials where no bot is", { source: "api", connector: CONNECTOR }, "connector"],
    ["an empty list of events", { source: "rasa", events: [] }, "events"],
  ])("is refused with %s", async (_what, over, path) => {
    expect(await pathsIn({ ...DOCUMENT, ...over })).toEqual([path]);
  });

  it.each([
    [{ source: "api", reply: "always-200" }],
    [{ source: "generic", reply: "always-200", mapping: "{}" }],
    [{ source: "rasa", reply: "always-200", events: ["action_hand_over"], texts: { accepted: { default: "Hello" } } }],
  ])("takes what its source has a use for: %j", async (over) => {
    expect(await pathsIn({ ...DOCUMENT, ...over })).toBeUndefined();
  });

  it("is refused without a verification that its source needs", async () => {
    const { verification: _left, ...document } = DOCUMENT;
    expect(await pathsIn(document)).toEqual(["verification.secrets"]);
  });

  it("is refused with all that is missing at once, its proof included", async () => {
    expect(await pathsIn({ source: "api" })).toEqual(["schemaVersion", "gateway", "verification.secrets"]);
    expect(await pathsIn({ source: "api", verification: { scheme: "hmac" }, gateway: 1 })).toEqual([
      "schemaVersion",
      "gateway",
      "verification",
    ]);
    expect(await pathsIn({ ...DOCUMENT, source: "chatwoot", texts: { failed: { de: "Nein" } } })).toEqual([
      "verification",
      "texts",
      "events",
    ]);
    expect(await pathsIn({ source: "teletype" })).toEqual(["schemaVersion", "gateway", "source"]);
    expect(await pathsIn({})).toEqual(["schemaVersion", "source", "gateway"]);
  });

  it("needs no verification where its source's usual scheme needs none", async () => {
    expect(await pathsIn({ schemaVersion: 1, source: "lex-v2", gateway: "site-a" })).toBeUndefined();
  });

  it.each([[undefined], [null], ["text"], [[]]])("is refused where it is %j", async (document) => {
    const { success } = await ConfiguredConnection.safeParseAsync(document);
    expect(success).toBe(false);
  });

  it("is refused without repeating what is secret in it", async () => {
    const verification = { scheme: "shared-secret", secrets: [{ id: "planted id", value: "planted" }] };
    const { error } = await ConfiguredConnection.safeParseAsync({ ...DOCUMENT, verification });
    expect(error?.issues).toHaveLength(2);
    expect(JSON.stringify(error?.issues)).not.toContain("planted");
  });
});

describe("the registry", () => {
  it.each(SOURCE_IDS)("has the source %s by its id, and loads it once", async (id) => {
    const source = await findSource(id);
    expect(source?.id).toBe(id);
    expect(await findSource(id)).toBe(source);
  });

  it.each(["", "fax", "__proto__", "toString"])("has none called %j", async (id) => {
    expect(await findSource(id)).toBeUndefined();
  });
});

describe("a decoy", () => {
  const { signal } = new AbortController();

  it.each<[Readonly<Record<string, string>>, string]>([
    [{}, "missing-credential"],
    [{ authorization: "Bearer a-guess" }, "wrong-credential"],
    [{ authorization: "Bearer decoy" }, "wrong-credential"],
    [{ "x-api-key": "a-guess" }, "wrong-credential"],
  ])("verifies nobody: %j", async (headers, reason) => {
    expect(await createSecretDecoy()(webhook(headers), signal)).toEqual(expect.objectContaining({ ok: false, reason }));
  });

  it("has no digest right", async () => {
    expect(await createDigestDecoy()(webhook({ "x-decoy": "none" }), signal)).toMatchObject({ ok: false, reason: "wrong-credential" });
  });
});
