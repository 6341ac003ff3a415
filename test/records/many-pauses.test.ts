import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import { createPauseBook } from "../../lib/records/pause-book.ts";
import { createPauseWatch } from "../../lib/records/pause-watch.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { RETENTION_SECONDS } from "../support/memory-records.ts";

const { signal } = new AbortController();
const WHO = { by: "ann", reason: "the site is being moved" } as const;
const READ_MAX = 1_000;

/** So many with an end, one after the other. */
async function pauseEach(count: number) {
  const clock = createManualClock();
  const { wallMs } = clock;
  const store = createMemoryStore(clock);
  const book = createPauseBook({ store, wallMs, newId: randomUUID, retentionSeconds: RETENTION_SECONDS });
  const watch = createPauseWatch({ store, wallMs });
  for (let at = 0; at < count; at += 1) {
    await book.pause({ scope: `connection/crm-${at}`, ...WHO, minutes: 60 }, signal);
    clock.pass(1);
  }
  return { book, watch, clock };
}

it("as many pauses as are read are all that there are", async () => {
  const { book, watch } = await pauseEach(READ_MAX);
  expect(await book.list(signal)).toMatchObject({ isCut: false, pauses: { length: READ_MAX } });
  expect(await watch(signal)).toBe(0);
});

it("of more, nobody is told that there are no others", async () => {
  const { book, watch } = await pauseEach(READ_MAX + 1);
  expect(await book.list(signal)).toMatchObject({ isCut: true, pauses: { length: READ_MAX } });
  await expect(watch(signal)).rejects.toMatchObject({ code: "store-unavailable" });
});

it("before more, one without an end is the oldest all the same", async () => {
  const { book, watch, clock } = await pauseEach(0);
  await book.pause({ scope: "gateway/main", ...WHO }, signal);
  clock.pass(60_000);
  for (let at = 0; at <= READ_MAX; at += 1) await book.pause({ scope: `connection/crm-${at}`, ...WHO, minutes: 5 }, signal);
  expect(await watch(signal)).toBe(1);
});
