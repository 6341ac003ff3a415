import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import type { HandedOverSessions } from "../../lib/sessions/agent-record.ts";
import { COOKIES, GUID, type HandOverOptions, OLD_HAND_OVER_KEY, startHandOver, toHandOver, toSeen } from "../support/hand-over.ts";
import { INSTANT } from "../support/manual-clock.ts";

describe("a session that is handed over", () => {
  it("is kept, and answered with nothing", async () => {
    const { ask, sessions } = startHandOver();
    const { status, text, headers } = await ask("PUT", toHandOver());
    expect({ status, text, type: headers["content-type"] }).toEqual({ status: 204, text: "", type: undefined });
    expect(sessions.of("main/101")).toEqual({ guid: GUID, cookies: COOKIES, renewedAt: INSTANT });
  });

  it("replaces an older one, and is answered alike where it is the older one, which the log tells", async () => {
    const { ask, sessions, log } = startHandOver();
    const first = await ask("PUT", toHandOver({ guid: "guid-1", renewedAt: "2026-11-23T06:59:00Z" }));
    const newer = await ask("PUT", toHandOver({ guid: "guid-2", renewedAt: "2026-11-23T07:00:00Z" }));
    const older = await ask("PUT", toHandOver({ guid: "guid-3", renewedAt: "2026-11-23T06:59:30Z" }));
    expect([toSeen(newer), toSeen(older)]).toEqual([toSeen(first), toSeen(first)]);
    expect(sessions.of("main/101")?.guid).toBe("guid-2");
    expect(log.lines.map(({ reason }) => reason)).toEqual([undefined, undefined, "not newer than what is known"]);
  });

  it("is of the agent of the address alone", async () => {
    const { ask, putSecrets, sessions } = startHandOver();
    putSecrets([{ id: "other", value: "the-key-of-another-agent" }], "site-b/101");
    expect((await ask("PUT", { ...toHandOver(), gateway: "site-b", key: "the-key-of-another-agent" })).status).toBe(204);
    expect((await ask("PUT", { ...toHandOver(), key: "the-key-of-another-agent" })).status).toBe(401);
    expect(sessions.of("site-b/101")?.guid).toBe(GUID);
    expect(sessions.of("main/101")).toBeUndefined();
  });

  it("is ended by a DELETE, also where there was none", async () => {
    const { ask, sessions } = startHandOver();
    await ask("PUT", toHandOver());
    const ended = await ask("DELETE");
    expect(toSeen(ended)).toMatchObject({ status: 204, text: "" });
    expect(sessions.of("main/101")).toBeNull();
    expect(toSeen(await ask("DELETE"))).toEqual(toSeen(ended));
  });

  it("is ended whatever the body of the DELETE is", async () => {
    const { ask, sessions } = startHandOver();
    expect((await ask("DELETE", { body: "{broken", headers: { "content-type": "text/plain" } })).status).toBe(204);
    expect(sessions.of("main/101")).toBeNull();
  });

  it("is told in the log, and counted, by whom and for whom, never with what", async () => {
    const { ask, log } = startHandOver();
    await ask("PUT", toHandOver());
    await ask("DELETE", { key: OLD_HAND_OVER_KEY });
    await ask("PUT", toHandOver({ guid: `${GUID} ${COOKIES}`, [GUID]: 1 }));
    await ask("PUT", { ...toHandOver(), key: "a-wrong-key-of-somebody" });
    const who = { gateway: "main", agentId: "101" };
    expect(log.lines).toMatchObject([
      { ...who, secretId: "current", status: 204 },
      { ...who, secretId: "old", status: 204 },
      { ...who, secretId: "current", code: "invalid-request" },
      { ...who, code: "unauthenticated", reason: "wrong-credential" },
    ]);
    const counted = ["current", "old", "current"].map((secretId) => ({ metric: "HandOvers", dimensions: { ...who, secretId } }));
    expect(log.counts).toEqual(counted);
    expect(JSON.stringify(log)).not.toMatch(/279fe21d|node-1|route=|the-key|the-old-key|a-wrong-key/);
  });
});

describe("a body", () => {
  it.each<[string, HandOverOptions, number, string]>([
    ["of another type", { ...toHandOver(), headers: { "content-type": "text/plain" } }, 415, "unsupported-media-type"],
    ["of no type", { ...toHandOver(), headers: { "content-type": "" } }, 415, "unsupported-media-type"],
    ["that is broken", { body: '{"guid":' }, 400, "invalid-json"],
    ["that is empty", { body: "" }, 400, "invalid-json"],
    ["that is not UTF-8", { body: Buffer.from([0xff]) }, 400, "invalid-json"],
    ["with a Guid that is none", toHandOver({ guid: "" }), 422, "invalid-request"],
    ["from the future", toHandOver({ renewedAt: "2026-11-23T07:01:00.001Z" }), 422, "invalid-request"],
  ])("%s is refused", async (_what, options, status, code) => {
    const { ask, sessions } = startHandOver();
    expect(await ask("PUT", options)).toMatchObject({ status, body: { code, effect: "none", retryable: false } });
    expect(sessions.of("main/101")).toBeUndefined();
  });

  it("is judged by the clock at the time of the request", async () => {
    const { ask, clock } = startHandOver();
    clock.pass(1);
    expect((await ask("PUT", toHandOver({ renewedAt: "2026-11-23T07:01:00.001Z" }))).status).toBe(204);
    const { body } = await ask("PUT", toHandOver({ renewedAt: "2026-11-23T07:01:00.002Z" }));
    expect(body.errors).toEqual([{ pointer: "#/renewedAt", detail: "must not be more than 60 seconds in the future" }]);
  });
});

describe("whoever hands over often", () => {
  it.each([
    [0, "60"],
    [1, "60"],
    [1_000, "59"],
    [29_500, "31"],
    [59_000, "1"],
    [59_999, "1"],
  ])("is refused beyond 60 in a minute, %i ms into it, until it is over in %s s", async (ms, seconds) => {
    const { ask, clock } = startHandOver();
    clock.pass(ms);
    for (let request = 0; request < 30; request += 1) {
      expect((await ask("PUT", toHandOver())).status).toBe(204);
      expect((await ask("DELETE")).status).toBe(204);
    }
    for (const method of ["PUT", "DELETE"] as const) {
      const { status, headers, body } = await ask(method, { body: "{broken" });
      expect({ status, after: headers["retry-after"] }).toEqual({ status: 429, after: seconds });
      expect(body).toMatchObject({ code: "rate-limited", retryable: true, effect: "none" });
    }
    clock.pass(Number(seconds) * 1_000);
    expect((await ask("PUT", toHandOver())).status).toBe(204);
  });

  it("is counted by agent, at the time of the request, once", async () => {
    const { ask, sessions, clock } = startHandOver();
    await ask("DELETE");
    clock.pass(1_500);
    await ask("PUT", toHandOver());
    expect(sessions.counted).toEqual([
      ["main/101", INSTANT],
      ["main/101", INSTANT + 1_500],
    ]);
  });

  it("changes nothing beyond that", async () => {
    const { ask, sessions } = startHandOver({ count: async () => 61 });
    await ask("PUT", toHandOver());
    await ask("DELETE");
    expect(sessions.of("main/101")).toBeUndefined();
  });
});

describe("a store that does not answer", () => {
  const fail = () => Promise.reject(new TransferError("store-unavailable", { reason: "TimeoutError" }));

  it.each<[string, "PUT" | "DELETE", Partial<HandedOverSessions>]>([
    ["to a count", "PUT", { count: fail }],
    ["to a hand-over", "PUT", { handOver: fail }],
    ["to an end", "DELETE", { end: fail }],
  ])("%s is said to whoever asked", async (_what, method, over) => {
    const { status, headers, body } = await startHandOver(over).ask(method, toHandOver());
    expect({ status, after: headers["retry-after"] }).toEqual({ status: 503, after: "5" });
    expect(body).toMatchObject({ code: "store-unavailable", retryable: true, effect: "unknown" });
  });
});
