import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createSecretLookup } from "../../lib/secrets/secret-lookup.ts";

const ENTRIES_MAX = 1_000;
const SIGNAL = new AbortController().signal;

describe("what is kept", () => {
  it("is bounded: the name that was read longest ago is forgotten, and no other", async () => {
    const reads: string[] = [];
    const lookup = createSecretLookup({
      folder: "f",
      schema: z.string(),
      ttlMs: 60_000,
      now: () => 0,
      async read(name) {
        reads.push(name);
        return undefined;
      },
    });
    for (let at = 0; at <= ENTRIES_MAX; at += 1) await lookup.get(`n-${at}`, SIGNAL);
    reads.length = 0;
    await lookup.get("n-1", SIGNAL);
    await lookup.get(`n-${ENTRIES_MAX}`, SIGNAL);
    expect(reads).toEqual([]);
    await lookup.get("n-0", SIGNAL);
    expect(reads).toEqual(["f/n-0"]);
  });
});

describe("a name that is in use", () => {
  it("is not driven out by names that do not exist", async () => {
    const reads: string[] = [];
    const lookup = createSecretLookup({
      folder: "f",
      schema: z.string(),
      ttlMs: 60_000,
      now: () => 0,
      async read(name) {
        reads.push(name);
        return name === "f/used" ? '"here"' : undefined;
      },
    });
    for (let at = 0; at < 3 * ENTRIES_MAX; at += 1) {
      await lookup.get(`n-${at}`, SIGNAL);
      if (at % 100 === 0) await lookup.get("used", SIGNAL);
    }
    expect(reads.filter((name) => name === "f/used")).toHaveLength(1);
  });
});

describe("whoever cannot wait", () => {
  function startHeld() {
    const answer = Promise.withResolvers<string | undefined>();
    const reads: string[] = [];
    const lookup = createSecretLookup({
      folder: "f",
      schema: z.string(),
      ttlMs: 60_000,
      now: () => 0,
      read(name) {
        reads.push(name);
        return answer.promise;
      },
    });
    return { lookup, reads, answer };
  }

  it("is told that the secrets are unavailable, while the read goes on for the others", async () => {
    const { lookup, reads, answer } = startHeld();
    const controller = new AbortController();
    const impatient = lookup.get("a", controller.signal);
    const patient = lookup.get("a", SIGNAL);
    controller.abort();
    await expect(impatient).rejects.toMatchObject({ code: "secrets-unavailable", effect: "none", message: "deadline" });
    answer.resolve('"one"');
    expect(await patient).toBe("one");
    expect(reads).toHaveLength(1);
  });

  it("is told so at once when it was aborted before", async () => {
    const { lookup } = startHeld();
    await expect(lookup.get("a", AbortSignal.abort())).rejects.toMatchObject({ code: "secrets-unavailable" });
  });

  it("leaves no unhandled rejection when the read fails later", async () => {
    const { lookup, answer } = startHeld();
    await expect(lookup.get("a", AbortSignal.abort())).rejects.toMatchObject({ code: "secrets-unavailable" });
    answer.reject(new Error("late"));
    await expect(lookup.get("b", SIGNAL)).rejects.toThrow("late");
  });
});
