/** A connection: one configured caller, as its secret describes it. What proves the caller is parsed by its source, not here. */
import * as z from "zod";
import { byteLength, CallDataFormat, CallDataOverflow } from "./call-data.ts";
import { Callback } from "./callback.ts";
import { Connector } from "./connector.ts";
import { CALL_DATA_MAX_BYTES, CALLER_MAX_CHARACTERS } from "./limits.ts";
import { AgentId, Mode, Name, Target } from "./target.ts";
import { PlainText, plainText } from "./text.ts";

/** Our answer must leave before API Gateway's own 503 at 30 s and the function's time-out at 28 s. */
export const DEADLINE_MAX_MS = 25_000;
/** Less leaves no time for a TLS handshake and an answer. */
const DEADLINE_MIN_MS = 1_000;

/** Less than clocks differ would refuse what was sent this moment. */
const MAX_AGE_MIN_SECONDS = 30;
/** The longest that a caller is known to repeat: three days. */
const MAX_AGE_MAX_SECONDS = 3 * 24 * 60 * 60;

/** One partition of a table takes 1000 writes a second, and each request is one. */
const RATE_LIMIT_MAX_REQUESTS = 10_000;
/** Whoever is told to wait for longer has a customer who is gone. */
const RATE_LIMIT_MAX_SECONDS = 600;

/** The longest topics and actions that the vendors show have under 50. */
const EVENT_MAX_CHARACTERS = 128;
const EVENTS_MAX = 50;

const Defaults = z.strictObject({
  target: z.union([Name, Target]).optional(),
  mode: Mode.optional(),
  caller: plainText(CALLER_MAX_CHARACTERS).optional(),
  callData: PlainText.optional(),
});

const Allow = z.strictObject({
  /** Whose sessions it may move: the connection's own agent, unless others are listed. */
  agents: z.union([z.literal("any"), z.array(AgentId)]).optional(),
  /** Where it may move them: the named targets, unless any. */
  targets: z.literal("any").optional(),
  /** A blind transfer loses the customer when it fails: only where it is asked for. */
  modes: z.union([z.literal("any"), z.array(Mode).min(1)]).default(["release-after-transfer"]),
});

/** By language tag (`de`, `de-CH`), or `default`. */
const TextByLanguage = z.record(z.string().regex(/^(default|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*)$/), z.string().min(1).max(1_000));

const Texts = z.strictObject({
  accepted: TextByLanguage.optional(),
  unknown: TextByLanguage.optional(),
  /** Refused, or failed with nothing done. */
  failed: TextByLanguage.optional(),
});

const RateLimit = z.strictObject({
  requests: z.int().min(1).max(RATE_LIMIT_MAX_REQUESTS),
  perSeconds: z.int().min(1).max(RATE_LIMIT_MAX_SECONDS),
});
export type RateLimit = Readonly<z.infer<typeof RateLimit>>;

export const Connection = z
  .strictObject({
    schemaVersion: z.literal(1),
    /** Id of the source that this caller is. */
    source: z.string(),
    enabled: z.boolean().default(true),
    /** Every delivery is a dry run. */
    test: z.boolean().default(false),
    /** Parsed by the verification scheme that it names, or by its source's usual one. */
    verification: z.unknown().default({}),
    gateway: Name,
    agentId: AgentId.optional(),
    targets: z.record(Name, Target).default({}),
    defaults: Defaults.default({}),
    allow: Allow.prefault({}),
    /** Names of what asks for a transfer, for sources whose caller sends more than that. */
    events: z.array(z.string().min(1).max(EVENT_MAX_CHARACTERS)).min(1).max(EVENTS_MAX).optional(),
    /** JSONata, from the webhook to a transfer request: for sources whose body the customer writes. */
    mapping: z.string().max(16_384).optional(),
    /** How long the caller waits, in ms, our margin left out. The source's own unless set. */
    deadlineMs: z.int().min(DEADLINE_MIN_MS).max(DEADLINE_MAX_MS).optional(),
    /** How old a delivery may be when it arrives. Its source's own unless set. */
    maxAgeSeconds: z.int().min(MAX_AGE_MIN_SECONDS).max(MAX_AGE_MAX_SECONDS).optional(),
    /** How many transfer requests it may make in each such time. As many as come unless set. */
    rateLimit: RateLimit.optional(),
    /** `always-200`: for tools that read the bodies of 2xx answers alone. */
    reply: z.enum(["native", "always-200"]).default("native"),
    /** What a customer may read, for sources that show it. */
    texts: Texts.default({}),
    callDataFormat: CallDataFormat.default("json"),
    callDataOverflow: CallDataOverflow.default("reject"),
    /** Until when the shape of its webhooks is kept, names and types alone: for whoever writes a mapping. */
    captureUntil: z.iso.datetime({ offset: true }).optional(),
    /** Who is told how its transfers ended. */
    callback: Callback.optional(),
    /** As which bot the conversations that ask for a transfer are told what became of it. */
    connector: Connector.optional(),
  })
  .refine(({ defaults, targets }) => typeof defaults.target !== "string" || Object.hasOwn(targets, defaults.target), {
    path: ["defaults", "target"],
    error: "must be one of the connection's targets",
  })
  .refine(
    ({ defaults, callDataOverflow }) =>
      defaults.callData === undefined || callDataOverflow !== "reject" || byteLength(defaults.callData) <= CALL_DATA_MAX_BYTES,
    { path: ["defaults", "callData"], error: `must have at most ${CALL_DATA_MAX_BYTES} bytes in UTF-8` },
  );
export type Connection = Readonly<z.infer<typeof Connection>>;
