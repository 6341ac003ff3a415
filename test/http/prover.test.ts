import { describe, expect, it, onTestFinished } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { createProver } from "../../lib/http/prover.ts";
import { toHttpRequest } from "../../lib/http/request.ts";
import { createSecretDecoy } from "../../lib/sources/decoy-verifier.ts";
import type { Verifier } from "../../lib/sources/source.ts";
import { toAgentEvent } from "../support/agent-event.ts";
import { toContext } from "../support/http-event.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { PUBLIC_BASE_URL } from "../support/stack.ts";

interface Door {
  readonly verify?: Verifier;
  readonly barred?: string;
}

const { signal } = new AbortController();
const OPEN: Door = { verify: () => ({ ok: true, secretId: "current" }) };
const WRONG: Door = { verify: () => ({ ok: false, reason: "wrong-credential" }) };

interface Proving {
  readonly kept?: Record<string, Door>;
  readonly fresh?: Record<string, Door>;
  /** What another proof fails with. */
  readonly unread?: Error;
}

/** Doors by name, as they are kept and as they are by now. */
function startProving({ kept = {}, fresh = kept, unread }: Proving = {}) {
  const clock = createManualClock();
  const rereads: (readonly [string, number])[] = [];
  const prove = createProver<Door>({
    lookup: {
      get: async (name) => kept[name],
      async reread(name, _signal, since) {
        rereads.push([name, since]);
        return fresh[name];
      },
    },
    bar: (door) => (door === undefined ? "unknown" : door.barred),
    decoy: createSecretDecoy(),
    ...(unread && { proveOtherwise: () => Promise.reject(unread) }),
    now: clock.monotonicMs,
  });
  function toRequest() {
    const request = toHttpRequest(toAgentEvent("PUT", "agent-sessions"), toContext(), { ...clock, publicBaseUrl: PUBLIC_BASE_URL });
    onTestFinished(() => request.stopwatch.end());
    return request;
  }
  async function refuse(name: string | undefined, request = toRequest()) {
    await expect(prove(request, name, signal)).rejects.toMatchObject({ code: "unauthenticated" });
  }
  return { prove, refuse, toRequest, rereads, clock };
}

describe("a proof", () => {
  it("tells who was proven, and by what", async () => {
    const { prove, toRequest, rereads } = startProving({ kept: { door: OPEN } });
    expect(await prove(toRequest(), "door", signal)).toEqual({ known: OPEN, verdict: { ok: true, secretId: "current" } });
    expect(rereads).toEqual([]);
  });

  it("is found where the secret has changed, in what is read no earlier than the request came", async () => {
    const { prove, toRequest, rereads, clock } = startProving({ kept: { door: WRONG }, fresh: { door: OPEN } });
    const request = toRequest();
    const begunAt = clock.monotonicMs();
    expect(await prove(request, "door", signal)).toMatchObject({ known: OPEN });
    expect(request.facts.reason).toBeUndefined();
    expect(rereads).toEqual([["door", begunAt]]);
  });
});

describe("who is not proven", () => {
  const kept = { wrong: WRONG, barred: { ...OPEN, barred: "closed" }, "barred, and wrong": { ...WRONG, barred: "closed" }, walled: {} };

  it.each([
    ["wrong", "wrong-credential"],
    ["barred", "closed"],
    ["barred, and wrong", "closed"],
    ["walled", "wrong-credential"],
    ["nobody", "unknown"],
    [undefined, "unknown"],
  ])("is told why in the log alone: %s is %s", async (name, reason) => {
    const { refuse, toRequest } = startProving({ kept });
    const request = toRequest();
    Object.assign(request.webhook.headers, { authorization: "Bearer a-guess" });
    await refuse(name, request);
    expect(request.facts.reason).toBe(reason);
  });

  it.each(["nobody", "walled", undefined])("costs what a wrong credential costs, where nobody could be: %s", async (name) => {
    const { refuse, toRequest } = startProving({ kept });
    const request = toRequest();
    let looked = 0;
    Object.defineProperty(request.webhook.headers, "authorization", {
      get() {
        looked += 1;
        return "Bearer a-guess";
      },
    });
    await refuse(name, request);
    expect(looked).toBe(name === undefined ? 1 : 2);
  });
});

describe("another proof that cannot be read", () => {
  const unread = new TransferError("misconfigured", { reason: "no secret keys/status" });

  it.each([
    ["is there", { kept: { door: OPEN } }],
    ["was read anew", { kept: { door: WRONG }, fresh: { door: OPEN } }],
  ])("is none, where its own %s", async (_what, doors) => {
    const { prove, toRequest } = startProving({ ...doors, unread });
    expect(await prove(toRequest(), "door", signal)).toEqual({ known: OPEN, verdict: { ok: true, secretId: "current" } });
  });

  it.each(["door", "nobody", undefined])("is told where its own does not hold either: %s", async (name) => {
    const { prove, toRequest } = startProving({ kept: { door: WRONG }, unread });
    await expect(prove(toRequest(), name, signal)).rejects.toBe(unread);
  });

  it("stays loud where it is a bug", async () => {
    const bug = new TypeError("a bug");
    const { prove, toRequest } = startProving({ kept: { door: OPEN }, unread: bug });
    await expect(prove(toRequest(), "door", signal)).rejects.toBe(bug);
  });
});

describe("reading anew", () => {
  it("happens for a name once in ten seconds, whoever else is refused", async () => {
    const { refuse, rereads, clock } = startProving({ kept: { door: WRONG } });
    for (const name of ["door", "nobody", "door", "nobody"]) await refuse(name);
    clock.pass(9_999);
    await refuse("door");
    clock.pass(1);
    await refuse("door");
    expect(rereads.map(([name]) => name)).toEqual(["door", "nobody", "door"]);
  });

  it("does not happen for what is no name", async () => {
    const { refuse, rereads } = startProving();
    await refuse(undefined);
    expect(rereads).toEqual([]);
  });

  it("is remembered for a thousand names, the latest ones", async () => {
    const { refuse, rereads } = startProving();
    const names = Array.from({ length: 1_000 }, (_, at) => `name-${at}`);
    for (const name of names) await refuse(name);
    await refuse("name-0");
    expect(rereads).toHaveLength(1_000);
    await refuse("one-more");
    await refuse("name-1");
    expect(rereads).toHaveLength(1_001);
    await refuse("name-0");
    expect(rereads.map(([name]) => name).slice(1_000)).toEqual(["one-more", "name-0"]);
  });

  it("is remembered longest for the name that was read last, whenever it came first", async () => {
    const { refuse, rereads, clock } = startProving();
    for (let at = 0; at < 1_000; at += 1) await refuse(`name-${at}`);
    clock.pass(10_000);
    for (const name of ["name-0", "one-more", "name-0"]) await refuse(name);
    expect(rereads.map(([name]) => name).slice(1_000)).toEqual(["name-0", "one-more"]);
  });
});
