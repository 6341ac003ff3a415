/** One item a connection, which gains what is new and ends a day after its time. */
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import { createShapes } from "../../lib/records/shapes.ts";

const NOW_MS = Date.parse("2026-11-25T12:00:00Z");
const UNTIL = "2026-11-25T12:15:00.000Z";
const { signal } = new AbortController();

function open() {
  const store = createMemoryStore({ wallMs: () => NOW_MS });
  let count = 0;
  const shapes = createShapes({ store, newRevision: () => `revision-${++count}` });
  return { store, shapes, writes: () => count };
}

describe("the shapes of a connection's webhooks", () => {
  it("are kept together, until a day after their time", async () => {
    const { store, shapes } = open();
    await shapes.add("crm", { until: UNTIL, shape: { body: ["object"], "body.a": ["string"] } }, signal);
    await shapes.add("crm", { until: UNTIL, shape: { body: ["object"], "body.a": ["null"] } }, signal);
    expect(store.items()).toEqual([
      {
        ...{ kind: "capture", id: "capture:crm", revision: "revision-2", schemaVersion: 1, until: UNTIL },
        ...{ expiresAt: Date.parse("2026-11-26T12:15:00Z") / 1_000, shape: { body: ["object"], "body.a": ["null", "string"] } },
      },
    ]);
  });

  it("write nothing that is known", async () => {
    const { shapes, writes } = open();
    for (let each = 0; each < 3; each += 1) await shapes.add("crm", { until: UNTIL, shape: { body: ["object"] } }, signal);
    expect(writes()).toBe(1);
  });

  it("begin anew with another time", async () => {
    const { store, shapes } = open();
    await shapes.add("crm", { until: UNTIL, shape: { "body.a": ["string"] } }, signal);
    await shapes.add("crm", { until: "2026-11-25T12:30:00.000Z", shape: { "body.b": ["string"] } }, signal);
    expect(store.items()).toMatchObject([{ shape: { "body.b": ["string"] } }]);
  });

  it("lose nothing to each other", async () => {
    const { store, shapes } = open();
    await Promise.all(["a", "b", "c"].map((name) => shapes.add("crm", { until: UNTIL, shape: { [`body.${name}`]: ["string"] } }, signal)));
    expect(Object.keys(Object(store.items()[0]).shape).toSorted()).toEqual(["body.a", "body.b", "body.c"]);
  });
});
