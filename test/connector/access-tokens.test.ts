/** Tokens of bots, over real TLS: asked for once, and again before they expire. */
import { describe, expect, it } from "vitest";
import type { CallbackPost } from "../../lib/callbacks/callback-client.ts";
import { createAccessTokens } from "../../lib/connector/access-tokens.ts";
import { Connector } from "../../lib/transfer/connector.ts";
import { BOT, startBotConnector, toToken } from "../support/bot-connector.ts";
import type { ReceiverAnswer } from "../support/callback-receiver.ts";
import { createManualClock } from "../support/manual-clock.ts";

const SIGNAL = new AbortController().signal;
const HOUR_MS = 3_600_000;
const MARGIN_MS = 300_000;
const { body: WHOLE = "" } = toToken(1);

async function startTokens(options: Parameters<typeof startBotConnector>[0] = {}) {
  const bots = await startBotConnector(options);
  const clock = createManualClock();
  const tokens = createAccessTokens({ post: bots.post, wallMs: clock.wallMs });
  return { ...bots, tokens, get: (connector = bots.connector) => tokens.get(connector, SIGNAL), pass: clock.pass };
}

describe("a token", () => {
  it("is asked for with the bot's credentials, as a form", async () => {
    const { get, tokenRequests } = await startTokens();
    expect(await get()).toEqual({ kind: "token", token: "canary-token-1" });
    const [{ method, path, headers, body } = { body: "" }] = tokenRequests();
    expect([method, path, headers?.["content-type"]]).toEqual(["POST", "/tenant/oauth2/v2.0/token", "application/x-www-form-urlencoded"]);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: "client_credentials",
      client_id: BOT.appId,
      client_secret: BOT.appPassword,
      scope: BOT.scope,
    });
  });

  it.each([
    [{}, "https://login.microsoftonline.com/botframework.com/oauth2/v2.0/token"],
    [{ tenantId: "contoso.onmicrosoft.com" }, "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token"],
  ])("is asked for at the tenant of its bot: %j", async (tenant, url) => {
    const asked: CallbackPost[] = [];
    const post = async (request: CallbackPost) => {
      asked.push(request);
      return { kind: "failed", cause: "ENOTFOUND" } as const;
    };
    const { appId, appPassword } = BOT;
    const connector = Connector.parse({ appId, appPassword, serviceUrls: ["https://a.example"], ...tenant });
    const answer = await createAccessTokens({ post, wallMs: () => 0 }).get(connector, SIGNAL);
    expect(answer).toMatchObject({ kind: "none", why: "token: ENOTFOUND" });
    expect(asked).toMatchObject([{ url, allowAddresses: [], ca: undefined }]);
    expect(new URLSearchParams(asked[0]?.body).get("scope")).toBe("https://api.botframework.com/.default");
  });

  it("is asked for once by all who ask at the same time, and kept until five minutes before it expires", async () => {
    const { get, pass, tokenRequests } = await startTokens();
    const first = { kind: "token", token: "canary-token-1" };
    expect(await Promise.all([get(), get(), get()])).toEqual([first, first, first]);
    pass(HOUR_MS - MARGIN_MS - 1);
    expect(await get()).toEqual(first);
    pass(1);
    expect(await get()).toMatchObject({ token: "canary-token-2" });
    expect(tokenRequests()).toHaveLength(2);
  });

  it.each(["3600", 3_600])("expires when it says, as a number or as text: %j", async (expiresIn) => {
    const { get, tokenRequests } = await startTokens({ tokenAnswer: (count) => toToken(count, expiresIn) });
    await get();
    await get();
    expect(tokenRequests()).toHaveLength(1);
  });

  it("that expires at once is used, and not kept", async () => {
    const { get } = await startTokens({ tokenAnswer: (count) => toToken(count, 60) });
    expect([await get(), await get()]).toMatchObject([{ token: "canary-token-1" }, { token: "canary-token-2" }]);
  });

  it("is each bot's own, and another one after its password has changed", async () => {
    const { get, connector } = await startTokens();
    const others = [{ appId: "91c2a7de-3b44-4f0a-8a55-0d6a4f1b2c33" }, { appPassword: "another" }];
    const tokens = [await get(), ...(await Promise.all(others.map((over) => get({ ...connector, ...over }))))];
    expect(new Set(tokens.map((answer) => JSON.stringify(answer))).size).toBe(3);
  });

  it("that is forgotten is asked for anew, and one that has come since is not forgotten with it", async () => {
    const { get, tokens, connector } = await startTokens();
    await get();
    tokens.forget(connector, "canary-token-1");
    expect(await get()).toMatchObject({ token: "canary-token-2" });
    tokens.forget(connector, "canary-token-1");
    expect(await get()).toMatchObject({ token: "canary-token-2" });
  });
});

describe("no token", () => {
  it.each<[string, ReceiverAnswer, string]>([
    ["the bot is refused", { status: 401, body: '{"error":"invalid_client"}' }, "token: status 401"],
    ["it is elsewhere", { status: 307, headers: { location: "https://example.com/" } }, "token: status 307"],
    ["the answer is no JSON", { status: 200, body: "<html>" }, "token: not what was asked for"],
    ["the answer is empty", { status: 200 }, "token: not what was asked for"],
    ["it is of another kind", { status: 200, body: WHOLE.replace("Bearer", "pop") }, "token: not what was asked for"],
    ["it would break a header", { status: 200, body: WHOLE.replace("canary", "a\\r\\nb") }, "token: not what was asked for"],
    ["the answer is endless", { status: 200, body: JSON.stringify({ pad: "x".repeat(100_000) }) }, "token: not what was asked for"],
  ])("is there where %s, and it is asked for again", async (_what, answer, why) => {
    const { get, tokenRequests } = await startTokens({ tokenAnswer: () => answer });
    expect(await get()).toMatchObject({ kind: "none", why });
    await get();
    expect(tokenRequests()).toHaveLength(2);
  });
});
