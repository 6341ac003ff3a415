import { describe, expect, it } from "vitest";
import * as z from "zod";
import { TransferError } from "../../lib/errors.ts";
import { createSecretLookup } from "../../lib/secrets/secret-lookup.ts";

const TTL_MS = 60_000;
const START_MS = 1_000;
const BROKEN_TTL_MS = 10_000;
const SIGNAL = new AbortController().signal;
const UNAVAILABLE = new TransferError("secrets-unavailable", { reason: "down" });
const Document = z.strictObject({ value: z.string() });

/** A reader whose answers a test sets, and a clock that it moves. */
function start() {
  const secrets = new Map<string, string | Error>();
  const reads: string[] = [];
  let nowMs = START_MS;
  let gate: Promise<void> = Promise.resolve();
  const lookup = createSecretLookup({
    folder: "folder",
    schema: Document,
    ttlMs: TTL_MS,
    now: () => nowMs,
    async read(name) {
      reads.push(name);
      await gate;
      const secret = secrets.get(name);
      if (secret instanceof Error) throw secret;
      return secret;
    },
  });
  return {
    lookup,
    reads,
    set: (name: string, value: unknown) => secrets.set(`folder/${name}`, value instanceof Error ? value : JSON.stringify(value)),
    setText: (name: string, text: string) => secrets.set(`folder/${name}`, text),
    advance(ms: number) {
      nowMs += ms;
    },
    /** Holds every read back until the function that it returns is called. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

describe("a document", () => {
  it("is read by its folder and name, and parsed", async () => {
    const { lookup, reads, set } = start();
    set("a", { value: "one" });
    expect(await lookup.get("a", SIGNAL)).toEqual({ value: "one" });
    expect(reads).toEqual(["folder/a"]);
  });

  it.each([
    [TTL_MS - 1, "one", 1],
    [TTL_MS, "two", 2],
  ])("is kept: after %i ms it is %s", async (ageMs, value, count) => {
    const { lookup, reads, set, advance } = start();
    set("a", { value: "one" });
    await lookup.get("a", SIGNAL);
    set("a", { value: "two" });
    advance(ageMs);
    expect(await lookup.get("a", SIGNAL)).toEqual({ value });
    expect(reads).toHaveLength(count);
  });

  it.each([
    [TTL_MS - 1, 1],
    [TTL_MS, 2],
  ])("that is absent is kept like one that is there: %i ms", async (ageMs, count) => {
    const { lookup, reads, advance } = start();
    expect(await lookup.get("a", SIGNAL)).toBeUndefined();
    advance(ageMs);
    expect(await lookup.get("a", SIGNAL)).toBeUndefined();
    expect(reads).toHaveLength(count);
  });

  it("is read once for all who ask at the same time", async () => {
    const { lookup, reads, set, hold } = start();
    const release = hold();
    set("a", { value: "one" });
    const all = [lookup.get("a", SIGNAL), lookup.get("a", SIGNAL), lookup.reread("a", SIGNAL)];
    release();
    expect(await Promise.all(all)).toEqual([{ value: "one" }, { value: "one" }, { value: "one" }]);
    expect(reads).toHaveLength(1);
  });

  it("is read once a name", async () => {
    const { lookup, reads } = start();
    await Promise.all([lookup.get("a", SIGNAL), lookup.get("b", SIGNAL)]);
    expect(reads).toEqual(["folder/a", "folder/b"]);
  });
});

describe("a read that fails", () => {
  it("fails for all who wait for it, and is not kept", async () => {
    const { lookup, reads, set } = start();
    set("a", UNAVAILABLE);
    const both = await Promise.allSettled([lookup.get("a", SIGNAL), lookup.get("a", SIGNAL)]);
    expect(both).toMatchObject([{ reason: UNAVAILABLE }, { reason: UNAVAILABLE }]);
    expect(reads).toHaveLength(1);
    set("a", { value: "one" });
    expect(await lookup.get("a", SIGNAL)).toEqual({ value: "one" });
  });

  it("does not take away what was kept", async () => {
    const { lookup, set, advance } = start();
    set("a", { value: "one" });
    await lookup.get("a", SIGNAL);
    advance(TTL_MS / 2);
    set("a", UNAVAILABLE);
    await expect(lookup.reread("a", SIGNAL)).rejects.toBe(UNAVAILABLE);
    expect(await lookup.get("a", SIGNAL)).toEqual({ value: "one" });
  });
});

describe("a document that does not parse", () => {
  it.each([
    [BROKEN_TTL_MS - 1, 1],
    [BROKEN_TTL_MS, 2],
  ])("is misconfigured, and after %i ms has been read %i times", async (ageMs, count) => {
    const { lookup, reads, set, advance } = start();
    set("a", { value: 1 });
    await expect(lookup.get("a", SIGNAL)).rejects.toMatchObject({ code: "misconfigured", effect: "none" });
    advance(ageMs);
    await expect(lookup.get("a", SIGNAL)).rejects.toMatchObject({ code: "misconfigured" });
    expect(reads).toHaveLength(count);
  });

  it.each([
    ["a field of another type", '{"value":["planted"]}', "folder/a: value must be a string"],
    ["text that is no JSON", "planted", "folder/a: is not JSON"],
    ["another document", '["planted"]', "folder/a: document must be an object"],
    ["an unknown field", '{"value":"planted","valeu":"planted"}', "valeu"],
    ["a missing field", "{}", "folder/a: value is required"],
  ])("names its secret and %s, never a value", async (_what, text, reason) => {
    const { lookup, setText } = start();
    setText("a", text);
    const error: unknown = await lookup.get("a", SIGNAL).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "misconfigured", message: expect.stringContaining(reason) });
    expect(String(error)).not.toContain("planted");
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('planted"');
  });
});

describe("reading anew", () => {
  it("gives what is there now, and keeps that", async () => {
    const { lookup, reads, set } = start();
    set("a", { value: "one" });
    await lookup.get("a", SIGNAL);
    set("a", { value: "two" });
    expect(await lookup.reread("a", SIGNAL)).toEqual({ value: "two" });
    expect(await lookup.get("a", SIGNAL)).toEqual({ value: "two" });
    expect(reads).toHaveLength(2);
  });

  it.each([
    [START_MS, 1],
    [START_MS + 1, 2],
  ])("spares what was read since then: %i", async (since, count) => {
    const { lookup, reads, advance } = start();
    await lookup.get("a", SIGNAL);
    advance(1);
    await lookup.reread("a", SIGNAL, since);
    expect(reads).toHaveLength(count);
  });

  it("reads what nobody has asked for", async () => {
    const { lookup, set } = start();
    set("a", { value: "one" });
    expect(await lookup.reread("a", SIGNAL, START_MS)).toEqual({ value: "one" });
  });
});

describe("a glance at what was read last", () => {
  it("reads nothing, and finds what there was however long ago", async () => {
    const { lookup, reads, set, advance } = start();
    expect(lookup.peek("a")).toBeUndefined();
    set("a", { value: "one" });
    await lookup.get("a", SIGNAL);
    advance(TTL_MS * 10);
    expect(lookup.peek("a")).toEqual({ value: "one" });
    expect(reads).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ["is absent", undefined],
    ["does not parse", { value: 1 }],
    ["could not be read", UNAVAILABLE],
  ])("finds none that %s", async (_what, value) => {
    const { lookup, set } = start();
    if (value !== undefined) set("a", value);
    await lookup.get("a", SIGNAL).catch(() => undefined);
    expect(lookup.peek("a")).toBeUndefined();
  });
});
