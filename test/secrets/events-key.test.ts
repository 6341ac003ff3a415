import { describe, expect, it } from "vitest";
import { EventsKey, toEventsKeys } from "../../lib/secrets/events-key.ts";
import { inOurWords } from "../../lib/transfer/issue-words.ts";

const VALUE = "v".repeat(32);
const PREVIOUS = "p".repeat(32);

describe("the events key's document", () => {
  it.each([
    ["the key alone", { value: VALUE }, [VALUE]],
    ["the one before, too", { value: VALUE, previous: PREVIOUS }, [VALUE, PREVIOUS]],
  ])("with %s gives the keys, the one in use first", (_what, fields, keys) => {
    expect(toEventsKeys(EventsKey.parse({ schemaVersion: 1, ...fields }))).toEqual(keys);
  });

  it.each<[string, unknown, string[]]>([
    ["no key", { schemaVersion: 1 }, ["value"]],
    ["a key of 31 characters", { schemaVersion: 1, value: "v".repeat(31) }, ["value"]],
    ["a key that is no text", { schemaVersion: 1, value: 4711 }, ["value"]],
    ["one before of 31 characters", { schemaVersion: 1, value: VALUE, previous: "p".repeat(31) }, ["previous"]],
    ["an empty one before", { schemaVersion: 1, value: VALUE, previous: "" }, ["previous"]],
    ["another version", { schemaVersion: 2, value: VALUE }, ["schemaVersion"]],
    ["no version", { value: VALUE }, ["schemaVersion"]],
    ["another field", { schemaVersion: 1, value: VALUE, next: VALUE }, [""]],
    ["a text instead", VALUE, [""]],
  ])("is refused with %s, without repeating it", (_what, document, paths) => {
    const { error } = EventsKey.safeParse(document, { error: inOurWords });
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual(paths);
    expect(JSON.stringify(error?.issues)).not.toMatch(/vvvv|pppp|4711/);
  });

  it("is missed where there is none", () => {
    expect(() => toEventsKeys(undefined)).toThrow(expect.objectContaining({ code: "misconfigured", message: "no secret keys/events" }));
  });
});
