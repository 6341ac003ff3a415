import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Guid } from "../../lib/gateway/agent-access.ts";
import { parsePasswordFacts, parseSetGuid, parseUpdatedGuid } from "../../lib/gateway/session-wire.ts";
import { anyText, brokenText, fuzz } from "../support/fuzz-settings.ts";

const GUID = "279fe21d-2caa-4437-84c3-ab9e9dae20f5.AgentGateway0";

describe("Set-GUID", () => {
  it.each<[readonly string[] | undefined, string | undefined]>([
    [[`JSESSIONID=${GUID}`], GUID],
    [[` JSESSIONID=${GUID} `], GUID],
    [[`JSESSIONID=${GUID};Path=/agentgateway;Secure`], GUID],
    [[`JSESSIONID=${GUID} ; Path=/; HttpOnly`], GUID],
    [["JSESSIONID=1234"], "1234"],
    [["JSESSIONID=a==.Node"], "a==.Node"],
    [[`JSESSIONID=${"x".repeat(256)}`], "x".repeat(256)],
    [["JSESSIONID=first", "JSESSIONID=last"], "last"],
    [["JSESSIONID=first", "garbage"], "first"],
    [undefined, undefined],
    [[], undefined],
    [[""], undefined],
    [[GUID], undefined],
    [["JSESSIONID="], undefined],
    [["JSESSIONID=;"], undefined],
    [["JSESSIONID=; Path=/"], undefined],
    [[`jsessionid=${GUID}`], undefined],
    [[`OTHER=1; JSESSIONID=${GUID}`], undefined],
    [[`JSESSIONID="${GUID}"`], undefined],
    [["JSESSIONID=a b"], undefined],
    [["JSESSIONID=a,JSESSIONID=b"], undefined],
    [["JSESSIONID=a, JSESSIONID=b"], undefined],
    [["JSESSIONID=gu\u00efd"], undefined],
    [["JSESSIONID=a\u0000b"], undefined],
    [[`JSESSIONID=${"x".repeat(257)}`], undefined],
  ])("%j brings %j", (values, guid) => {
    expect(parseSetGuid(values)).toBe(guid);
  });

  it("brings what a Guid header may hold, whatever it is", () => {
    const text = fc.oneof(anyText(), brokenText(), fc.string({ maxLength: 300 }));
    const value = fc.oneof(
      text,
      text.map((rest) => `JSESSIONID=${rest}`),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), (values) => {
        const guid = parseSetGuid(values);
        if (guid === undefined) return;
        expect(guid).toMatch(/^[\x21-\x7e]{1,256}$/);
        expect(guid).not.toMatch(/[;,"]/);
        expect(values.some((given) => given.includes(guid))).toBe(true);
      }),
      fuzz(),
    );
  });
});

describe("the result of updateGuid", () => {
  it.each<[unknown, string | undefined]>([
    [{ guid: GUID }, GUID],
    [{ guid: `JSESSIONID=${GUID}` }, GUID],
    [{ guid: GUID, further: 1 }, GUID],
    [{ guid: "" }, undefined],
    [{ guid: null }, undefined],
    [{ Guid: GUID }, undefined],
    [GUID, undefined],
    ["", undefined],
    [null, undefined],
    [undefined, undefined],
    [[GUID], undefined],
  ])("%j brings %j", (result, guid) => {
    expect(parseUpdatedGuid(result)).toBe(guid);
    if (guid !== undefined) expect(Guid.parse(guid)).toBe(guid);
  });
});

describe("what a sign-in tells of the password", () => {
  it.each<[unknown, boolean | undefined, number | undefined]>([
    [{ isForceChange: "true", timeRemaining: "9" }, true, 9],
    [{ isForceChange: "false", timeRemaining: "0" }, false, 0],
    [{ isForceChange: true, timeRemaining: "" }, true, undefined],
    [{ isForceChange: false }, false, undefined],
    [{ isForceChange: "TRUE", timeRemaining: "180" }, undefined, 180],
    [{ isForceChange: "", timeRemaining: "-1" }, undefined, undefined],
    [{ isForceChange: null, timeRemaining: null }, undefined, undefined],
    [{ isForceChange: 1, timeRemaining: "9 days" }, undefined, undefined],
    [{ timeRemaining: "9999999999" }, undefined, undefined],
    [{ timeRemaining: "1e3" }, undefined, undefined],
    [{}, undefined, undefined],
    ["", undefined, undefined],
    [null, undefined, undefined],
    [undefined, undefined, undefined],
    [[], undefined, undefined],
  ])("in %j is that it must be changed: %s, days left: %s", (result, mustChangePassword, passwordDaysLeft) => {
    expect(parsePasswordFacts(result)).toEqual({ mustChangePassword, passwordDaysLeft });
  });
});
