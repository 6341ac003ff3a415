import { describe, expect, it } from "vitest";
import { CTI_REFUSALS, ctiCodeOf, findRefusal, isKnownRetcode, REFUSALS, RETCODE_FORM } from "../../lib/gateway/retcodes.ts";
import { REFUSAL_REASONS } from "../../lib/transfer/result.ts";

/** Written apart from lib/: the architecture's list of codes with effect none, in its own words. */
const NONE = [
  ["000-001", "gateway-refused", "other"],
  ["000-002", "gateway-refused", "other"],
  ["000-003", "agent-not-signed-in", undefined],
  ["000-004", "gateway-busy", undefined],
  ["000-006", "gateway-refused", "other"],
  ["100-006", "agent-not-signed-in", undefined],
  ["105-001", "agent-not-signed-in", undefined],
  ["105-002", "gateway-busy", undefined],
  ["105-003", "agent-not-signed-in", undefined],
  ["105-004", "agent-not-signed-in", undefined],
  ["105-005", "agent-not-signed-in", undefined],
  ["105-006", "agent-not-signed-in", undefined],
  ["105-007", "agent-not-signed-in", undefined],
  ["106-001", "gateway-refused", "not-permitted"],
  ["106-004", "gateway-refused", "invalid-target"],
  ["200-012", "gateway-refused", "no-such-call"],
] as const;

/** All other codes of the vendor's table, and those whose meaning is unknown. */
const NOT_NONE = [
  "000-000 000-005 000-007",
  "100-001 100-002 100-003 100-004 100-005 100-007 100-008 100-009 100-010 100-011 100-012 100-013 100-014 100-015 100-016",
  "100-017 100-018 100-019 100-020 100-021 110-016",
  "106-002 106-003 106-005 106-006 106-007 106-008 106-009 106-010 106-011 106-012",
  "999-999",
].flatMap((line) => line.split(" "));

const CTI = [
  ["160007", "no-such-call"],
  ["160015", "call-released"],
  ["160021", "already-transferred"],
] as const;

describe("a retcode that is documented to come before acting", () => {
  it.each(NONE)("%s is %s %s", (retcode, code, reason) => {
    expect(findRefusal(retcode, "", {})).toEqual(reason === undefined ? { code } : { code, reason });
  });

  it("is on no longer a list than the documents prove", () => {
    expect(Object.keys(REFUSALS).sort()).toEqual(NONE.map(([retcode]) => retcode).sort());
    expect(Object.keys(CTI_REFUSALS).sort()).toEqual(CTI.map(([code]) => code).sort());
  });

  it.each(NONE)("%s is not turned into something else by its site", (retcode, code) => {
    expect(findRefusal(retcode, "", { [retcode]: "call-released" })?.code).toBe(code);
    expect(findRefusal(retcode, "", { [retcode]: "call-released" })).not.toMatchObject({ reason: "call-released" });
  });

  it.each(NONE)("%s is not turned into something else by a CTI code in its message", (retcode, code) => {
    expect(findRefusal(retcode, "Unknown ERROR._160015", {})).not.toMatchObject({ reason: "call-released" });
    expect(findRefusal(retcode, "Unknown ERROR._160015", {})?.code).toBe(code);
  });
});

describe("any other retcode", () => {
  it.each(NOT_NONE)("%s proves nothing", (retcode) => {
    expect(findRefusal(retcode, "simulated failure", {})).toBeUndefined();
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty", "", "0", "100-006 ", "100‐006", "1OO-006"])(
    "%j proves nothing",
    (retcode) => {
      expect(findRefusal(retcode, "", {})).toBeUndefined();
      expect(findRefusal(retcode, "", { "106-005": "other" })).toBeUndefined();
      expect(isKnownRetcode(retcode)).toBe(false);
    },
  );

  it.each(REFUSAL_REASONS)("becomes a refusal for the reason %s where its site says so", (reason) => {
    expect(findRefusal("106-005", "", { "106-005": reason })).toEqual({ code: "gateway-refused", reason });
    expect(findRefusal("106-006", "", { "106-005": reason })).toBeUndefined();
  });

  it("takes its site's reason before that of a CTI code", () => {
    expect(findRefusal("106-005", "Unknown ERROR._160007", { "106-005": "not-permitted" })).toMatchObject({ reason: "not-permitted" });
  });
});

describe("a CTI code in the message", () => {
  it.each(CTI)("%s is a refusal for the reason %s", (code, reason) => {
    expect(findRefusal("999-999", `Unknown ERROR._${code}`, {})).toEqual({ code: "gateway-refused", reason });
    expect(findRefusal("999-999", ` Unknown ERROR._${code} `, {})).toEqual({ code: "gateway-refused", reason });
  });

  it.each([
    "Unknown ERROR._20388",
    "Unknown ERROR._20139",
    "Unknown ERROR._16000",
    "Unknown ERROR._1600070",
    "Unknown ERROR._160007 and more",
    "call 160007",
    "160007",
    "not Unknown ERROR._160007",
    "unknown error._160007",
    "Unknown ERROR._constructor",
    "Unknown ERROR._",
    "",
  ])("%j proves nothing", (message) => {
    expect(findRefusal("999-999", message, {})).toBeUndefined();
  });

  it("is read from the vendor's form alone", () => {
    expect(ctiCodeOf("Unknown ERROR._20388")).toBe("20388");
    expect(ctiCodeOf("Unknown ERROR._1234567890")).toBeUndefined();
    expect(ctiCodeOf("ERROR._20388")).toBeUndefined();
  });
});

describe("what the documents tell", () => {
  it.each([...NONE.map(([retcode]) => retcode), "000-000", "000-007", "100-007"])("is known of %s", (retcode) => {
    expect(isKnownRetcode(retcode)).toBe(true);
  });

  it.each(["106-005", "106-006", "106-009", "106-010", "106-012"])("is not known of %s, which a site may settle", (retcode) => {
    expect(isKnownRetcode(retcode)).toBe(false);
  });

  it.each([
    ["000-001", true],
    ["0-000", true],
    ["0", false],
    ["1000-001", false],
    ["000-0011", false],
    ["000-001\n", false],
    ["constructor", false],
    ["__proto__", false],
  ])("has the form of %j: %s", (retcode, has) => {
    expect(RETCODE_FORM.test(retcode)).toBe(has);
  });
});
