import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isServiceTokenOf, serviceTokenOf } from "../../lib/verification/service-token.ts";

const KEY = "an-events-key-of-thirty-two-chars";
const OLD_KEY = "the-events-key-that-was-in-use-before";
const AGENT = { gateway: "main", agentId: "101" };
/** printf '%s' '["main","101"]' | openssl dgst -sha256 -hmac an-events-key-of-thirty-two-chars */
const TOKEN = "a0013f8a15dc1e68ab34cddbc66d53ef0d76f0b8e6dffa9c";

/** Written out, apart from lib/. */
function derive(key: string, text: string): string {
  return createHmac("sha256", key).update(text, "utf8").digest("hex").slice(0, 48);
}

/** A list that notes which of its keys were read. */
function watched(keys: readonly string[]) {
  const read: string[] = [];
  const list = new Proxy([...keys], {
    get(target, name, receiver) {
      if (/^\d+$/.test(String(name))) read.push(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
  return { list, read };
}

describe("a service token", () => {
  it("is what openssl makes of the key, the gateway and the agent", () => {
    expect(serviceTokenOf(KEY, AGENT)).toBe(TOKEN);
    expect(derive(KEY, '["main","101"]')).toBe(TOKEN);
  });

  it("is of 48 letters and digits, of which the vendor takes 50", () => {
    expect(serviceTokenOf(KEY, { gateway: "g".repeat(63), agentId: "999999" })).toMatch(/^[0-9a-f]{48}$/);
  });

  it.each([
    ["another agent", KEY, { ...AGENT, agentId: "102" }],
    ["another gateway", KEY, { ...AGENT, gateway: "site-b" }],
    ["the two the other way round", KEY, { gateway: "101", agentId: "main" }],
    ["names with the border elsewhere", KEY, { gateway: "main1", agentId: "01" }],
    ["a name that holds a border", KEY, { gateway: 'main","101', agentId: "" }],
    ["another key", OLD_KEY, AGENT],
  ])("is another one for %s", (_what, key, agent) => {
    expect(serviceTokenOf(key, agent)).not.toBe(TOKEN);
  });
});

describe("a token that is presented", () => {
  it.each([
    ["of the key", [KEY], TOKEN, true],
    ["of the key before, listed last", [OLD_KEY, KEY], TOKEN, true],
    ["of the key in use, listed first", [KEY, OLD_KEY], TOKEN, true],
    ["of a key that is out of use", [OLD_KEY], TOKEN, false],
    ["where there is no key", [], TOKEN, false],
    ["of another agent", [KEY], derive(KEY, '["main","102"]'), false],
    ["of another gateway", [KEY], derive(KEY, '["site-b","101"]'), false],
    ["cut short", [KEY], TOKEN.slice(0, -1), false],
    ["with more", [KEY], `${TOKEN}0`, false],
    ["with a blank", [KEY], ` ${TOKEN}`, false],
    ["in upper case", [KEY], TOKEN.toUpperCase(), false],
    ["the whole digest", [KEY], createHmac("sha256", KEY).update('["main","101"]').digest("hex"), false],
    ["the key itself", [KEY], KEY, false],
    ["empty", [KEY], "", false],
    ["not there", [KEY], undefined, false],
  ])("%s: %#", (_what, keys, presented, expected) => {
    expect(isServiceTokenOf(keys, AGENT, presented)).toBe(expected);
  });

  it.each([
    ["matches the first", TOKEN],
    ["matches the last", derive(OLD_KEY, '["main","101"]')],
    ["matches none", "0".repeat(48)],
    ["is missing", undefined],
  ])("is compared with every key where it %s", (_what, presented) => {
    const { list, read } = watched([KEY, OLD_KEY]);
    isServiceTokenOf(list, AGENT, presented);
    expect(read).toEqual(["0", "1"]);
  });
});
