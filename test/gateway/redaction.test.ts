import { describe, expect, it } from "vitest";
import { toAnswer } from "../../lib/gateway/mapping.ts";
import { GatewaySite } from "../../lib/gateway/site.ts";

const SITE = GatewaySite.parse({ schemaVersion: 1, url: "https://192.0.2.1:8043" });

const GUID = "279fe21d-2caa-4437-84c3-ab9e9dae20f5.AgentGateway0";
const COOKIES = "NSLB=node-7-of-secret; ROUTE=route-of-secret";
const CALLER = "88880021";
const CALL_DATA = 'order "A\\7" of Zoë 😀, number 88880021, please help';
const CONFIDENTIAL = [GUID, COOKIES, CALLER, CALL_DATA];
const WITHHELD = "[withheld: it repeats the request]";

function wordsFor(message: string, retcode = "106-005", confidential: readonly string[] = CONFIDENTIAL) {
  const answer = toAnswer({ status: 200, body: Buffer.from(JSON.stringify({ message, retcode })) }, SITE, confidential);
  if (answer.gateway === undefined) return expect.fail("there are no words");
  return answer.gateway;
}

describe("what the gateway says", () => {
  const ECHOES = [
    ["the Guid", GUID],
    ["the Guid without its node", "279fe21d-2caa-4437-84c3-ab9e9dae20f5"],
    ["the Guid in capitals and without dashes", "279FE21D2CAA443784C3AB9E9DAE20F5"],
    ["the beginning of the Guid", "279fe21d-****"],
    ["the cookies", COOKIES],
    ["one cookie", "ROUTE=route-of-secret"],
    ["another cookie's value", "node-7-of-secret"],
    ["the caller", CALLER],
    ["the caller as it is written elsewhere", "+86 8888-0021"],
    ["the call data", CALL_DATA],
    ["a word of the call data in capitals", "PLEASE..."],
    ["the call data as JSON", JSON.stringify({ calldata: CALL_DATA })],
    ["the call data as JSON of JSON", JSON.stringify(JSON.stringify({ calldata: CALL_DATA }))],
    ["the call data without the caller", CALL_DATA.replace(CALLER, "***")],
  ];

  it.each(ECHOES)("is withheld where it repeats %s", (_name, echo) => {
    expect(wordsFor(`before ${echo} after`).message).toBe(WITHHELD);
    expect(wordsFor(`before ${echo} after`, "0").message).toBe(WITHHELD);
    expect(wordsFor(`Unknown ERROR._160007 ${echo}`).message).toBe(WITHHELD);
  });

  it.each([`${CALLER}-001`, GUID, "279fe21d"])("is withheld of the retcode %s, too", (retcode) => {
    expect(wordsFor("", retcode)).toEqual({ retcode: WITHHELD, message: "" });
  });

  it("is judged before it is cut", () => {
    expect(wordsFor(`${"x".repeat(197)}${GUID}`).message).toBe(WITHHELD);
    expect(wordsFor(`${"x".repeat(500)}${CALLER}`).message).toBe(WITHHELD);
  });

  it.each([
    ["success", "success story"],
    ["agent not login", "agent not login?"],
    ["Unknown ERROR._160007", "160007"],
  ])("is shown as the documents have it: %s, whatever was sent", (message, sent) => {
    expect(wordsFor(message, "100-006", [sent, "100006"])).toEqual({ retcode: "100-006", message });
  });

  it("has no number of the caller in the form of a retcode", () => {
    expect(wordsFor("555-123", "106-005", ["555-123"]).message).toBe(WITHHELD);
  });

  it.each(["王小明", "客户王小明来电"])("holds no name of the call data %s, in a script whose characters are words", (callData) => {
    expect(wordsFor("bad calldata 王小明", "106-005", [callData]).message).not.toContain("王小明");
  });

  it.each([
    ["abcdefgh", "so: abcde", "so: abcde"],
    ["abcdefgh", "so: abcdef", WITHHELD],
    ["abcdefgh", "so: a-b c_d.e f", WITHHELD],
    ["erro", "an error", WITHHELD],
    ["err", "an error", "an error"],
    ["", "an error", "an error"],
    ["....", "an error...", "an error..."],
  ])("that shares with %j: %j is shown as %j", (secret, message, shown) => {
    expect(wordsFor(message, "106-005", [secret]).message).toBe(shown);
  });

  it("holds no control characters", () => {
    expect(wordsFor("a\r\nb\u0000c\u001b[31md\u007fe\u0085f").message).toBe("a  b c [31md e f");
    expect(wordsFor("", "1\n2").retcode).toBe("1 2");
  });

  it.each([
    [200, 200],
    [201, 200],
    [100_000, 200],
  ])("of %i characters has %i of them", (given, kept) => {
    expect(wordsFor("x".repeat(given)).message).toBe("x".repeat(kept));
  });

  it.each([
    [32, 32],
    [33, 32],
  ])("has of a retcode of %i characters %i", (given, kept) => {
    expect(wordsFor("", "7".repeat(given)).retcode).toBe("7".repeat(kept));
  });

  it("is well-formed where the cut splits a character", () => {
    const { message } = wordsFor(`${"x".repeat(199)}😀`);
    expect(message.isWellFormed()).toBe(true);
    expect(message).toHaveLength(200);
  });
});
