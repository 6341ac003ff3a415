/**
 * What can be made to go wrong at the simulated gateway, and the queue of it. It carries no fault out.
 * The first fault that fits is taken, one for each request and one for each connection. A fault of requests is one of transfers unless it names another
 * endpoint. `acts` says whether the gateway does what it was asked for, if it would have done so without the fault: false unless the answer stays whole
 * (delay, content-type, drip, keep-alive-close). So the answer that is lost after it was acted on is {"kind":"drop","when":"after-request","acts":true}.
 */
import * as z from "zod";
import { ENDPOINT_NAMES, type EndpointName } from "./endpoint.ts";
import { defineFields, toChoices } from "./fields.ts";

const MAX_DELAY_MS = 60_000;
const MAX_DRIP_MS = 10_000;
/** Far beyond any client's cap, and streamed: a client without one is what it is there to find. */
const MAX_HUGE_BYTES = 1_073_741_824;
/** Room for the JSON around the padding. */
const MIN_HUGE_BYTES = 64;

const times = z.union([z.int().min(1), z.literal("always")]).default(1);
const reset = z.boolean().default(false);
/** What a header may hold. */
const contentType = z.string().regex(/^[\x20-\x7e]+$/);
/** Before a request is read, nobody knows its agent. */
const onConnection = { times };
const onRequest = { times, agentId: z.string().optional(), endpoint: z.enum(ENDPOINT_NAMES).default("transfer") };
const onBrokenAnswer = { ...onRequest, acts: z.boolean().default(false) };
const onWholeAnswer = { ...onRequest, acts: z.boolean().default(true) };

const Drop = z.discriminatedUnion(
  "when",
  [
    defineFields({ kind: z.literal("drop"), when: z.enum(["before-handshake", "before-request"]), reset, ...onConnection }),
    defineFields({ kind: z.literal("drop"), when: z.literal("during-request"), reset, ...onRequest }),
    defineFields({ kind: z.literal("drop"), when: z.enum(["after-request", "during-response"]), reset, ...onBrokenAnswer }),
  ],
  { error: toChoices },
);

const KINDS = [
  Drop,
  defineFields({ kind: z.literal("stall-handshake"), ...onConnection }),
  defineFields({ kind: z.literal("certificate"), problem: z.enum(["unknown-ca", "expired", "wrong-host"]), ...onConnection }),
  defineFields({
    kind: z.literal("retcode"),
    retcode: z.string(),
    message: z.string().optional(),
    result: z.unknown().optional(),
    ...onBrokenAnswer,
  }),
  defineFields({
    kind: z.literal("status"),
    status: z.int().min(200).max(599),
    body: z.string().optional(),
    contentType: contentType.optional(),
    ...onBrokenAnswer,
  }),
  defineFields({ kind: z.literal("body"), body: z.string(), contentType: contentType.optional(), ...onBrokenAnswer }),
  defineFields({ kind: z.enum(["hang", "html", "truncated-json"]), ...onBrokenAnswer }),
  defineFields({ kind: z.literal("huge-json"), bytes: z.int().min(MIN_HUGE_BYTES).max(MAX_HUGE_BYTES), ...onBrokenAnswer }),
  defineFields({ kind: z.literal("delay"), ms: z.int().min(0).max(MAX_DELAY_MS), ...onWholeAnswer }),
  defineFields({ kind: z.literal("content-type"), contentType, ...onWholeAnswer }),
  defineFields({ kind: z.literal("drip"), ms: z.int().min(0).max(MAX_DRIP_MS), ...onWholeAnswer }),
  defineFields({ kind: z.literal("keep-alive-close"), ...onWholeAnswer }),
] as const;
export const Fault = z.discriminatedUnion("kind", KINDS, { error: toChoices });
export type Fault = z.input<typeof Fault>;

type ParsedFault = z.output<typeof Fault>;
export type ConnectionFault = Extract<
  ParsedFault,
  { kind: "stall-handshake" | "certificate" } | { kind: "drop"; when: "before-handshake" | "before-request" }
>;
export type RequestFault = Exclude<ParsedFault, ConnectionFault>;

export interface FaultQueue {
  /** Throws zod's error for a fault that is none; tells whether it is one of connections. */
  add(fault: Fault): "connection" | "request";
  takeForConnection(): ConnectionFault | undefined;
  takeForRequest(request: { readonly agentId: string; readonly endpoint: EndpointName }): RequestFault | undefined;
  clear(): void;
}

export function createFaultQueue(): FaultQueue {
  const connectionFaults: Queued<ConnectionFault>[] = [];
  const requestFaults: Queued<RequestFault>[] = [];

  return {
    add(input) {
      const fault = Fault.parse(input);
      const left = fault.times === "always" ? Number.POSITIVE_INFINITY : fault.times;
      if (isConnectionFault(fault)) {
        connectionFaults.push({ fault, left });
        return "connection";
      }
      requestFaults.push({ fault, left });
      return "request";
    },
    takeForConnection: () => take(connectionFaults, () => true),
    takeForRequest: ({ agentId, endpoint }) =>
      take(requestFaults, (fault) => fault.endpoint === endpoint && (fault.agentId === undefined || fault.agentId === agentId)),
    clear() {
      connectionFaults.length = 0;
      requestFaults.length = 0;
    },
  };
}

/** For the log. */
export function nameOf(fault: ParsedFault): string {
  if (fault.kind === "drop") return `drop ${fault.when}`;
  return fault.kind === "certificate" ? `certificate ${fault.problem}` : fault.kind;
}

interface Queued<F> {
  readonly fault: F;
  left: number;
}

function take<F>(queue: Queued<F>[], fits: (fault: F) => boolean): F | undefined {
  const index = queue.findIndex(({ fault }) => fits(fault));
  const entry = queue[index];
  if (entry === undefined) return undefined;
  entry.left -= 1;
  if (entry.left === 0) queue.splice(index, 1);
  return entry.fault;
}

function isConnectionFault(fault: ParsedFault): fault is ConnectionFault {
  if (fault.kind === "drop") return fault.when === "before-handshake" || fault.when === "before-request";
  return fault.kind === "stall-handshake" || fault.kind === "certificate";
}
