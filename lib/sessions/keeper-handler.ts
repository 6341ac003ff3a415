/** The function that keeps one agent signed in: the dispatcher's event in, one line of the log out. */
import type { Context } from "aws-lambda";
import * as z from "zod";
import { TransferError, toTransferError } from "../errors.ts";
import { type Log, type LogFields, toErrorFields } from "../log.ts";
import { AgentId, Name } from "../transfer/target.ts";
import type { AgentName, PasswordFacts } from "./agent-record.ts";
import type { Keep, KeeperEnding } from "./keeper.ts";
import type { KeeperEvent } from "./kept-session.ts";
import { toRunDeadline } from "./run-context.ts";
import { createSignInLog } from "./sign-in-log.ts";
import { meaningOf } from "./sign-in-rules.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Of one run: a call or two that could not be sent are a network's, and the next goes through. */
const UNREACHABLE_CALLS = 3;

const Tick = z.object({ gateway: Name, agentId: AgentId });
export type Tick = z.infer<typeof Tick>;

/** Throws for an event that names no agent: nobody but the dispatcher invokes it. */
export function createKeeperHandler(keep: Keep, log: Log, wallMs = Date.now): (event: unknown, context: Context) => Promise<void> {
  return async (event, context) => {
    const agent = Tick.parse(event);
    const told: LogFields = { ...agent, lambdaRequestId: context.awsRequestId };
    const run = createRunLog(agent, told, { log, nowMs: wallMs() });
    log.count("KeeperRuns", {});
    // A run goes on for minutes, and may be ended by its runtime.
    log.flush();
    try {
      run.end(await keep(agent, { deadline: toRunDeadline(context), observe: run.observe }));
    } catch (thrown) {
      const { code, message: reason, cause } = toTransferError(thrown, "none");
      log.problem("keeper failed", { ...told, code, reason, ...(code === "internal" && toErrorFields(cause)) });
      run.note({ code, reason });
      run.end("failed");
    }
    log.run("keeper", run.facts());
  };
}

interface RunLog {
  observe(event: KeeperEvent): void;
  note(more: LogFields): void;
  end(ended: KeeperEnding | "failed"): void;
  facts(): LogFields;
}

function createRunLog(agent: AgentName, told: LogFields, { log, nowMs }: { readonly log: Log; readonly nowMs: number }): RunLog {
  const tellSignIn = createSignInLog(log);
  const { gateway } = agent;
  let renewals = 0;
  let unsent = 0;
  let isSignedOut = false;
  let facts: LogFields = told;
  function note(more: LogFields): void {
    facts = { ...facts, ...more };
  }

  /** As a call's answer that is none is spelled: provably nothing of it was sent. */
  function noteUnsent(why: string): void {
    if (why.startsWith("not-sent ")) unsent += 1;
  }

  function observe(event: KeeperEvent): void {
    switch (event.kind) {
      case "signed-in":
        isSignedOut = false;
        tellSignIn(agent, event);
        note({ signIn: "signed-in", ...(event.password && toPassword(event.password, nowMs)) });
        break;
      case "password":
        note(toPassword(event.password, nowMs));
        break;
      case "not-signed-in":
        isSignedOut = true;
        noteUnsent(event.why);
        tellSignIn(agent, event);
        note({ signIn: event.why });
        break;
      case "sign-in-put-off": {
        const { decision } = event;
        isSignedOut = true;
        if (decision.kind === "parked") {
          log.count("ParkedSignIns", agent);
          log.problem("sign-in parked", { ...told, reason: toReason(decision.why) });
        }
        note({ signIn: decision.kind === "parked" ? "parked" : "waits" });
        break;
      }
      case "guid-renewed":
        renewals += 1;
        log.count("GuidRenewals", { gateway });
        note({ renewals });
        break;
      case "signed-out":
        isSignedOut = true;
        note({ reason: `signed out: ${event.retcode}` });
        break;
      case "trouble":
        noteUnsent(event.why);
        note({ reason: event.why });
        break;
      case "not-kept":
        log.problem("not kept", { ...told, ...toWhy(event.error) });
        break;
      case "guid-asked-for":
        note({ reason: "a renewal may have been lost" });
    }
  }
  function end(ended: KeeperEnding | "failed"): void {
    note({ ended });
    if (unsent >= UNREACHABLE_CALLS) log.count("GatewayUnreachable", { gateway });
    const { passwordDaysLeft } = facts;
    if (typeof passwordDaysLeft === "number") log.measure("PasswordDaysLeft", passwordDaysLeft, agent);
    if (!isOthers(ended)) log.measure("NotSignedIn", isSignedOut || ended === "failed" ? 1 : 0, agent);
  }
  return { observe, note, end, facts: () => facts };
}

/** The agent is somebody else's to keep, who tells of it. */
function isOthers(ended: KeeperEnding | "failed"): boolean {
  return ended === "not-managed" || ended === "kept-by-another" || ended === "fenced";
}

/** What is left of the days by now, so that every run tells it. */
function toPassword({ daysLeft, mustChange, at }: PasswordFacts, nowMs: number): LogFields {
  // Told at a sign-in of this run, it is of a moment ago.
  const passed = Math.max(0, Math.floor((nowMs - at) / DAY_MS));
  return { passwordDaysLeft: daysLeft === undefined ? undefined : daysLeft - passed, mustChangePassword: mustChange };
}

function toWhy(error: unknown): LogFields {
  return error instanceof TransferError ? { code: error.code, reason: error.message } : toErrorFields(error);
}

function toReason(why: string): string {
  return `${why}: ${meaningOf(why)}. It is tried again when the agent's secret changes.`;
}
