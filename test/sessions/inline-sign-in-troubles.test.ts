/** A transfer that signs its agent in: where another one does, where it cannot be written down, and where it fails. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type Fault, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { TransferError } from "../../lib/errors.ts";
import type { SessionRecords, SignInAttempt } from "../../lib/sessions/agent-record.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { AGENT, type SourceUnderTest, startSource } from "./session-source-under-test.ts";

/** Who is at it may have written that it is. */
const SOMEBODY = { code: "agent-not-signed-in", message: expect.stringMatching(/^the keeper is /), retryAfterSeconds: 25 };
const UNHEARD_TWICE: SignInAttempt = {
  secretVersion: "version-1",
  at: INSTANT - 120_000,
  result: "pending",
  failures: 2,
  proven: false,
};

let gateway: GatewaySimulator;
let source: SourceUnderTest;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0, clock: createManualClock() });
});
beforeEach(() => {
  gateway.reset();
  source = startSource(gateway);
  source.putManaged({ inlineSignIn: true });
});
afterAll(() => gateway.stop());

const asked = () => gateway.requests().map(({ endpoint }) => endpoint);
const known = () => source.records.read(AGENT);

/** The store whose writes fail, but for the first of them. */
function failingWrites(first: number, fail: () => ReturnType<SessionRecords["write"]>): (records: SessionRecords) => SessionRecords {
  return (records) => {
    let count = 0;
    return {
      ...records,
      write(...given) {
        count += 1;
        return count <= first ? records.write(...given) : fail();
      },
    };
  };
}

const silent = () => Promise.reject(new TransferError("store-unavailable", { reason: "told to fail" }));
const lost = async () => undefined;

describe("two transfers at once", () => {
  it.each([
    ["one process", () => source],
    ["two processes", () => source.process()],
  ])("sign in once, in %s: the other one is told that somebody is at it", async (_where, other) => {
    const [one, two] = await Promise.allSettled([source.find(), other().find()]);
    expect(one).toMatchObject({ status: "fulfilled", value: { guid: gateway.guidOf("102") } });
    expect(two).toMatchObject({ status: "rejected", reason: SOMEBODY });
    expect([asked(), gateway.violations()]).toEqual([["sign-in"], []]);
  });

  it("one of which reads an old record: the session that the first has brought meanwhile is used", async () => {
    const { find } = source.process((records) => {
      let isFirst = true;
      return {
        ...records,
        async read(agent) {
          const record = await records.read(agent);
          if (isFirst) await source.find();
          isFirst = false;
          return record;
        },
      };
    });
    expect(await find()).toMatchObject({ guid: gateway.guidOf("102") });
    expect(asked()).toEqual(["sign-in"]);
  });
});

describe("a sign-in of a transfer", () => {
  it.each<[string, () => ReturnType<SessionRecords["write"]>]>([
    ["the store does not answer", silent],
    ["somebody else has the lease", lost],
  ])("that cannot be written down afterwards is used all the same, and the keeper finds it unclean: %s", async (_why, fail) => {
    const { find } = source.process(failingWrites(1, fail));
    expect(await find()).toMatchObject({ guid: gateway.guidOf("102") });
    expect(await known()).toMatchObject({ session: undefined, lease: { owner: expect.any(String) }, attempt: { result: "pending" } });
  });

  it.each([
    ["the store does not answer", silent, "store-unavailable"],
    ["somebody else has the lease", lost, "agent-not-signed-in"],
  ])("is not made where it cannot be written down before: %s", async (_why, fail, code) => {
    await expect(source.process(failingWrites(0, fail)).find()).rejects.toMatchObject({ code });
    expect(asked()).toEqual([]);
    // Nobody waits for a lease of which nothing comes any more.
    if (code === "store-unavailable") expect((await known())?.lease).toBeUndefined();
  });

  it("is not made after one of which nobody heard: that is the keeper's to find out", async () => {
    await source.keep({ attempt: UNHEARD_TWICE });
    await expect(source.find()).rejects.toMatchObject({ code: "agent-not-signed-in", message: "nobody keeps the agent signed in" });
    expect(asked()).toEqual([]);
  });

  it("is not made where the gateway still knows the session: one refusal is no proof", async () => {
    const { guid = "" } = (await source.find()) ?? {};
    source.clock.pass(11_000);
    expect(await source.renew(guid)).toMatchObject({ guid: expect.not.stringMatching(guid) });
    expect(asked()).toEqual(["sign-in", "update-guid"]);
  });

  it("is not made where the gateway does not say that the session is gone", async () => {
    const { guid = "" } = (await source.find()) ?? {};
    source.clock.pass(11_000);
    gateway.addFault({ kind: "status", status: 502, endpoint: "update-guid" });
    expect(await source.renew(guid)).toMatchObject({ why: expect.any(String) });
    expect([asked(), (await known())?.lease]).toEqual([["sign-in", "update-guid"], undefined]);
    expect((await known())?.session).toMatchObject({ guid });
  });

  it("is told of, as one of the keeper's", async () => {
    await source.find();
    expect(source.signIns).toMatchObject([{ kind: "signed-in" }]);
  });

  it.each<[string, string, number, Fault]>([
    ["refused for good", "sign-in is parked: the account is locked", 300, { kind: "retcode", retcode: "110-016", endpoint: "sign-in" }],
    ["refused for now", "sign-in waits after 100-003", 60, { kind: "retcode", retcode: "100-003", endpoint: "sign-in" }],
    ["not sent", "sign-in waits after not-sent", 10, { kind: "drop", when: "before-handshake" }],
    ["not answered", "sign-in waits after pending", 60, { kind: "drop", when: "after-request", acts: true, endpoint: "sign-in" }],
  ])("that is %s says so, and is kept", async (_how, message, retryAfterSeconds, fault) => {
    gateway.addFault(fault);
    await expect(source.find()).rejects.toMatchObject({ code: "agent-not-signed-in", message, retryAfterSeconds });
    expect(await known()).toMatchObject({ lease: undefined, session: undefined, attempt: { secretVersion: "version-1" } });
    // Read anew, and not made again.
    await expect(source.find()).rejects.toMatchObject({ message, retryAfterSeconds });
    expect(asked().length).toBeLessThanOrEqual(1);
  });
});
