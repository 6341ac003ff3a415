/** Who may read what became of a transfer: whoever proves to be the connection, or has the address. All others look alike. */
import { describe, expect, it } from "vitest";
import { ANSWERS } from "../support/claims.ts";
import { signAsZendesk } from "../support/sign/vendor-signatures.ts";
import { KEY } from "../support/stack.ts";
import { type Ask, OTHER_KEY, type StatusRoute, startStatusRoute } from "../support/status-route.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const ZENDESK_PUBLIC = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";
const WRONG = { authorization: "Bearer another-key" };

async function startTransferred(options: Parameters<typeof startStatusRoute>[0] = {}, connection = "crm") {
  const route = await startStatusRoute(options);
  const { transferId, settle } = await route.claim({ connection });
  await settle(ANSWERS.accepted);
  return { ...route, transferId, token: await route.tokenOf(transferId, connection) };
}
type Transferred = Awaited<ReturnType<typeof startTransferred>>;

const byToken = (token: string, over: Ask = {}): Ask => ({ headers: {}, query: `token=${token}`, ...over });
const factsOf = ({ log }: StatusRoute) => {
  const { status, secretId, reason } = log.lines.at(-1) ?? {};
  return [status, secretId, reason];
};

describe("whoever may read it", () => {
  it.each<[string, string, (made: Transferred) => Ask]>([
    ["has the connection's key", "current", () => ({})],
    ["has the address", "status:1", ({ token }) => byToken(token)],
    ["has the address, among other parameters", "status:1", ({ token }) => byToken(token, { query: `a=b&token=${token}&wait=0` })],
    ["has the address, and a wrong key", "status:1", ({ token }) => byToken(token, { headers: WRONG })],
    ["has the key, and an address that is not good", "current", () => ({ query: "token=1.2.3" })],
    ["has the key, and two tokens", "current", ({ token }) => ({ query: `token=${token}&token=${token}` })],
  ])("%s", async (_what, secretId, toAsk) => {
    const made = await startTransferred();
    expect(await made.ask(made.transferId, toAsk(made))).toMatchObject({ status: 200, body: { state: "accepted" } });
    expect(factsOf(made)).toEqual([200, secretId, undefined]);
    expect(made.log.counts).toEqual([{ metric: "Authenticated", dimensions: { connection: "crm", secretId } }]);
  });

  it("with the address is given no other, so that it does not last longer", async () => {
    const { ask, transferId, token, clock } = await startTransferred();
    clock.pass(DAY_MS);
    expect((await ask(transferId, byToken(token))).body.statusUrl).toMatch(new RegExp(`[?]token=${token}$`));
    const { statusUrl } = (await ask(transferId)).body;
    expect(statusUrl).toMatch(/[?]token=1[.]/);
    expect(statusUrl).not.toContain(token);
  });

  it("with the address alone waits for five seconds at most, since each wait holds a function", async () => {
    const { ask, transferId, token, clock } = await startTransferred();
    const waited = async (asked: Ask) => {
      const begunAt = clock.monotonicMs();
      await ask(transferId, asked);
      return clock.monotonicMs() - begunAt;
    };
    expect(await waited(byToken(token, { query: `token=${token}&wait=20` }))).toBe(5_000);
    expect(await waited({ query: "wait=20" })).toBe(20_000);
  });

  it("has the address until the record is gone", async () => {
    const { ask, transferId, token, clock } = await startTransferred();
    clock.pass(30 * DAY_MS - 1_000);
    expect((await ask(transferId, byToken(token))).status).toBe(200);
  });

  it("has an address of the key before", async () => {
    const previous = [{ id: "0", value: "a-status-key-of-thirty-two-chars" }];
    const before = await startStatusRoute({ keys: { id: "0", value: "a-status-key-of-thirty-two-chars" } });
    const made = await startTransferred({ keys: { previous } });
    const token = await before.tokenOf(made.transferId);
    expect((await made.ask(made.transferId, byToken(token))).status).toBe(200);
    expect(factsOf(made)).toEqual([200, "status:0", undefined]);
  });

  it.each([
    ["zendesk", { source: "zendesk", verification: { scheme: "zendesk", secrets: [{ id: "own", value: "signing-secret-of-it" }] } }],
    ["lex-v2", { source: "lex-v2", verification: {} }],
  ])("has the address where the caller could prove itself by nothing else: %s", async (_what, desk) => {
    const { ask, transferId, token } = await startTransferred({ desk }, "desk");
    expect((await ask(transferId, { ...byToken(token), connection: "desk" })).status).toBe(200);
    expect((await ask(transferId, { headers: {}, connection: "desk" })).status).toBe(401);
  });

  it("sends its secret in the query, by the name that its source has for it", async () => {
    const secrets = [{ id: "current", value: OTHER_KEY }];
    const desk = { source: "rasa", events: ["hand_over"], verification: { scheme: "shared-secret", secrets, in: ["query"] } };
    const { ask, transferId } = await startTransferred({ desk }, "desk");
    expect((await ask(transferId, byToken(OTHER_KEY, { connection: "desk" }))).status).toBe(200);
  });
});

describe("whoever may not", () => {
  const CASES: readonly [string, string, (made: Transferred) => Ask | Promise<Ask>][] = [
    ["has nothing", "missing-credential", () => ({ headers: {} })],
    ["has a wrong key", "wrong-credential", () => ({ headers: WRONG })],
    ["has another connection's key", "wrong-credential", () => ({ headers: { authorization: `Bearer ${OTHER_KEY}` } })],
    ["has the address of another transfer", "wrong-credential", async ({ tokenOf }) => byToken(await tokenOf("another-1"))],
    ["has the address of another connection", "wrong-credential", async (made) => byToken(await made.tokenOf(made.transferId, "other"))],
    ["has the address as another connection's", "wrong-credential", ({ token }) => byToken(token, { connection: "other" })],
    ["has an address that was changed", "wrong-credential", ({ token }) => byToken(token.replace(/^1[.]/, "2."))],
    ["has half a token", "malformed-credential", ({ token }) => byToken(token.slice(0, -1))],
    ["has an empty token", "malformed-credential", () => byToken("")],
    ["has a token in the wrong place", "wrong-credential", ({ token }) => ({ headers: { authorization: `Bearer ${token}` } })],
    ["has two tokens", "missing-credential", ({ token }) => byToken(token, { query: `token=${token}&token=${token}` })],
    ["asks for a connection that is not there", "unknown-connection", ({ token }) => byToken(token, { connection: "nobody" })],
    [
      "has the address of a connection that is not there any more",
      "unknown-connection",
      async ({ tokenOf, transferId }) => byToken(await tokenOf(transferId, "nobody"), { connection: "nobody" }),
    ],
  ];

  it.each(CASES)("%s", async (_what, reason, toAsk) => {
    const made = await startTransferred();
    const nobody = await made.ask(made.transferId, { headers: {} });
    const { status, headers, body } = await made.ask(made.transferId, await toAsk(made));
    expect({ status, headers, body }).toEqual({ status: 401, headers: nobody.headers, body: nobody.body });
    expect(body).toMatchObject({ code: "unauthenticated" });
    expect(factsOf(made)).toEqual([401, undefined, reason]);
    expect(made.looks()).toBe(0);
  });

  it("has an address that has expired", async () => {
    const made = await startTransferred();
    made.clock.pass(30 * DAY_MS);
    expect((await made.ask(made.transferId, byToken(made.token))).status).toBe(401);
    expect(factsOf(made)).toEqual([401, undefined, "expired-credential"]);
  });

  it.each<[string, (made: Transferred) => Ask]>([
    ["the key", () => ({})],
    ["the address", ({ token }) => byToken(token)],
  ])("has %s of a connection that is disabled", async (_what, toAsk) => {
    const made = await startTransferred({ crm: { enabled: false } });
    expect(await made.ask(made.transferId, toAsk(made))).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    expect(factsOf(made)).toEqual([401, undefined, "disabled-connection"]);
  });

  it("signs with the secret that its vendor publishes", async () => {
    const verification = { scheme: "zendesk", secrets: [{ id: "own", value: "signing-secret-of-it" }] };
    const made = await startTransferred({ desk: { source: "zendesk", test: true, verification } }, "desk");
    const timestamp = new Date(made.clock.wallMs()).toISOString();
    const signedWith = (secret: string) => ({
      "x-zendesk-webhook-signature": signAsZendesk(secret, timestamp, Buffer.alloc(0)),
      "x-zendesk-webhook-signature-timestamp": timestamp,
    });
    const ask = (secret: string) => made.ask(made.transferId, { connection: "desk", headers: signedWith(secret) });
    expect(await ask(ZENDESK_PUBLIC)).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    expect(await ask("signing-secret-of-it")).toMatchObject({ status: 200, body: { state: "accepted" } });
  });
});

describe("a key of the addresses that is missing", () => {
  it("keeps nobody who has the connection's key from reading, and is told to whoever looks after it", async () => {
    const { ask, claim, log } = await startStatusRoute({ keys: "none" });
    const { transferId } = await claim();
    const { status, headers } = await ask(transferId);
    expect(status).toBe(202);
    expect(headers.location).toMatch(new RegExp(`/v1/transfers/crm/${transferId}$`));
    const { requestId, ...fields } = log.problems[0]?.fields ?? {};
    expect([log.problems[0]?.what, fields]).toEqual([
      "status address not signed",
      { connection: "crm", code: "misconfigured", reason: "no secret keys/status" },
    ]);
  });

  const SIGNED = `1.9999999999.${"A".repeat(43)}`;

  it("is no fault of whoever has an address, or a wrong key beside it", async () => {
    const { ask, claim } = await startStatusRoute({ keys: "none" });
    const { transferId } = await claim();
    expect(await ask(transferId, byToken(SIGNED))).toMatchObject({ body: { code: "misconfigured" } });
    expect(await ask(transferId, byToken(SIGNED, { headers: WRONG }))).toMatchObject({ body: { code: "misconfigured" } });
  });

  it.each(["none", { value: 7 }] as const)("is not asked for where the connection's key is there beside an address: %j", async (keys) => {
    const made = await startStatusRoute({ keys });
    const { transferId } = await made.claim();
    expect((await made.ask(transferId, { query: `token=${SIGNED}` })).status).toBe(202);
    expect(made.log.lines.at(-1)).toMatchObject({ secretId: "current" });
  });

  it("opens no connection that is disabled", async () => {
    const made = await startStatusRoute({ keys: "none", crm: { enabled: false } });
    const { transferId } = await made.claim();
    expect((await made.ask(transferId, { query: `token=${SIGNED}` })).status).toBe(401);
  });
});

describe("the log", () => {
  it("has no token, whatever comes of it", async () => {
    const made = await startTransferred();
    const { ask, transferId, token } = made;
    for (const over of [{}, { connection: "other" }, { headers: { authorization: `Bearer ${KEY}` } }, { query: `token=${token}&wait=x` }])
      await ask(transferId, byToken(token, over));
    await ask(`${transferId}0`, byToken(token));
    expect(made.log.lines).toHaveLength(5);
    const printed = JSON.stringify(made.log);
    for (const part of [token, token.split(".")[2] ?? "", "token="]) expect(printed).not.toContain(part);
  });
});
