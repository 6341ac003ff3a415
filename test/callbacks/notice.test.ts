import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OutcomeNotice, toAsciiJson, toNoticeId } from "../../lib/callbacks/notice.ts";
import { anyText, fuzz } from "../support/fuzz-settings.ts";
import { NOTICE, toNotice } from "./callback-notice.ts";

describe("a notice", () => {
  it("is what its producer says", () => {
    expect(OutcomeNotice.parse(NOTICE)).toEqual(NOTICE);
  });

  it.each(["pending", "completed", "failed", "unconfirmed", "not-observed"])("may tell of the outcome %s, and why", (outcome) => {
    const notice = { ...NOTICE, state: "unknown", outcome, outcomeReason: "customer-left" };
    expect(OutcomeNotice.parse(notice)).toEqual(notice);
  });

  it("drops what is not for a receiver, wherever it comes from", () => {
    const { data } = OutcomeNotice.safeParse({ ...NOTICE, caller: "88880021", callData: "help", guid: "g" });
    expect(data).toEqual(NOTICE);
  });

  it.each([
    ["schemaVersion", 2],
    ["transferId", ""],
    ["transferId", "a b"],
    ["transferId", "a\r\nx-header: 1"],
    ["transferId", "ü"],
    ["transferId", "x".repeat(256)],
    ["connection", "CRM"],
    ["connection", "a/b"],
    ["state", "refused"],
    ["outcome", "done"],
    ["outcomeReason", "another"],
    ["callId", ""],
    ["agentId", "100"],
    ["target", { type: "agent" }],
    ["mode", "warm"],
    ["reference", "x".repeat(65)],
    ["receivedAt", "yesterday"],
    ["at", undefined],
    ["at", "2026-11-23"],
  ])("is refused with %s %j", (field, value) => {
    const issues = OutcomeNotice.safeParse({ ...NOTICE, [field]: value }).error?.issues;
    expect(issues?.map(({ path }) => path[0])).toEqual([field]);
  });
});

describe("the id of a notice", () => {
  it("is of the transfer, its state and its outcome, and is never split by the signature's full stop", () => {
    expect(toNoticeId(toNotice())).toBe("d0248dec-3b17-4c32-951a-7114bc5806fc_accepted_completed");
  });

  it.each([{ transferId: "another" }, { state: "unknown" }, { outcome: "failed" }])("is another with %j", (over) => {
    expect(toNoticeId(toNotice(over))).not.toBe(toNoticeId(toNotice()));
  });

  it("is the same for what a receiver has been told already", () => {
    expect(toNoticeId(toNotice({ at: "2026-11-24T00:00:00.000Z", outcomeReason: "customer-left" }))).toBe(toNoticeId(toNotice()));
  });
});

describe("JSON in ASCII", () => {
  it("says all that JSON says", () => {
    const property = fc.property(anyText(64), (text) => {
      const json = toAsciiJson({ text });
      expect(json).toMatch(/^[\x20-\x7e]*$/);
      expect(JSON.parse(json)).toEqual({ text });
    });
    fc.assert(property, fuzz());
  });

  it.each([
    ["ü客", "\\u00fc\\u5ba2"],
    ["😀", "\\ud83d\\ude00"],
    ["\u007f\u0080\u2028\uffff", "\\u007f\\u0080\\u2028\\uffff"],
    ['a"\\~', 'a\\"\\\\~'],
  ])("writes %j as %s", (text, written) => {
    expect(toAsciiJson([text])).toBe(`["${written}"]`);
  });
});
