import { describe, expect, it } from "vitest";
import { StatusKey, toStatusKeys } from "../../lib/secrets/status-key.ts";
import { inOurWords } from "../../lib/transfer/issue-words.ts";

const VALUE = "v".repeat(32);
const PREVIOUS = { id: "0", value: "p".repeat(32) };

describe("the status key's document", () => {
  it.each([
    ["the key alone, as a deployment makes it", { value: VALUE }, [{ id: "1", value: VALUE }]],
    ["an id", { id: "2026-11", value: VALUE }, [{ id: "2026-11", value: VALUE }]],
    ["those before, too", { value: VALUE, previous: [PREVIOUS] }, [{ id: "1", value: VALUE }, PREVIOUS]],
  ])("with %s gives the keys, the one in use first", (_what, fields, keys) => {
    expect(toStatusKeys(StatusKey.parse({ schemaVersion: 1, ...fields }))).toEqual(keys);
  });

  it.each<[string, unknown, string[]]>([
    ["no key", { schemaVersion: 1 }, ["value"]],
    ["a key of 31 characters", { schemaVersion: 1, value: "v".repeat(31) }, ["value"]],
    ["the CHANGE-ME of our documents", { schemaVersion: 1, value: `CHANGE-ME${VALUE}` }, ["value"]],
    ["an id with a dot", { schemaVersion: 1, id: "1.2", value: VALUE }, ["id"]],
    ["an empty id", { schemaVersion: 1, id: "", value: VALUE }, ["id"]],
    ["one before without an id", { schemaVersion: 1, value: VALUE, previous: [{ value: PREVIOUS.value }] }, ["previous.0.id"]],
    [
      "one before of 31 characters",
      { schemaVersion: 1, value: VALUE, previous: [{ id: "0", value: "p".repeat(31) }] },
      ["previous.0.value"],
    ],
    ["one before of the same id", { schemaVersion: 1, id: "0", value: VALUE, previous: [PREVIOUS] }, ["previous"]],
    ["two before of the same id", { schemaVersion: 1, value: VALUE, previous: [PREVIOUS, PREVIOUS] }, ["previous"]],
    ["another version", { schemaVersion: 2, value: VALUE }, ["schemaVersion"]],
    ["another field", { schemaVersion: 1, value: VALUE, next: VALUE }, [""]],
    ["a text instead", VALUE, [""]],
  ])("is refused with %s, without repeating it", (_what, document, paths) => {
    const { error } = StatusKey.safeParse(document, { error: inOurWords });
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual(paths);
    expect(JSON.stringify(error?.issues)).not.toMatch(/vvvv|pppp/);
  });

  it("is missed where there is none", () => {
    expect(() => toStatusKeys(undefined)).toThrow(expect.objectContaining({ code: "misconfigured", message: "no secret keys/status" }));
  });
});
