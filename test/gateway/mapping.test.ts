import { describe, expect, it } from "vitest";
import { findFault, toAnswer, toWire } from "../../lib/gateway/mapping.ts";
import { GatewaySite } from "../../lib/gateway/site.ts";
import type { TransferRequest } from "../../lib/transfer/request.ts";

const SITE = GatewaySite.parse({ schemaVersion: 1, url: "https://192.0.2.1:8043" });

const REQUEST = {
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  caller: "88880021",
  callData: "help",
} as const satisfies TransferRequest;

describe("a request on the wire", () => {
  it("is the example of the vendor's page, member by member", () => {
    expect(JSON.stringify(toWire(REQUEST))).toBe(
      '{"callid":"1552524689-16797284","caller":"88880021","devicetype":2,"mode":2,"address":"205","calldata":"help"}',
    );
  });

  const TYPES = [
    ["skill-queue", 1],
    ["agent", 2],
    ["access-code", 4],
  ] as const;
  const MODES = [
    ["blind", 0],
    ["release-after-transfer", 2],
  ] as const;
  const all = TYPES.flatMap(([type, devicetype]) => MODES.map(([mode, wireMode]) => [type, mode, devicetype, wireMode] as const));

  it.each(all)("to a %s in mode %s has devicetype %i and mode %i", (type, mode, devicetype, wireMode) => {
    const wire = toWire({ ...REQUEST, target: { type, address: "31" }, mode });
    expect(wire).toMatchObject({ devicetype, mode: wireMode, address: "31" });
    expect(Object.keys(JSON.parse(JSON.stringify(wire)))).not.toContain("skillId");
  });

  it.each([0, 3, 2_147_483_647])("carries the skill %i of an agent as a number, last", (skillId) => {
    const text = JSON.stringify(toWire({ ...REQUEST, target: { type: "agent", address: "205", skillId } }));
    expect(text).toMatch(new RegExp(`,"skillId":${skillId}}$`));
  });

  it("leaves out what was not given", () => {
    const { caller: _caller, callData: _callData, ...bare } = REQUEST;
    expect(JSON.stringify(toWire(bare))).toBe('{"callid":"1552524689-16797284","devicetype":2,"mode":2,"address":"205"}');
  });

  it("carries nothing of ours", () => {
    const wire = JSON.stringify(toWire({ ...REQUEST, reference: "ticket-4711", deliveryId: "run-4711", attempt: "2" }));
    expect(wire).toBe(JSON.stringify(toWire(REQUEST)));
  });
});

describe("an answer of the gateway", () => {
  const answer = (body: string | Uint8Array, status = 200, confidential: readonly string[] = []) =>
    toAnswer({ status, body: typeof body === "string" ? Buffer.from(body) : body }, SITE, confidential);

  it('is accepted for the retcode "0" alone', () => {
    expect(answer('{"message":"success","retcode":"0"}')).toEqual({ state: "accepted", gateway: { retcode: "0", message: "success" } });
  });

  it.each([
    ["no body", "", "not JSON"],
    ["no JSON", "success", "not JSON"],
    ["HTML", "<!DOCTYPE html><html><body>Sign in</body></html>", "not JSON"],
    ["cut JSON", '{"message":"success","retcode":"0', "not JSON"],
    ["null", "null", "no retcode"],
    ["a number", "0", "no retcode"],
    ["a text", '"0"', "no retcode"],
    ["an array", '[{"message":"success","retcode":"0"}]', "no retcode"],
    ["no retcode", '{"message":"success"}', "no retcode"],
    ["a retcode of null", '{"retcode":null}', "no retcode"],
    ["a number as retcode", '{"message":"success","retcode":0}', "no retcode"],
    ["an empty retcode", '{"message":"success","retcode":""}', "no retcode"],
    ["a list of retcodes", '{"retcode":["0"]}', "no retcode"],
    ["the retcode under a name in another case", '{"message":"success","retCode":"0"}', "no retcode"],
    ["the retcode one level down", '{"result":{"retcode":"0"}}', "no retcode"],
  ])("that is %s is unknown, and the log is told why", (_name, body, fault) => {
    expect(answer(body)).toEqual({ state: "unknown", code: "gateway-invalid-response" });
    expect(findFault({ status: 200, body: Buffer.from(body) })).toBe(fault);
  });

  it("has no fault where it can be read, and that of its status before any other", () => {
    expect(findFault({ status: 200, body: Buffer.from('{"retcode":"106-004"}') })).toBeUndefined();
    expect(findFault({ status: 503, body: Buffer.from("<html>") })).toBe("http-503");
  });

  it.each([201, 202, 204, 301, 307, 400, 401, 403, 404, 405, 500, 502, 503, 0])(
    "with HTTP status %i is unknown, whatever it says",
    (status) => {
      for (const retcode of ["0", "100-006", "200-012"])
        expect(answer(JSON.stringify({ message: "", retcode }), status)).toEqual({ state: "unknown", code: "gateway-invalid-response" });
    },
  );

  it("is read with a byte order mark, further members, and without a message", () => {
    expect(answer('\ufeff{"retcode":"0","message":"success"}')).toMatchObject({ state: "accepted" });
    expect(answer('{"message":"success","result":{"a":1},"event":null,"retcode":"0"}')).toMatchObject({ state: "accepted" });
    expect(answer('{"retcode":"0"}')).toEqual({ state: "accepted", gateway: { retcode: "0", message: "" } });
    expect(answer('{"retcode":"0","message":7}')).toEqual({ state: "accepted", gateway: { retcode: "0", message: "" } });
  });

  it.each([
    ["200-012", "", { state: "refused", code: "gateway-refused", reason: "no-such-call" }],
    ["100-006", "agent not login", { state: "refused", code: "agent-not-signed-in" }],
    ["000-004", "", { state: "refused", code: "gateway-busy" }],
    ["999-999", "Unknown ERROR._160021", { state: "refused", code: "gateway-refused", reason: "already-transferred" }],
    ["100-007", "", { state: "unknown", code: "gateway-error" }],
    ["106-012", "", { state: "unknown", code: "gateway-error" }],
    ["00", "", { state: "unknown", code: "gateway-error" }],
    [" 0", "", { state: "unknown", code: "gateway-error" }],
    ["constructor", "", { state: "unknown", code: "gateway-error" }],
    ["__proto__", "", { state: "unknown", code: "gateway-error" }],
  ])("with retcode %j and message %j is told with the gateway's words", (retcode, message, expected) => {
    expect(answer(JSON.stringify({ message, retcode }))).toEqual({ ...expected, gateway: { retcode, message } });
  });

  it("is a refusal where its site lists the retcode", () => {
    const site = GatewaySite.parse({ ...SITE, refusals: { "106-009": "call-released" } });
    const response = { status: 200, body: Buffer.from('{"message":"","retcode":"106-009"}') };
    expect(toAnswer(response, site, [])).toMatchObject({ state: "refused", code: "gateway-refused", reason: "call-released" });
  });
});
