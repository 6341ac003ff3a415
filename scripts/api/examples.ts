/** Examples of what is answered, each valid by its schema, as a test has it. No number, key or token in them is anybody's. */
import { failureOf } from "../../lib/errors.ts";

export interface Example {
  readonly summary: string;
  readonly description?: string;
  readonly value: unknown;
}
export type Examples = Readonly<Record<string, Example>>;

/** Where the stack is said to be: whoever imports the description puts their own address in its place. */
export const EXAMPLE_HOST = "hooks.example.com";
export const EXAMPLE_TRANSFER_ID = "qRAzj_tmb1tQi3p_dl4EtDVy-1";
export const REQUEST_ID = "JKJaXmPLvHcESHA=";
const STATUS_URL = `https://${EXAMPLE_HOST}/v1/transfers/crm/${EXAMPLE_TRANSFER_ID}?token=1.1798009206.signature`;
export const EXAMPLE_CALL_ID = "1552524689-16797284";
export const EXAMPLE_TARGET = { type: "agent", address: "205" };
const GATEWAY = { retcode: "0", message: "success" };

const told = { callId: EXAMPLE_CALL_ID, agentId: "101", target: EXAMPLE_TARGET, mode: "release-after-transfer", reference: "ticket-4711" };
const kept = { replayed: false, receivedAt: "2026-11-23T07:20:05.125Z" };

function accepted(ending: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { transferId: EXAMPLE_TRANSFER_ID, state: "accepted", ...ending, ...told, gateway: GATEWAY, ...kept, statusUrl: STATUS_URL };
}

type UnknownCode = "gateway-timeout" | "gateway-invalid-response" | "gateway-error" | "internal";

function unknown(
  code: UnknownCode,
  ending: Readonly<Record<string, unknown>> = { outcome: "pending" },
  retryable: boolean = failureOf(code).retryable,
): Example["value"] {
  const failure = { code, retryable, effect: "unknown", requestId: REQUEST_ID };
  const gateway = code === "gateway-error" ? { gateway: { retcode: "106-005", message: "internal error" } } : {};
  return { transferId: EXAMPLE_TRANSFER_ID, state: "unknown", ...ending, ...told, ...gateway, ...kept, statusUrl: STATUS_URL, ...failure };
}

export const ACCEPTED: Examples = {
  accepted: { summary: "The gateway accepted it; nobody hears how it ends", value: accepted({ outcome: "not-observed" }) },
  "accepted-pending": { summary: "The gateway accepted it; how it ends will be heard", value: accepted({ outcome: "pending" }) },
  replayed: {
    summary: "The same delivery once more: its stored answer",
    value: { ...accepted({ outcome: "completed", outcomeReason: "transferred" }), replayed: true },
  },
};

export const DRY_RUN: Examples = {
  "dry-run": {
    summary: "What would have been sent",
    value: {
      dryRun: true,
      request: { callId: EXAMPLE_CALL_ID, agentId: "101", target: EXAMPLE_TARGET, mode: "release-after-transfer" },
      wire: {
        method: "POST",
        url: "https://gateway.example.com:8043/agentgateway/resource/mediacall/101/transfer",
        headers: { "Content-Type": "application/json; charset=UTF-8" },
        body: { callid: EXAMPLE_CALL_ID, devicetype: 2, mode: 2, address: "205" },
      },
      requestId: REQUEST_ID,
    },
  },
};

/** From a connection that answers `always-200`. */
export const ALWAYS_200: Examples = {
  "always-200-accepted": { summary: "always-200: accepted", value: { ok: true, ...accepted({ outcome: "not-observed" }) } },
  "always-200-unknown": { summary: "always-200: nobody knows", value: { ok: false, ...Object(unknown("gateway-timeout")) } },
  "always-200-problem": {
    summary: "always-200: a problem",
    value: {
      ok: false,
      type: "urn:ccgw:problem:paused",
      title: failureOf("paused").title,
      status: 503,
      code: "paused",
      retryable: true,
      effect: "none",
      requestId: REQUEST_ID,
    },
  },
};

export const UNKNOWN: Examples = {
  "gateway-timeout": { summary: failureOf("gateway-timeout").title, value: unknown("gateway-timeout") },
  "gateway-invalid-response": { summary: failureOf("gateway-invalid-response").title, value: unknown("gateway-invalid-response") },
  "gateway-error": { summary: failureOf("gateway-error").title, value: unknown("gateway-error") },
};

export const UNKNOWN_INTERNAL: Examples = {
  "internal-unknown": { summary: "It was sent, and then something broke: it may have happened", value: unknown("internal") },
};

export const PENDING: Examples = {
  pending: { summary: "respond-async: accepted, and not ended yet", value: accepted({ outcome: "pending" }) },
};

export const IN_PROGRESS: Example = {
  summary: "It is being sent at this moment: it has no state yet",
  value: {
    type: "urn:ccgw:problem:duplicate-in-progress",
    title: failureOf("duplicate-in-progress").title,
    status: 202,
    code: "duplicate-in-progress",
    retryable: true,
    effect: "unknown",
    transferId: EXAMPLE_TRANSFER_ID,
    requestId: REQUEST_ID,
  },
};

export const STATUS: Examples = {
  completed: {
    summary: "The customer is with whom they were transferred to",
    value: accepted({ outcome: "completed", outcomeReason: "transferred" }),
  },
  failed: { summary: "It did not work out", value: accepted({ outcome: "failed", outcomeReason: "not-transferred" }) },
  pending: { summary: "Not ended yet", value: accepted({ outcome: "pending" }) },
  unconfirmed: {
    summary: "A quarter of an hour passed, and nothing was heard",
    value: accepted({ outcome: "unconfirmed", outcomeReason: "no-event" }),
  },
  "not-observed": { summary: "Nobody hears this agent's events", value: accepted({ outcome: "not-observed" }) },
  unknown: {
    summary: "It may have happened, and nothing more will be known",
    value: unknown("gateway-timeout", { outcome: "unconfirmed", outcomeReason: "no-event" }, false),
  },
  ...Object.fromEntries(
    (["gateway-invalid-response", "gateway-error", "internal"] as const).map((code) => [
      `unknown-${code}`,
      { summary: failureOf(code).title, value: unknown(code, { outcome: "not-observed" }, false) },
    ]),
  ),
  refused: {
    summary: "Refused for good, as one of several that were asked for at once",
    value: {
      transferId: EXAMPLE_TRANSFER_ID,
      state: "refused",
      ...told,
      gateway: { retcode: "200-012", message: "no call to transfer" },
      ...kept,
      code: "gateway-refused",
      reason: "no-such-call",
      retryable: false,
      effect: "none",
      requestId: REQUEST_ID,
    },
  },
};

export const CONNECTION: Examples = {
  connection: {
    summary: "A connection with two targets",
    value: {
      connection: "crm",
      source: "api",
      test: false,
      gateway: "main",
      agentId: "101",
      targets: [
        { name: "billing", type: "skill-queue", address: "31" },
        { name: "second-level", type: "agent", address: "205", skillId: 3 },
      ],
      defaults: { target: "billing" },
      allow: { modes: ["release-after-transfer"] },
      requestId: REQUEST_ID,
    },
  },
};

export const HEALTH: Examples = { ok: { summary: "The function runs", value: { status: "ok", version: "0.1.0" } } };

export const ACKNOWLEDGED: Examples = { acknowledged: { summary: "Taken", value: { message: "success", retcode: "0" } } };
