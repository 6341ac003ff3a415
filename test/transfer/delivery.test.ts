import { describe, expect, it } from "vitest";
import { type Delivery, toDelivery } from "../../lib/transfer/delivery.ts";
import { FIELDS } from "../support/transfer-request.ts";

type Over = Readonly<Record<string, unknown>>;

function deliver(over: Over = {}, { name = "crm", deliveryId }: { name?: string; deliveryId?: string } = {}): Delivery {
  const delivery = toDelivery(name, { fields: { ...FIELDS, ...over }, deliveryId }, "main");
  if (delivery === undefined) throw new Error("it has no identity");
  return delivery;
}

const AGENT = { type: "agent", address: "205" };

describe("a delivery that the caller named", () => {
  const named = deliver({ deliveryId: "d-1" });

  it("is an explicit one, wherever the name stood", () => {
    expect(named.explicit).toBe(true);
    expect(deliver({}, { deliveryId: "d-1" })).toEqual(named);
  });

  it.each<[string, Over]>([
    ["call", { callId: "other" }],
    ["agent", { agentId: "102" }],
    ["target", { target: { type: "agent", address: "206" } }],
    ["mode", { mode: "blind" }],
    ["attempt", { attempt: "2" }],
  ])("is the same with another %s, which its fingerprint tells", (_what, over) => {
    const other = deliver({ deliveryId: "d-1", ...over });
    expect(other.key).toBe(named.key);
    expect(other.fingerprint).not.toBe(named.fingerprint);
  });

  it.each<[string, Over]>([
    ["caller", { caller: "1" }],
    ["call data", { callData: "new" }],
    ["call data fields", { callDataFields: { n: 1 } }],
    ["reference", { reference: "ticket" }],
  ])("is the same with another %s, and so is its fingerprint", (_what, over) => {
    expect(deliver({ deliveryId: "d-1", ...over })).toEqual(named);
  });

  it("is another one under another name", () => {
    expect(deliver({ deliveryId: "d-2" }).key).not.toBe(named.key);
  });

  it("is another one at another connection", () => {
    expect(deliver({ deliveryId: "d-1" }, { name: "bot" }).key).not.toBe(named.key);
  });

  it("cannot be confused with one of another connection by how the two names are put together", () => {
    expect(deliver({ deliveryId: 'b","c' }, { name: "a" }).key).not.toBe(deliver({ deliveryId: "c" }, { name: 'a","b' }).key);
  });

  it.each<[string, Over]>([
    ["agent", { agentId: "101" }],
    ["mode", { mode: "release-after-transfer" }],
    ["target", { target: "desk" }],
  ])("has the fingerprint of what the caller gave: a %s is not what the connection fills in", (_what, over) => {
    expect(deliver({ deliveryId: "d-1", ...over }).fingerprint).not.toBe(named.fingerprint);
  });

  it("has the same fingerprint however the members of its target are ordered", () => {
    const one = deliver({ deliveryId: "d-1", target: { type: "agent", address: "205", skillId: 3 } });
    const two = deliver({ deliveryId: "d-1", target: { skillId: 3, address: "205", type: "agent" } });
    expect(two.fingerprint).toBe(one.fingerprint);
  });
});

describe("a delivery without a name", () => {
  const derived = deliver();

  it("is recognised by what it asks for", () => {
    expect(derived.explicit).toBe(false);
    expect(deliver()).toEqual(derived);
  });

  it("is recognised however the members of its target are ordered", () => {
    const one = deliver({ target: { type: "agent", address: "205", skillId: 3 } });
    expect(deliver({ target: { skillId: 3, address: "205", type: "agent" } })).toEqual(one);
  });

  it.each<[string, Over]>([
    ["call", { callId: "other" }],
    ["agent", { agentId: "102" }],
    ["address", { target: { type: "agent", address: "206" } }],
    ["type of target", { target: { type: "access-code", address: "205" } }],
    ["skill", { target: { ...AGENT, skillId: 3 } }],
    ["mode", { mode: "blind" }],
    ["attempt", { attempt: "2" }],
  ])("is another one with another %s", (_what, over) => {
    expect(deliver(over).key).not.toBe(derived.key);
  });

  it.each<[string, Over]>([
    ["caller", { caller: "1" }],
    ["call data", { callData: "new" }],
    ["reference", { reference: "ticket" }],
  ])("is the same with another %s", (_what, over) => {
    expect(deliver(over).key).toBe(derived.key);
  });

  it("is another one at another connection", () => {
    expect(deliver({}, { name: "bot" }).key).not.toBe(derived.key);
  });

  it("is never the same as one that was named", () => {
    expect(deliver({ deliveryId: derived.key }).key).not.toBe(derived.key);
  });
});

describe("a draft of which no valid request can be made", () => {
  it.each<[string, unknown]>([
    ["is no object", "text"],
    ["is nothing", null],
    ["is a list", [FIELDS]],
    ["names no call", { target: AGENT }],
    ["names no call, but itself", { deliveryId: "d-1", target: AGENT }],
    ["has a call that is no text", { ...FIELDS, callId: 1 }],
    ["has an agent that is no text", { ...FIELDS, agentId: 102 }],
    ["has a mode that is no text", { ...FIELDS, mode: 2 }],
    ["has a list of modes", { ...FIELDS, mode: ["blind"] }],
    ["has an attempt that is no text", { ...FIELDS, attempt: 2 }],
    ["has an attempt that is null", { ...FIELDS, attempt: null }],
    ["has a name that is no text", { ...FIELDS, deliveryId: 1 }],
    ["has a target that is not valid", { ...FIELDS, target: { type: "agent", address: "x".repeat(25) } }],
    ["has an empty target", { ...FIELDS, target: {} }],
    ["has a target that is a number", { ...FIELDS, target: 5 }],
    ["has a target that is null", { ...FIELDS, target: null }],
  ])("repeats none: it %s", (_what, fields) => {
    expect(toDelivery("crm", { fields }, "main")).toBeUndefined();
  });

  it("repeats none where body and header name it differently", () => {
    expect(toDelivery("crm", { fields: { ...FIELDS, deliveryId: "d-1" }, deliveryId: "d-2" }, "main")).toBeUndefined();
  });
});
