/**
 * All checks, in their order, each with what the ones before it have found: one that needs what has failed is skipped, and says why. Nothing is changed
 * anywhere: secrets and sessions are read, gateways and receivers connected to, and a gateway is asked whether it takes a Guid.
 */
import type { ReachReceiver } from "../callbacks/reach-receiver.ts";
import type { AskGuid } from "../gateway/guid-question.ts";
import type { ShakeHands } from "../gateway/handshake.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import type { SessionRecords } from "../sessions/agent-record.ts";
import type { Deadline } from "../transfer/invocation.ts";
import { createCallbackCheck } from "./check-callbacks.ts";
import { checkClock } from "./check-clock.ts";
import { checkExternalGuid } from "./check-external-guid.ts";
import { checkCertificate, checkReach, type Handshakes, type KnownSite, shakeAllHands } from "./check-gateways.ts";
import { checkCredentials, checkSecrets, checkSharedSecrets } from "./check-secrets.ts";
import { type CheckedSession, createSessionCheck, type SessionCheck } from "./check-sessions.ts";
import { type Documents, type Names, readDocuments } from "./documents.ts";
import { CHECK_NAMES, type CheckName, type Finding } from "./finding.ts";
import { narrow, type Scope } from "./scope.ts";
import { eachInTime } from "./within-time.ts";

export interface DiagnosisPorts {
  readonly prefix: string;
  readonly secrets: Pick<Secrets, "list" | "readVersion">;
  readonly records: Pick<SessionRecords, "read">;
  readonly shakeHands: ShakeHands;
  readonly askGuid: AskGuid;
  readonly reach: ReachReceiver;
  readonly wallMs: () => number;
  /** By how much AWS's clock was ahead of ours when it answered last. */
  readonly awsSkewMs: () => number | undefined;
}

export interface Asked extends Scope {
  /** Why receivers are not looked at from here, and what does; undefined where they are. */
  readonly withoutCallbacks?: { readonly detail: string; readonly hint: string } | undefined;
  readonly deadline: Deadline;
}

/** One check, as it begins. */
export interface Stage {
  readonly name: CheckName;
  readonly findings: Promise<readonly Finding[]>;
}

export type Diagnose = (asked: Asked) => AsyncGenerator<Stage, void>;

const NOTHING_READ = "Nothing can be read.";
const NO_TIME = "There was no time left for it.";
const NOT_PARSED = "Its secret does not parse, or is not there.";

export function createDiagnose({ prefix, secrets, records, shakeHands, askGuid, reach, wallMs, awsSkewMs }: DiagnosisPorts): Diagnose {
  const checkSession = createSessionCheck({ records, askGuid, wallMs });
  const checkCallback = createCallbackCheck(reach);

  return async function* diagnose({ withoutCallbacks, deadline, ...scope }) {
    const coming = checkCredentials(secrets, prefix, deadline.signal);
    yield { name: "credentials", findings: coming.then(({ findings }) => findings) };
    const { names: all } = await coming;
    if (all === undefined) return yield* skipAfter("credentials", NOTHING_READ);

    const reading = readDocuments({ secrets, prefix, names: all, deadline });
    const narrowed = reading.then(({ documents }) => narrow(all, documents, scope));
    yield {
      name: "secrets",
      findings: Promise.all([reading, narrowed]).then(([found, names]) => checkSecrets({ ...found, names, all, nowMs: wallMs() })),
    };
    const [{ documents }, names] = await Promise.all([reading, narrowed]);
    yield now("shared-secrets", checkSharedSecrets(names, documents));

    const sites = names.gateways.flatMap((name): KnownSite[] => {
      const site = documents.gateways.get(name);
      return site === undefined ? [] : [{ name, site }];
    });
    const unknown = names.gateways.filter((name) => !documents.gateways.has(name));
    const shaking = shakeAllHands(sites, shakeHands, deadline);
    const ofGateways = (name: CheckName, check: (known: KnownSite, handshakes: Handshakes) => Finding) => ({
      name,
      findings: shaking.then((shaken) => {
        const findings = sites.map((known) => check(known, shaken));
        return orNone(
          [...findings, ...unknown.map((subject) => skipped(name, NOT_PARSED, subject))],
          skipped(name, "There is no gateway to look at."),
        );
      }),
    });
    yield ofGateways("gateway", (known, shaken) => checkReach(known, shaken.get(known.name)));
    yield ofGateways("certificate", (known, shaken) => checkCertificate(known, shaken.get(known.name), wallMs()));
    const handshakes = await shaking;

    const asking = eachInTime(names.agents, {
      deadline,
      work: async (name, left): Promise<CheckedSession> => {
        const check = toSessionCheck(name, documents, handshakes);
        return check === undefined ? { finding: skipped("session", NOT_PARSED, name) } : checkSession(check, left);
      },
      tooLate: (name) => ({ finding: skipped("session", NO_TIME, name) }),
    });
    yield {
      name: "session",
      findings: asking.then((sessions) =>
        orNone(
          sessions.map(({ finding }) => finding),
          skipped("session", "There is no agent to look at."),
        ),
      ),
    };
    const clocks = toClocks(names, await asking, documents, handshakes);

    const external = names.agents.flatMap((name) => {
      const agent = documents.agents.get(name);
      return (agent && checkExternalGuid(name, agent, documents.gateways.get(gatewayOf(name)))) ?? [];
    });
    yield now("external-guid", orNone(external, { name: "external-guid", verdict: "ok", detail: "No agent has its Guid in a secret." }));
    yield now("clock", checkClock(awsSkewMs(), clocks));

    const callbacks = names.connections.flatMap((name) => {
      const callback = documents.connections.get(name)?.settings.callback;
      return callback === undefined ? [] : [{ name, callback }];
    });
    if (callbacks.length > 0 && withoutCallbacks !== undefined)
      return yield now("callback", [
        { ...skipped("callback", withoutCallbacks.detail, callbacks.map(({ name }) => name).join(", ")), hint: withoutCallbacks.hint },
      ]);
    const unread = names.connections
      .filter((name) => !documents.connections.has(name))
      .map((name) => skipped("callback", NOT_PARSED, name));
    const tooLate = ({ name }: { readonly name: string }) => skipped("callback", NO_TIME, name);
    const reaching = eachInTime(callbacks, { deadline, work: checkCallback, tooLate });
    yield {
      name: "callback",
      findings: reaching.then((findings) => orNone([...findings, ...unread], skipped("callback", "No connection has one."))),
    };
  };
}

/** Of a stack of which nothing can be looked at, and why. */
export function* diagnoseNothing(why: string): Generator<Stage, void> {
  yield now("credentials", [{ name: "credentials", verdict: "failed", detail: why }]);
  yield* skipAfter("credentials", NOTHING_READ);
}

/** Without its site where that is not to be asked: it is not reached, or its certificate does not verify. */
function toSessionCheck(name: string, { agents, gateways }: Documents, handshakes: Handshakes): SessionCheck | undefined {
  const agent = agents.get(name);
  if (agent === undefined) return undefined;
  const gateway = gatewayOf(name);
  return { name, agent, site: handshakes.get(gateway)?.kind === "verified" ? gateways.get(gateway) : undefined };
}

/** Of each gateway, by how much its clock is ahead of ours, or why that is not known. */
function toClocks(names: Names, sessions: readonly CheckedSession[], { gateways }: Documents, handshakes: Handshakes) {
  function toClock(gateway: string): number | string {
    if (!gateways.has(gateway)) return NOT_PARSED;
    const handshake = handshakes.get(gateway);
    if (handshake === undefined) return NO_TIME;
    if (handshake.kind !== "verified") return "It is not reached, or its certificate does not verify: it is asked nothing.";
    const asked = sessions.flatMap((session, index) => (gatewayOf(names.agents[index] ?? "") === gateway ? (session.asked ?? []) : []));
    if (asked.length === 0) return "It tells its time when it is asked about a live session, and it was asked about none.";
    return asked.findLast(({ skewMs }) => skewMs !== undefined)?.skewMs ?? "It was asked and did not tell its time.";
  }
  return new Map(names.gateways.map((gateway) => [gateway, toClock(gateway)] as const));
}

function gatewayOf(name: string): string {
  return name.split("/")[0] ?? "";
}

function* skipAfter(done: CheckName, why: string): Generator<Stage, void> {
  for (const name of CHECK_NAMES.slice(CHECK_NAMES.indexOf(done) + 1)) yield now(name, [skipped(name, why)]);
}

function now(name: CheckName, findings: readonly Finding[]): Stage {
  return { name, findings: Promise.resolve(findings) };
}

/** Each check says something, also where there is nothing to look at. */
function orNone(findings: readonly Finding[], none: Finding): readonly Finding[] {
  return findings.length === 0 ? [none] : findings;
}

function skipped(name: CheckName, detail: string, subject?: string): Finding {
  return { name, verdict: "skipped", subject, detail };
}
