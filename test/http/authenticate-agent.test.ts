import { describe, expect, it } from "vitest";
import { GUID, HAND_OVER_KEY, type HandOverOptions, startHandOver, toHandOver, toSeen } from "../support/hand-over.ts";

describe("who may not hand over", () => {
  it.each<[string, HandOverOptions, string]>([
    ["a wrong key", { key: "a-wrong-key" }, "wrong-credential"],
    ["an expired key", { key: "the-key-that-has-ended" }, "expired-credential"],
    ["no key", { headers: { authorization: "" } }, "missing-credential"],
    ["an unknown agent", { agentId: "102" }, "unknown-agent"],
    ["an unknown gateway", { gateway: "site-b" }, "unknown-agent"],
    ["an agent whose Guid is in its secret", { agentId: "103" }, "not-handed-over"],
    ["an agent that we sign in", { agentId: "104" }, "not-handed-over"],
    ["a gateway that is no name", { gateway: "Main" }, "unknown-agent"],
    ["an agent that is no number", { agentId: "10a" }, "unknown-agent"],
  ])("looks alike: %s", async (_who, options, reason) => {
    const { ask, putAgent, putSecrets, log, sessions } = startHandOver();
    putAgent("main/103", { session: "external", guid: GUID });
    putAgent("main/104", { session: "managed", signIn: { password: "p", phonenum: "1" } });
    putSecrets([
      { id: "current", value: HAND_OVER_KEY },
      { id: "ended", value: "the-key-that-has-ended", notAfter: "2026-11-23T07:00:00Z" },
    ]);
    const usual = await ask("PUT", { ...toHandOver(), key: "usual-wrong-key" });
    expect(usual).toMatchObject({ status: 401, body: { code: "unauthenticated" }, headers: { "www-authenticate": "Bearer" } });
    for (const method of ["PUT", "DELETE"] as const)
      expect(toSeen(await ask(method, { body: "{broken", ...options }))).toEqual(toSeen(usual));
    expect(log.lines.slice(1)).toMatchObject([{ reason }, { reason }]);
    expect([sessions.counted, log.counts]).toEqual([[], []]);
  });

  it("leaves no name in the log that is none, and costs no read then", async () => {
    const { ask, log, reads } = startHandOver();
    await ask("PUT", { ...toHandOver(), gateway: "No Name" });
    expect(reads).toEqual([]);
    expect(JSON.stringify(log)).not.toContain("No Name");
  });

  it("is anybody where the secret does not parse, with the field in the log alone", async () => {
    const { ask, putSecrets, log } = startHandOver();
    putSecrets([{ id: "current", value: "planted" }]);
    const answer = await ask("PUT", toHandOver());
    expect(answer).toMatchObject({ status: 500, body: { code: "misconfigured", effect: "none" } });
    expect(log.lines[0]?.reason).toBe("agents/main/101: verification.secrets.0.value must have at least 8 characters");
    expect(answer.text + JSON.stringify(log)).not.toContain("planted");
  });
});

describe("a change of the agent's secret", () => {
  const next = { ...toHandOver(), key: "the-next-key-of-who-hands-over" };

  it("is seen ten seconds after the last read, at one read", async () => {
    const { ask, putSecrets, clock, log, reads } = startHandOver();
    expect((await ask("PUT", { ...toHandOver(), key: "a-wrong-key" })).status).toBe(401);
    putSecrets([{ id: "next", value: next.key }]);
    clock.pass(9_999);
    expect((await ask("PUT", next)).status).toBe(401);
    clock.pass(1);
    expect((await ask("PUT", next)).status).toBe(204);
    expect(log.lines.at(-1)).toMatchObject({ secretId: "next", reason: undefined });
    expect((await ask("PUT", toHandOver())).status).toBe(401);
    expect(reads).toEqual(["agents/main/101", "agents/main/101"]);
  });

  it("is seen at the first refusal since it was read", async () => {
    const { ask, putSecrets, clock, reads } = startHandOver();
    expect((await ask("PUT", toHandOver())).status).toBe(204);
    putSecrets([{ id: "next", value: next.key }]);
    clock.pass(1);
    expect((await ask("PUT", next)).status).toBe(204);
    expect(reads).toHaveLength(2);
  });

  it("is seen where the session is handed over from now on", async () => {
    const { ask, putAgent, putSecrets, clock } = startHandOver();
    putAgent("main/101", { session: "external", guid: GUID });
    expect((await ask("PUT", toHandOver())).status).toBe(401);
    putSecrets([{ id: "current", value: HAND_OVER_KEY }]);
    clock.pass(10_000);
    expect((await ask("PUT", toHandOver())).status).toBe(204);
  });
});
