/** The keys of statuses' addresses as they change: who signs with which, and who still takes what. */
import { describe, expect, it } from "vitest";
import { composeStatusTokens } from "../../lib/composition/status-tokens.ts";
import { createManualClock, INSTANT } from "../support/manual-clock.ts";

const TRANSFER = { connection: "crm", transferId: "abc-1" };
const OLD = { id: "1", value: "the-status-key-that-was-in-use-before" };
const NEW = { id: "2", value: "the-status-key-that-is-in-use-by-now" };
const DAY_MS = 24 * 60 * 60 * 1_000;
const { signal } = new AbortController();

/** Two functions, each with a cache of its own, and the one secret. */
function start(first: object | "none" = OLD) {
  let document = first;
  const reads = { signing: 0, verifying: 0 };
  const clock = { ...createManualClock(), sleep: async () => {} };
  function compose(role: keyof typeof reads) {
    const read = async () => {
      reads[role] += 1;
      return document === "none" ? undefined : JSON.stringify({ schemaVersion: 1, ...document });
    };
    return composeStatusTokens({ retentionDays: 30 }, { read }, clock);
  }
  const [signing, verifying] = [compose("signing"), compose("verifying")];
  return {
    reads,
    clock,
    put: (next: object) => {
      document = next;
    },
    sign: async (at = INSTANT) => (await signing.signer(signal))(TRANSFER, new Date(at)),
    verify: (token: string, nowMs = INSTANT) => verifying.verify(TRANSFER, { token, now: new Date(nowMs) }, signal),
  };
}

describe("a status token", () => {
  it("is good for as long as records are kept, and not longer", async () => {
    const { sign, verify } = start();
    const token = await sign();
    expect(await verify(token, INSTANT + 30 * DAY_MS - 1)).toEqual({ ok: true, secretId: "1" });
    expect(await verify(token, INSTANT + 30 * DAY_MS)).toEqual({ ok: false, reason: "expired-credential" });
  });

  it("is signed with the key in use, and taken with the one before", async () => {
    const { sign, verify, put, clock } = start();
    const before = await sign();
    put({ ...NEW, previous: [OLD] });
    clock.pass(5 * 60_000);
    expect(await verify(await sign())).toEqual({ ok: true, secretId: "2" });
    expect(await verify(before)).toEqual({ ok: true, secretId: "1" });
  });

  it("of a newer key than is known is taken all the same", async () => {
    const { sign, verify, put, clock, reads } = start();
    expect(await verify(await sign())).toMatchObject({ ok: true });
    put({ ...NEW, previous: [OLD] });
    clock.pass(5 * 60_000 - 1);
    const known = start({ ...NEW, previous: [OLD] });
    expect(await verify(await known.sign())).toEqual({ ok: true, secretId: "2" });
    expect(reads.verifying).toBe(2);
  });

  it("that nobody has signed has the keys read anew once in ten seconds, however many there are", async () => {
    const { verify, reads, clock } = start();
    const guess = `1.9999999999.${"A".repeat(43)}`;
    for (const ms of [0, 1, 9_998, 1, 1]) {
      clock.pass(ms);
      expect(await verify(guess)).toEqual({ ok: false, reason: "wrong-credential" });
    }
    expect(reads.verifying).toBe(2);
    expect(await verify("no token")).toEqual({ ok: false, reason: "malformed-credential" });
    expect(reads.verifying).toBe(2);
  });

  it("cannot be made or taken without keys", async () => {
    const { sign, verify } = start("none");
    await expect(sign()).rejects.toMatchObject({ code: "misconfigured" });
    await expect(verify(`1.9999999999.${"A".repeat(43)}`)).rejects.toMatchObject({ code: "misconfigured" });
  });
});
