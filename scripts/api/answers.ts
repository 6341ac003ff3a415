/** What became of a transfer, or kept us from one, as schemas. The functions write these answers without one: a test holds real answers against what is made of these. */
import * as z from "zod";
import { FAILURES, type FailureCode } from "../../lib/errors.ts";
import { OUTCOME_REASONS, OUTCOMES } from "../../lib/transfer/outcome.ts";
import { REFUSAL_REASONS } from "../../lib/transfer/result.ts";
import { Mode } from "../../lib/transfer/target.ts";
import { DescribedTarget } from "./requests.ts";
import { told } from "./words.ts";

const FAILURE_CODES = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]];

const ok = told(z.boolean().optional(), {
  title: "OK",
  description:
    'Only from a connection with `"reply": "always-200"`, whose answers all have the status 200: whether the gateway accepted the transfer.',
  "x-ms-visibility": "advanced",
});
const transferId = told(z.string(), { title: "Transfer ID", description: "Our name of this transfer." });
const reference = told(z.string().optional(), { title: "Reference", description: "The request's." });
const EFFECT = { title: "Effect", description: "`none`: the gateway did not act on this delivery. `unknown`: it may have." };
const effect = told(z.enum(["none", "unknown"]), EFFECT);
const retryable = told(z.boolean(), { title: "Retryable", description: "Whether repeating this same delivery is useful." });
export const requestId = told(z.string(), { title: "Request ID", description: "By which the operator finds this request in the log." });
const CODE = { title: "Code", description: "What went wrong, or why nobody knows: a closed list." };
const code = told(z.enum(FAILURE_CODES), CODE);
const reason = told(z.enum(REFUSAL_REASONS).optional(), { title: "Reason", description: "Why the gateway refused, as far as it tells." });

export const GatewayWords = z
  .object({
    retcode: told(z.string(), { title: "Gateway Return Code", description: "`0` is success." }),
    message: told(z.string(), { title: "Gateway Message", description: "Withheld where it repeats something of the request." }),
  })
  .describe("What the gateway said.");

const request = {
  callId: told(z.string(), {
    title: "Call ID",
    description:
      "The request's. `forgotten` once the operator has forgotten whom the transfer was about: so are `agentId` and the `address` of `target` then, whose `type` is `agent` whatever it was, and `reference` is left out.",
  }),
  agentId: told(z.string(), { title: "Agent ID", description: "Whose session it is, or `forgotten`." }),
  target: DescribedTarget,
  mode: told(Mode, { title: "Mode", description: "The request's, or the default." }),
  callDataTruncated: told(z.literal(true).optional(), {
    title: "Call Data Truncated",
    description: "The next agent sees less than was sent, as the connection allows.",
    "x-ms-visibility": "advanced",
  }),
  reference,
};
const gateway = GatewayWords.optional();
const kept = {
  replayed: told(z.boolean(), { title: "Replayed", description: "Whether this is the stored answer of the same delivery." }),
  receivedAt: told(z.iso.datetime(), { title: "Received At", description: "When the first delivery arrived." }),
};
const statusUrl = told(z.url().optional(), {
  title: "Status URL",
  description: "Where to ask what became of it, without a key: whoever has this address may. It works for as long as the record is kept.",
});
const ending = {
  outcome: told(z.enum(OUTCOMES), {
    title: "Outcome",
    description:
      "How it ended, as far as that is known. `pending`: not yet. `completed`: the customer is with whom they were transferred to. `failed`: it did not work out. `unconfirmed`: a quarter of an hour passed, and nothing was heard. `not-observed`: nobody hears this agent's events.",
  }),
  outcomeReason: told(z.enum(OUTCOME_REASONS).optional(), { title: "Outcome Reason", description: "Why, from a closed list." }),
};

/** `state`: the gateway's answer. */
function state<State extends string>(value: State, description: string) {
  return told(z.literal(value), { title: "State", description });
}

export const AcceptedTransfer = z
  .object({
    ok,
    transferId,
    state: state("accepted", "`accepted`: the gateway took it. Whether a person picks up is the `outcome`."),
    ...ending,
    ...request,
    gateway,
    ...kept,
    statusUrl,
  })
  .describe("A transfer that the gateway accepted.");

export const UnknownTransfer = z
  .object({
    ok,
    transferId,
    state: state(
      "unknown",
      "`unknown`: the gateway's answer was lost or did not tell: the transfer may have happened. Look at the call before anything is done by hand.",
    ),
    ...ending,
    ...request,
    gateway,
    ...kept,
    statusUrl,
    code: told(z.enum(["gateway-timeout", "gateway-invalid-response", "gateway-error", "internal"]), CODE),
    retryable,
    effect: told(z.literal("unknown"), EFFECT),
    requestId,
  })
  .describe("A transfer that may have happened.");

export const RefusedTransfer = z
  .object({
    ok,
    transferId,
    state: state("refused", "`refused`: the gateway did not do it."),
    ...request,
    gateway: GatewayWords,
    ...kept,
    code: told(z.enum(["gateway-refused", "agent-not-signed-in", "gateway-busy"]), CODE),
    reason,
    retryable,
    effect: told(z.literal("none"), EFFECT),
    requestId,
  })
  .describe("What became of a transfer that was refused for good, as one of several that were asked for at once.");

export const DryRun = z
  .object({
    ok,
    dryRun: told(z.literal(true), { title: "Dry Run", description: "Nothing was sent." }),
    request: told(
      z.object({
        ...request,
        caller: told(z.string().optional(), { title: "Caller", description: "The customer's number." }),
        callData: told(z.string().optional(), { title: "Call Data", description: "As the next agent would see it." }),
        deliveryId: told(z.string().optional(), { title: "Delivery ID", description: "What makes a repeat the same delivery." }),
        attempt: told(z.string().optional(), { title: "Attempt", description: "What asks for a further transfer." }),
      }),
      { title: "Request", description: "The request as it was understood, with what the connection has a default for." },
    ),
    wire: told(
      z.object({
        method: told(z.literal("POST"), { title: "Method", description: "Of HTTP." }),
        url: told(z.url(), { title: "URL", description: "At the gateway." }),
        headers: told(z.record(z.string(), z.string()), { title: "Headers", description: "The Guid and the cookies are left out." }),
        body: told(z.record(z.string(), z.unknown()), { title: "Body", description: "In the gateway's own words." }),
      }),
      { title: "Wire", description: "The call that would have been made to the gateway." },
    ),
    requestId,
  })
  .describe("What would have been asked of the gateway. It has no `state`.");

export const Violation = z
  .object({
    pointer: told(z.string(), { title: "Pointer", description: "Where, as a JSON Pointer in a URI fragment.", example: "#/callId" }),
    detail: told(z.string(), { title: "Detail", description: "What is wrong with it.", example: "is required" }),
  })
  .describe("One thing that is wrong with a request.");

export const Problem = z
  .object({
    ok,
    type: told(z.string(), { title: "Type", description: "`urn:ccgw:problem:` and the code.", "x-ms-visibility": "advanced" }),
    title: told(z.string(), { title: "Title", description: "The same words for every occurrence of the code." }),
    status: told(z.int().min(100).max(599), { title: "Status", description: "Of HTTP.", "x-ms-visibility": "advanced" }),
    detail: told(z.string().optional(), { title: "Detail", description: "About this occurrence." }),
    code,
    retryable,
    effect,
    state: state("refused", "`refused`: the gateway did not do it.").optional(),
    reason,
    transferId: transferId.optional(),
    gateway,
    reference,
    errors: told(z.array(Violation).optional(), { title: "Errors", description: "All that is wrong with the request, at once." }),
    requestId,
  })
  .describe("What kept us from a transfer (RFC 9457).");
