import { generateKeyPairSync, sign as signBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import type { Verdict } from "../../lib/verification/scheme.ts";
import { standardWebhooks } from "../../lib/verification/standard-webhooks.ts";
import { instantAfter, toWebhook, type WebhookParts } from "../support/webhook.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;
const ID = "msg_2mJ8";
const BODY = '{"callId":"1552524689-1","name":"Zoë 客 😀"}';
/** With what names the message, however it was signed. */
const MATCH = { ok: true, secretId: "current", signature: expect.stringMatching(/^[0-9a-f]{64}$/) };
const refusal = (reason: string) => expect.objectContaining({ ok: false, reason });

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const PUBLIC_KEY = `whpk_${publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64")}`;

async function verify(webhook: WebhookParts, values: readonly string[] = [SECRET], settings: object = {}): Promise<Verdict> {
  const secrets = values.map((value, index) => ({ id: index === values.length - 1 ? "current" : `s${index}`, value }));
  const verifier = standardWebhooks.verifier({ test: false }).parse({ scheme: "standard-webhooks", secrets, ...settings });
  return verifier(toWebhook({ body: BODY, ...webhook }));
}

function headersOf(signature: string, at = instantAfter(0)): Record<string, string> {
  return { "webhook-id": ID, "webhook-timestamp": String(at.getTime() / 1_000), "webhook-signature": signature };
}

/** By the reference implementation. */
function sign(secret = SECRET, at = instantAfter(0), body = BODY): Record<string, string> {
  return headersOf(new Webhook(secret).sign(ID, at, body), at);
}

function signAsymmetrically(at = instantAfter(0)): Record<string, string> {
  const signed = Buffer.from(`${ID}.${at.getTime() / 1_000}.${BODY}`);
  return headersOf(`v1a,${signBytes(null, signed, privateKey).toString("base64")}`, at);
}

describe("Standard Webhooks", () => {
  it("recognises what the reference implementation signs", async () => {
    expect(await verify({ headers: sign() })).toEqual(MATCH);
    expect(await verify({ headers: sign(SECRET, instantAfter(0), ""), body: "" })).toEqual(MATCH);
  });

  it("recognises a signature by public key", async () => {
    expect(await verify({ headers: signAsymmetrically() }, [PUBLIC_KEY])).toEqual(MATCH);
    expect(await verify({ headers: signAsymmetrically(), body: `${BODY} ` }, [PUBLIC_KEY])).toEqual(refusal("wrong-credential"));
    const otherVersion = signAsymmetrically()["webhook-signature"]?.replace("v1a,", "v1b,") ?? "";
    expect(await verify({ headers: headersOf(otherVersion) }, [PUBLIC_KEY])).toEqual(refusal("wrong-credential"));
  });

  it("looks at three signatures by public key, not any number: each costs as much as many digests", async () => {
    const other = `v1a,${Buffer.alloc(64).toString("base64")} `;
    const own = signAsymmetrically()["webhook-signature"];
    expect(await verify({ headers: headersOf(`${other.repeat(2)}${own}`) }, [PUBLIC_KEY])).toEqual(MATCH);
    expect(await verify({ headers: headersOf(`${other.repeat(3)}${own}`) }, [PUBLIC_KEY])).toEqual(refusal("wrong-credential"));
  });

  it("names one message by whatever signature it came with", async () => {
    const [one, other] = [await verify({ headers: sign() }), await verify({ headers: signAsymmetrically() }, [PUBLIC_KEY])];
    expect(one).toEqual(other);
  });

  it("takes one of several signatures, and one of several secrets", async () => {
    const own = sign()["webhook-signature"] ?? "";
    const list = `v1,${Buffer.alloc(32).toString("base64")} ${own} ${signAsymmetrically()["webhook-signature"]}`;
    expect(await verify({ headers: headersOf(list) })).toEqual(MATCH);
    expect(await verify({ headers: headersOf(list) }, [OTHER, SECRET])).toEqual(MATCH);
    expect(await verify({ headers: headersOf(list) }, [OTHER, PUBLIC_KEY])).toEqual(MATCH);
    expect(await verify({ headers: headersOf(list) }, [OTHER])).toEqual(refusal("wrong-credential"));
  });

  it("reads ten signatures of a list, not any number", async () => {
    const own = sign()["webhook-signature"] ?? "";
    expect(await verify({ headers: headersOf(`${"v1,AAAA ".repeat(9)}${own}`) })).toEqual(MATCH);
    expect(await verify({ headers: headersOf(`${"v1,AAAA ".repeat(10)}${own}`) })).toEqual(refusal("wrong-credential"));
  });

  it.each<[string, Record<string, string>]>([
    ["another secret", sign(OTHER)],
    ["another body", sign(SECRET, instantAfter(0), `${BODY} `)],
    ["another id", { ...sign(), "webhook-id": "msg_other" }],
    ["another time", { ...sign(), "webhook-timestamp": String(instantAfter(1_000).getTime() / 1_000) }],
    ["no version", headersOf((sign()["webhook-signature"] ?? "").slice(3))],
    ["another version", headersOf((sign()["webhook-signature"] ?? "").replace("v1,", "v2,"))],
    ["the asymmetric version", headersOf((sign()["webhook-signature"] ?? "").replace("v1,", "v1a,"))],
    ["no padding", headersOf((sign()["webhook-signature"] ?? "").replace(/=+$/, ""))],
    ["something behind it", headersOf(`${sign()["webhook-signature"]},v1,AAAA`)],
    ["nothing", headersOf("v1,")],
  ])("refuses a signature with %s", async (_what, headers) => {
    expect(await verify({ headers })).toEqual(refusal("wrong-credential"));
  });

  it("refuses a public key's signature in another spelling, or by another key", async () => {
    const headers = signAsymmetrically();
    const altered = { ...headers, "webhook-signature": `${headers["webhook-signature"]}!` };
    expect(await verify({ headers: altered }, [PUBLIC_KEY])).toEqual(refusal("wrong-credential"));
    const symmetric = { ...headers, "webhook-signature": headers["webhook-signature"]?.replace("v1a,", "v1,") ?? "" };
    expect(await verify({ headers: symmetric }, [PUBLIC_KEY])).toEqual(refusal("wrong-credential"));
    const other = `whpk_${Buffer.alloc(32, 9).toString("base64")}`;
    expect(await verify({ headers }, [other])).toEqual(refusal("wrong-credential"));
  });

  it.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("refuses a webhook without %s", async (name) => {
    const { [name]: _left, ...headers } = sign();
    expect(await verify({ headers })).toEqual(refusal("missing-credential"));
  });

  it.each([
    [-300_000, MATCH],
    [-301_000, refusal("stale-timestamp")],
    [300_000, MATCH],
    [301_000, refusal("future-timestamp")],
  ])("judges a timestamp %i ms away", async (ms, verdict) => {
    expect(await verify({ headers: sign(SECRET, instantAfter(ms)) })).toEqual(verdict);
  });

  it("refuses a signed timestamp that is none", async () => {
    const { createHmac } = await import("node:crypto");
    const digest = createHmac("sha256", Buffer.alloc(32, 7)).update(`${ID}.soon.${BODY}`).digest("base64");
    const headers = { "webhook-id": ID, "webhook-timestamp": "soon", "webhook-signature": `v1,${digest}` };
    expect(await verify({ headers })).toEqual(refusal("malformed-credential"));
  });

  it("refuses a secret that has ended", async () => {
    const secrets = [{ id: "current", value: SECRET, notAfter: instantAfter(0).toISOString() }];
    expect(await verify({ headers: sign() }, [], { secrets })).toEqual(refusal("expired-credential"));
  });

  it.each([
    ["without its prefix", Buffer.alloc(32).toString("base64")],
    ["of less than 16 bytes", `whsec_${Buffer.alloc(15).toString("base64")}`],
    ["that is not base64", "whsec_this is not base64, is it?"],
    ["of a public key with 31 bytes", `whpk_${Buffer.alloc(31).toString("base64")}`],
    ["that is a private key", `whsk_${Buffer.alloc(32).toString("base64")}`],
  ])("cannot be configured with a key %s", (_what, value) => {
    const { error } = standardWebhooks.verifier({ test: false }).safeParse({ scheme: "standard-webhooks", secrets: [{ id: "a", value }] });
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual(["secrets"]);
    expect(JSON.stringify(error)).not.toContain(value);
  });
});
