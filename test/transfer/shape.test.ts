/** The shape of a webhook: all that a mapping is written against, and no value, whatever the body is. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSameShape, mergeShapes, type Shape, toShape } from "../../lib/transfer/shape.ts";

describe("the shape of a webhook", () => {
  it("has the path of each field, with what stands there, and the elements of a list as one", () => {
    const body = { id: 7, customer: { name: "Ana", vip: true, note: null }, items: [{ price: 1 }, { price: "1.50", tags: [] }] };
    expect(toShape("body", body)).toEqual({
      body: ["object"],
      "body.id": ["number"],
      "body.customer": ["object"],
      "body.customer.name": ["string"],
      "body.customer.vip": ["boolean"],
      "body.customer.note": ["null"],
      "body.items": ["array"],
      "body.items[]": ["object"],
      "body.items[].price": ["number", "string"],
      "body.items[].tags": ["array"],
    });
  });

  it.each(["+4915112345678", "ana@example.com", "88880021", "12345-a", "Ana Müller", "x".repeat(65), "", "9", "id-2026-11-25", "{a}"])(
    "hides a name that looks like a value: %s",
    (name) => {
      expect(toShape("body", { [name]: 1 })).toEqual({ body: ["object"], "body.*": ["number"] });
    },
  );

  it.each(["ccgw_call_id", "x-zendesk-webhook-id", "$type", "address2", "field_1001", "CCGW_Call_Id__c", "x".repeat(64)])(
    "tells a name: %s",
    (name) => {
      expect(Object.keys(toShape("body", { [name]: 1 }))).toEqual(["body", `body.${name}`]);
    },
  );

  it("hides the names of a map", () => {
    const map = Object.fromEntries(Array.from({ length: 51 }, (_each, index) => [`ana${index}`, { seen: true }]));
    expect(toShape("body", { map })).toEqual({
      ...{ body: ["object"], "body.map": ["object"] },
      ...{ "body.map.*": ["object"], "body.map.*.seen": ["boolean"] },
    });
  });

  it("ends at ten steps, and at 300 paths", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(20)}1${"}".repeat(20)}`);
    expect(Object.keys(toShape("body", deep)).at(-1)).toBe(`body${".a".repeat(10)}`);
    const letters = [..."abcdefghijklmnopqrst"];
    const wide = Object.fromEntries(letters.map((one) => [one, Object.fromEntries(letters.map((other) => [other, 1]))]));
    const shape = toShape("body", wide);
    expect(Object.keys(shape)).toHaveLength(300);
    expect(Object.keys(mergeShapes(shape, toShape("query", wide)))).toHaveLength(300);
  });

  it("is told in time of a body of a million values", () => {
    expect(
      toShape(
        "body",
        Array.from({ length: 1_000_000 }, () => 1),
      ),
    ).toEqual({ body: ["array"], "body[]": ["number"] });
  });

  it("reads no more of a map than it tells", () => {
    const map = Object.fromEntries(Array.from({ length: 95_000 }, (_each, index) => [`ana${index}`, 1]));
    let read = 0;
    const counted = new Proxy(map, {
      get(target, name, receiver) {
        read += 1;
        return Reflect.get(target, name, receiver);
      },
    });
    expect(toShape("body", counted)).toEqual({ body: ["object"], "body.*": ["number"] });
    expect(read).toBeLessThanOrEqual(5_000);
  });

  it("gains from another one, and knows when there is nothing to gain", () => {
    const one: Shape = { body: ["object"], "body.a": ["number"] };
    const other: Shape = { "body.a": ["string"], "body.b": ["null"] };
    const both = mergeShapes(one, other);
    expect(both).toEqual({ body: ["object"], "body.a": ["number", "string"], "body.b": ["null"] });
    expect([isSameShape(both, mergeShapes(both, one)), isSameShape(one, both)]).toEqual([true, false]);
  });

  it("holds no value, whatever the body is", () => {
    const value = fc.stringMatching(/^canary[a-z]{3}$/);
    fc.assert(
      fc.property(
        fc.letrec((tie) => ({
          any: fc.oneof({ maxDepth: 4 }, value, fc.double(), fc.array(tie("any")), fc.dictionary(fc.string(), tie("any"))),
        })).any,
        (body) => {
          const shape = JSON.stringify(toShape("body", body));
          expect(shape).not.toMatch(/canary/);
          expect(shape).not.toMatch(/\d{5}/);
        },
      ),
    );
  });
});
