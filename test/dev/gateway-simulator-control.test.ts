/** The control interface over plain HTTP: every route, and what it refuses. */
import { describe, expect, it } from "vitest";
import { CALL, retcodeOf, send, startForTest } from "./gateway-simulator-client.ts";
import { askControl as ask, startControlled } from "./gateway-simulator-control-client.ts";

describe("the control interface", () => {
  it("is there only when it has a port, on loopback", async () => {
    expect((await startForTest()).controlUrl).toBeUndefined();
    expect((await startControlled()).controlUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it("lists its routes", async () => {
    const help = await ask(await startControlled(), "GET", "/");
    expect(help).toMatchObject({ status: 200, type: "application/json; charset=UTF-8" });
    expect(Object.keys(help.json)).toContain("POST /faults");
  });

  it("lists the kinds of faults, the settings and what an account has, with what each takes", async () => {
    const { faults, settings, accounts } = (await ask(await startControlled(), "GET", "/")).json;
    expect(faults).toContainEqual({
      kind: "certificate",
      problem: "unknown-ca | expired | wrong-host",
      "times?": "integer from 1 | always; 1 unless given",
    });
    expect(faults).toContainEqual(
      expect.objectContaining({ kind: "delay", ms: "integer from 0 to 60000", "acts?": "boolean; true unless given" }),
    );
    expect(settings).toMatchObject({ "cookies?": "none | set | required" });
    expect(accounts).toMatchObject({ agentId: "string", "phones?": "array of string", "outcomes?": "success | failure | none" });
  });

  it("tells the transfers", async () => {
    const simulator = await startControlled();
    await send(simulator);
    expect((await ask(simulator, "GET", "/transfers")).json).toEqual(simulator.transfers());
  });

  it.each([
    [1, { kind: "retcode", retcode: "100-007" }],
    [2, [{ kind: "retcode", retcode: "100-007" }, { kind: "html" }]],
  ])("adds %i fault(s)", async (added, body) => {
    const simulator = await startControlled();
    expect(await ask(simulator, "POST", "/faults", { body })).toMatchObject({ status: 200, json: { added } });
    expect(await retcodeOf(simulator)).toBe("100-007");
  });

  it.each([
    [{ kind: "other" }, expect.stringMatching(/^kind: must be one of drop, stall-handshake, .*, hang, html, /)],
    [{ kind: "hang", ms: 1 }, "body: no such field: ms; there are kind, times, agentId, endpoint, acts"],
    [{ kind: "delay", ms: "1" }, "ms: Invalid input: expected number, received string"],
    [{ kind: "hang", endpoint: "login" }, expect.stringMatching(/^endpoint: .*"transfer"\|"sign-in"/)],
    [
      [{ kind: "html" }, { kind: "drop", when: "later" }],
      expect.stringMatching(/^1\.when: must be one of before-handshake, .*, after-request, /),
    ],
    ["no JSON", "body: Invalid input: expected object, received undefined"],
    [undefined, "body: Invalid input: expected object, received undefined"],
  ])("answers 400 to the faults %j, says what is wrong with which field, and adds none", async (body, issue) => {
    const simulator = await startControlled();
    const answer = await ask(simulator, "POST", "/faults", { body });
    expect(answer).toMatchObject({ status: 400, json: { error: "invalid", issues: [issue] } });
    expect(await retcodeOf(simulator)).toBe("0");
  });

  it("adds a call", async () => {
    const simulator = await startControlled();
    await send(simulator);
    expect((await ask(simulator, "POST", "/calls", { body: { callid: CALL, agentId: "101" } })).status).toBe(200);
    expect(await retcodeOf(simulator)).toBe("0");
  });

  it("ends a call", async () => {
    const simulator = await startControlled();
    expect((await ask(simulator, "POST", `/calls/${CALL}/end`)).status).toBe(200);
    expect(await retcodeOf(simulator)).toBe("200-012");
  });

  it.each([{ callid: CALL }, { callid: "", agentId: "101" }, { callid: CALL, agentId: "100" }, "?"])(
    "answers 400 to the call %j",
    async (body) => {
      expect(await ask(await startControlled(), "POST", "/calls", { body })).toMatchObject({ status: 400, json: { error: "invalid" } });
    },
  );

  it("renews a Guid", async () => {
    const simulator = await startControlled();
    const before = simulator.guidOf("101");
    const { status, json } = await ask(simulator, "POST", "/agents/101/guid");
    expect(status).toBe(200);
    expect(json).toEqual({ guid: simulator.guidOf("101") });
    expect(json.guid).not.toBe(before);
    expect((await ask(simulator, "POST", "/agents/103/guid")).status).toBe(404);
  });

  it("resets", async () => {
    const simulator = await startControlled();
    await send(simulator);
    simulator.addFault({ kind: "html" });
    expect((await ask(simulator, "POST", "/reset")).status).toBe(200);
    expect(simulator.transfers()).toEqual([]);
    expect(await retcodeOf(simulator)).toBe("0");
  });

  it.each([
    [404, "GET", "/other", undefined],
    [404, "GET", "/transfers/1", undefined],
    [405, "POST", "/transfers", "GET"],
    [405, "GET", "/faults", "POST"],
    [405, "DELETE", "/reset", "POST"],
    [405, "GET", "/agents/101/guid", "POST"],
  ])("answers %i as JSON to %s %s", async (status, method, path, allow) => {
    const answer = await ask(await startControlled(), method, path);
    expect(answer).toMatchObject({ status, allow, json: { error: expect.any(String) } });
  });

  it.each([
    [200, 1_048_576],
    [413, 1_048_577],
  ])("answers %i to %i bytes", async (status, bytes) => {
    const answer = await ask(await startControlled(), "POST", "/faults", { body: '{"kind":"html"}'.padEnd(bytes) });
    expect(answer.status).toBe(status);
  });

  it.each([
    [200, { host: "localhost:1" }],
    [200, { host: "127.0.0.1" }],
    [200, { host: "LOCALHOST", origin: "http://localhost:3000" }],
    [403, { host: "evil.example" }],
    [403, { host: "127.0.0.1.evil.example" }],
    [403, { host: "localhost.evil.example:80" }],
    [403, { host: "localhost", origin: "https://evil.example" }],
    [403, { host: "localhost", origin: "null" }],
  ])("answers %i to the headers %j", async (status, headers) => {
    const simulator = await startControlled();
    simulator.renewGuid("101");
    const guid = simulator.guidOf("101");
    expect((await ask(simulator, "POST", "/reset", { headers })).status).toBe(status);
    expect(simulator.guidOf("101") === guid).toBe(status === 403);
  });
});
