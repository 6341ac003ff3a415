/** The two functions of the keeper, as AWS Lambda invokes them: what goes into the log, and what does not. */
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import type { AgentName } from "../../lib/sessions/agent-record.ts";
import { createDispatcherHandler, createProblemLog } from "../../lib/sessions/dispatcher-handler.ts";
import type { Keep, KeeperEnding } from "../../lib/sessions/keeper.ts";
import { createKeeperHandler } from "../../lib/sessions/keeper-handler.ts";
import type { KeeperEvent } from "../../lib/sessions/kept-session.ts";
import { toContext } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { INSTANT } from "../support/manual-clock.ts";

const AGENT = { gateway: "main", agentId: "102" };
const DAY_MS = 86_400_000;
const TOLD = { ...AGENT, lambdaRequestId: "lambda-request" };
const BEGUN = { metric: "KeeperRuns", dimensions: {} };
const UNAVAILABLE = new TransferError("store-unavailable", { reason: "ThrottlingException", cause: new Error("planted-guid") });
const BUG = new TypeError("planted-guid\n    at planted-guid");

async function run(events: readonly KeeperEvent[], ending: KeeperEnding | Error = "end-of-run") {
  const log = createKeptLog();
  const kept: AgentName[] = [];
  const keep: Keep = async (agent, { observe }) => {
    kept.push(agent);
    for (const event of events) observe(event);
    if (ending instanceof Error) throw ending;
    return ending;
  };
  await createKeeperHandler(keep, log, () => INSTANT)(AGENT, toContext());
  expect(kept).toEqual([AGENT]);
  expect(JSON.stringify(log)).not.toContain("planted");
  return log;
}

describe("a run of the keeper", () => {
  it.each<KeeperEnding>(["not-managed", "kept-by-another", "handed-over", "fenced", "sign-in-put-off", "end-of-run"])(
    "is one line that tells how it ended: %s",
    async (ending) => {
      const { runs, problems, counts } = await run([], ending);
      expect([runs, problems, counts]).toEqual([[{ ...TOLD, ended: ending }], [], [BEGUN]]);
    },
  );

  it("tells of a sign-in and what the gateway said of the password, and counts it", async () => {
    const { runs, problems, counts } = await run([{ kind: "signed-in", password: { mustChange: true, daysLeft: 7, at: INSTANT } }]);
    expect(runs).toEqual([{ ...TOLD, ended: "end-of-run", signIn: "signed-in", passwordDaysLeft: 7, mustChangePassword: true }]);
    expect(problems).toEqual([]);
    expect(counts).toEqual([BEGUN, { metric: "SignIns", dimensions: { gateway: "main", result: "signed-in" } }]);
  });

  it.each([
    [0, 7, 7],
    [DAY_MS - 1, 7, 7],
    [2.5 * DAY_MS, 7, 5],
    [-DAY_MS, 7, 7],
    [DAY_MS, undefined, undefined],
  ])(
    "tells, %i ms after a sign-in, what was said of the password then: of %s days %s are left",
    async (agoMs, daysLeft, passwordDaysLeft) => {
      const password = { mustChange: false, daysLeft, at: INSTANT - agoMs };
      const { runs, measures } = await run([{ kind: "password", password }], "handed-over");
      expect(runs).toEqual([{ ...TOLD, ended: "handed-over", passwordDaysLeft, mustChangePassword: false }]);
      const told = measures.filter(({ metric }) => metric === "PasswordDaysLeft");
      expect(told).toEqual(
        passwordDaysLeft === undefined ? [] : [{ metric: "PasswordDaysLeft", value: passwordDaysLeft, dimensions: AGENT }],
      );
    },
  );

  it("tells of a sign-in that failed at once, and counts it", async () => {
    const { runs, problems, counts } = await run([{ kind: "not-signed-in", why: "100-004" }]);
    expect(runs).toEqual([{ ...TOLD, ended: "end-of-run", signIn: "100-004" }]);
    expect(problems).toEqual([{ what: "sign-in failed", fields: { gateway: "main", agentId: "102", reason: "100-004" } }]);
    expect(counts).toEqual([BEGUN, { metric: "SignIns", dimensions: { gateway: "main", result: "failed" } }]);
  });

  it.each([
    ["100-020", "100-020: the agent's password has expired. It is tried again when the agent's secret changes."],
    ["unanswered", "unanswered: 3 attempts without an answer. It is tried again when the agent's secret changes."],
  ])("tells what to do about a sign-in that is parked: %s", async (why, reason) => {
    const { runs, problems, counts } = await run([{ kind: "sign-in-put-off", decision: { kind: "parked", why } }], "sign-in-put-off");
    expect(runs).toEqual([{ ...TOLD, ended: "sign-in-put-off", signIn: "parked" }]);
    expect(problems).toEqual([{ what: "sign-in parked", fields: { ...TOLD, reason } }]);
    expect(counts).toEqual([BEGUN, { metric: "ParkedSignIns", dimensions: AGENT }]);
  });

  it("alarms nobody where a sign-in waits", async () => {
    const { runs, problems } = await run([{ kind: "sign-in-put-off", decision: { kind: "wait", ms: 60_000 } }], "sign-in-put-off");
    expect([runs, problems]).toEqual([[{ ...TOLD, ended: "sign-in-put-off", signIn: "waits" }], []]);
  });

  it("counts each renewal", async () => {
    const { runs, counts } = await run([{ kind: "guid-renewed" }, { kind: "guid-renewed" }], "handed-over");
    expect(runs).toEqual([{ ...TOLD, ended: "handed-over", renewals: 2 }]);
    const renewed = { metric: "GuidRenewals", dimensions: { gateway: "main" } };
    expect(counts).toEqual([BEGUN, renewed, renewed]);
  });

  const OUT: KeeperEvent = { kind: "signed-out", retcode: "100-006" };
  const IN: KeeperEvent = { kind: "signed-in", password: undefined };
  it.each<[KeeperEnding | Error, readonly KeeperEvent[], number | undefined]>([
    ["handed-over", [], 0],
    ["end-of-run", [{ kind: "trouble", why: "unanswered timeout" }], 0],
    ["end-of-run", [OUT], 1],
    ["end-of-run", [OUT, IN], 0],
    ["handed-over", [IN, OUT], 1],
    ["end-of-run", [{ kind: "not-signed-in", why: "100-004" }], 1],
    ["sign-in-put-off", [{ kind: "sign-in-put-off", decision: { kind: "wait", ms: 60_000 } }], 1],
    [UNAVAILABLE, [], 1],
    ["not-managed", [], undefined],
    ["kept-by-another", [], undefined],
    ["fenced", [OUT], undefined],
  ])("that ends with %s after %j tells whether nobody is signed in: %s", async (ending, events, value) => {
    const { measures } = await run(events, ending);
    expect(measures).toEqual(value === undefined ? [] : [{ metric: "NotSignedIn", value, dimensions: AGENT }]);
  });

  it.each<[number, KeeperEvent]>([
    [0, { kind: "trouble", why: "unanswered UND_ERR_HEADERS_TIMEOUT" }],
    [1, { kind: "trouble", why: "not-sent ECONNREFUSED" }],
    [1, { kind: "not-signed-in", why: "not-sent CERT_HAS_EXPIRED" }],
  ])("finds the gateway unreachable %i times where three calls of it end so, and never for two: %j", async (times, event) => {
    const unreachable = async (events: readonly KeeperEvent[]) =>
      (await run(events)).counts.filter(({ metric }) => metric === "GatewayUnreachable");
    expect(await unreachable([event, event])).toEqual([]);
    const told = { metric: "GatewayUnreachable", dimensions: { gateway: "main" } };
    expect(await unreachable([event, event, event])).toEqual(Array.from({ length: times }, () => told));
  });

  it("tells that it has begun before it goes on", async () => {
    const log = createKeptLog();
    const keep: Keep = async () => {
      expect([log.counts, log.flushes()]).toEqual([[BEGUN], 1]);
      return "end-of-run";
    };
    await createKeeperHandler(keep, log)(AGENT, toContext());
    expect(log.runs).toMatchObject([{ ended: "end-of-run" }]);
  });

  it.each<[KeeperEvent, string]>([
    [{ kind: "signed-out", retcode: "100-006" }, "signed out: 100-006"],
    [{ kind: "trouble", why: "unanswered timeout" }, "unanswered timeout"],
    [{ kind: "guid-asked-for" }, "a renewal may have been lost"],
  ])("tells of what happened to the session: $kind", async (event, reason) => {
    const { runs, problems } = await run([event]);
    expect([runs, problems]).toEqual([[{ ...TOLD, ended: "end-of-run", reason }], []]);
  });

  it.each([
    [UNAVAILABLE, { code: "store-unavailable", reason: "ThrottlingException" }],
    [BUG, { errorName: "TypeError" }],
  ])("tells of what could not be written, without its words: %s", async (error, fields) => {
    const { problems } = await run([{ kind: "not-kept", error }]);
    expect(problems).toMatchObject([{ what: "not kept", fields: { ...TOLD, ...fields } }]);
  });

  it("that fails tells why, after what it has done", async () => {
    const { runs, problems } = await run([{ kind: "guid-renewed" }], UNAVAILABLE);
    const failure = { code: "store-unavailable", reason: "ThrottlingException" };
    expect(runs).toEqual([{ ...TOLD, ended: "failed", renewals: 1, ...failure }]);
    expect(problems).toEqual([{ what: "keeper failed", fields: { ...TOLD, ...failure } }]);
  });

  it("that meets a bug tells where", async () => {
    const { runs, problems } = await run([], BUG);
    expect(runs).toEqual([{ ...TOLD, ended: "failed", code: "internal", reason: "unexpected TypeError" }]);
    expect(problems).toMatchObject([
      { what: "keeper failed", fields: { code: "internal", errorName: "TypeError", stack: expect.stringContaining("function-handlers") } },
    ]);
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["no gateway", { agentId: "102" }],
    ["no agent", { gateway: "main" }],
    ["a number for its agent", { gateway: "main", agentId: 102 }],
    ["an agent that there cannot be", { gateway: "main", agentId: "12" }],
    ["a gateway that there cannot be", { gateway: "../keys", agentId: "102" }],
  ])("is none for an event that names %s", async (_what, event) => {
    const log = createKeptLog();
    const handle = createKeeperHandler(async () => expect.fail("was kept"), log);
    await expect(handle(event, toContext())).rejects.toMatchObject({ name: "ZodError" });
    expect([log.runs, log.problems, log.counts]).toEqual([[], [], []]);
  });

  it("has to end before the runtime ends it", async () => {
    let leftMs = Number.NaN;
    const keep: Keep = async (_agent, { deadline }) => {
      leftMs = deadline.remainingMs();
      await once(deadline.signal, "abort");
      return "end-of-run";
    };
    await createKeeperHandler(keep, createKeptLog())(AGENT, toContext(1_000));
    expect(leftMs).toBeLessThanOrEqual(0);
  });
});

describe("a tick", () => {
  async function tick(dispatched: () => Promise<{ readonly invoked: number; readonly failed: number }>) {
    const log = createKeptLog();
    await createDispatcherHandler(dispatched, log)({}, toContext());
    expect(JSON.stringify(log)).not.toContain("planted");
    return log;
  }

  it("is one line with how many were invoked, and how many could not be", async () => {
    const { runs, problems } = await tick(async () => ({ invoked: 7, failed: 1 }));
    expect([runs, problems]).toEqual([[{ lambdaRequestId: "lambda-request", invoked: 7, failed: 1 }], []]);
  });

  it.each([
    [7, 1, 8],
    [0, 0, 0],
  ])("that invokes %i and fails for %i tells of %i agents, for the runs that begin to be held against", async (invoked, failed, value) => {
    const { measures } = await tick(async () => ({ invoked, failed }));
    expect(measures).toEqual([
      { metric: "ManagedAgents", value, dimensions: {} },
      { metric: "KeeperRuns", value: 0, dimensions: {} },
    ]);
  });

  it.each([
    [UNAVAILABLE, { code: "store-unavailable", reason: "ThrottlingException" }],
    [BUG, { code: "internal", reason: "unexpected TypeError", errorName: "TypeError" }],
  ])("that fails is a problem, and never rejects: %s", async (error, fields) => {
    const { runs, problems, measures } = await tick(() => Promise.reject(error));
    expect([runs, measures]).toEqual([[], []]);
    expect(problems).toMatchObject([{ what: "dispatch failed", fields: { lambdaRequestId: "lambda-request", ...fields } }]);
  });

  it.each([
    [UNAVAILABLE, { code: "store-unavailable", reason: "ThrottlingException" }],
    [BUG, { code: "internal", reason: "unexpected TypeError", errorName: "TypeError" }],
  ])("tells of one agent's trouble whose it is: %s", (error, fields) => {
    const log = createKeptLog();
    createProblemLog(log)(AGENT, error);
    expect(log.problems).toMatchObject([{ what: "agent not dispatched", fields: { ...AGENT, ...fields } }]);
    expect(JSON.stringify(log)).not.toContain("planted");
  });
});
