/** The routes, as operations of OpenAPI: what each takes, and every answer of it with the codes that it may have. */
import type { ROUTES } from "../../lib/http/unrouted.ts";
import type { Operation } from "./document.ts";
import { ACCEPTED, ACKNOWLEDGED, ALWAYS_200, CONNECTION, DRY_RUN, HEALTH, IN_PROGRESS, PENDING, STATUS, UNKNOWN } from "./examples.ts";
import { toProblemExample } from "./failures.ts";
import { AGENT_EVENTS, HAND_OVER, TRANSFER_REQUESTS } from "./request-examples.ts";
import {
  answer,
  body,
  headers,
  JSON_TYPE,
  mayBeUnknown,
  oneOf,
  PROBLEM_TYPE,
  parameters,
  problem,
  problems,
  ref,
  TO_COME_BACK,
} from "./responses.ts";

type DescribedRoute = (typeof ROUTES)[number] | "HEAD /v1/transfers/{connection}";

const PROOF = [{ apiKey: [] }, { bearer: [] }, { basic: [] }];
/** Whichever route reads a connection's secret, its proof and its keys. */
const READING_SECRETS = ["unauthenticated", "misconfigured", "internal", "secrets-unavailable"] as const;

const TRANSFER_PROBLEMS = problems(
  ...READING_SECRETS,
  "invalid-json",
  "forbidden",
  "method-not-allowed",
  "duplicate-in-progress",
  "call-busy",
  "payload-too-large",
  "unsupported-media-type",
  "invalid-request",
  "expired",
  "idempotency-mismatch",
  "gateway-refused",
  "rate-limited",
  "paused",
  "deadline-exceeded",
  "agent-not-signed-in",
  "gateway-busy",
  "gateway-unreachable",
  "store-unavailable",
);

export const OPERATIONS: Readonly<Record<DescribedRoute, Operation>> = {
  "POST /v1/transfers/{connection}": {
    operationId: "TransferSession",
    tags: ["transfers"],
    summary: "Transfer a session",
    "x-ms-visibility": "important",
    description: `Asks for one transfer of a session that the gateway knows by its call id. **At most once**: the same delivery again is answered from its record, with \`replayed: true\`.

This is the body of a connection whose source is \`api\`, or \`salesforce-flow\`, whose answers are always 200. Those of other sources send their vendor's own body to the same address, and are answered as their vendor reads it.

Only \`state: accepted\` says that the gateway took it. An answer with neither \`state\` nor \`code\`, like API Gateway's own 429, 500 and 503, means that nobody knows: repeat the request with the same delivery id. Failures are \`application/problem+json\`, or \`application/json\` where \`Accept\` asks for that.`,
    security: PROOF,
    parameters: parameters("IdempotencyKey", "Prefer", "DryRun", "RequestId"),
    requestBody: body("TransferRequest", TRANSFER_REQUESTS),
    responses: {
      200: answer(
        'The gateway accepted it. Or it was a dry run, which has no `state`. From a connection with `"reply": "always-200"` it is any answer, with `ok` in it.',
        oneOf("AcceptedTransfer", "DryRun", "UnknownTransfer", "Problem"),
        { ...ACCEPTED, ...DRY_RUN, ...ALWAYS_200 },
        TO_COME_BACK,
      ),
      202: answer(
        "Either nobody knows whether it was transferred (`state: unknown`), or, after `Prefer: respond-async`, it was accepted and how it ends is not known yet. Ask at the `Location`.",
        oneOf("UnknownTransfer", "AcceptedTransfer"),
        { ...UNKNOWN, ...PENDING },
        ["Location", "Retry-After", "Preference-Applied"],
      ),
      ...TRANSFER_PROBLEMS,
      500: mayBeUnknown(problem("misconfigured", "internal")),
    },
  },
  "HEAD /v1/transfers/{connection}": {
    operationId: "CheckReachability",
    tags: ["transfers"],
    summary: "Check that the address can be reached",
    description:
      "200 for every name, with no proof: for callers that try an address before they use it. It says nothing about the connection.",
    "x-ms-visibility": "internal",
    security: [],
    responses: { 200: { description: "It can be reached.", headers: headers() } },
  },
  "GET /v1/transfers/{connection}/{transferId}": {
    operationId: "GetTransfer",
    tags: ["transfers"],
    summary: "Get what became of a transfer",
    description:
      "As its record has it at this moment or, with `wait`, as soon as it has ended. Asks the gateway nothing, and changes nothing. By the connection's proof, or by the token in a `statusUrl`.",
    security: [...PROOF, { statusToken: [] }],
    parameters: parameters("Wait", "RequestId"),
    responses: {
      200: answer(
        'This is how it is. From a connection with `"reply": "always-200"` it is any answer, with `ok` in it.',
        oneOf("AcceptedTransfer", "UnknownTransfer", "RefusedTransfer", "Problem"),
        {
          ...STATUS,
          "always-200-problem": { summary: "always-200: not known", value: { ok: false, ...Object(toProblemExample("not-found").value) } },
        },
        TO_COME_BACK,
      ),
      202: {
        description: "There is more to come: ask again at the `Location`, after `Retry-After`.",
        headers: headers("Location", "Retry-After"),
        content: {
          [JSON_TYPE]: { schema: oneOf("UnknownTransfer", "AcceptedTransfer", "Problem"), examples: { ...UNKNOWN, ...PENDING } },
          [PROBLEM_TYPE]: { schema: ref("schemas", "Problem"), examples: { "duplicate-in-progress": IN_PROGRESS } },
        },
      },
      ...problems(...READING_SECRETS, "not-found", "invalid-request", "store-unavailable"),
    },
  },
  "GET /v1/connections/{connection}": {
    operationId: "GetConnection",
    tags: ["connections"],
    summary: "Get the connection and its targets",
    description: "Which connection this is, and what it may do: for the test of a credential, and for drop-down lists of targets.",
    security: PROOF,
    parameters: parameters("RequestId"),
    responses: { 200: answer("The connection.", ref("schemas", "Connection"), CONNECTION), ...problems(...READING_SECRETS) },
  },
  "GET /v1/health": {
    operationId: "GetHealth",
    tags: ["operation"],
    summary: "Get the version",
    description: "The function runs, and which version. No call goes out, and no proof is needed.",
    "x-ms-visibility": "internal",
    security: [],
    parameters: parameters("RequestId"),
    responses: { 200: answer("It runs.", ref("schemas", "Health"), HEALTH) },
  },
  "PUT /v1/agent-sessions/{gateway}/{agentId}": {
    operationId: "HandOverSession",
    tags: ["agent sessions"],
    summary: "Hand an agent's session over",
    description:
      "For whoever signs an agent in elsewhere: hands each new Guid over, for agents whose session is `handed-over`. By a secret of the agent's own.",
    "x-ms-visibility": "internal",
    security: PROOF,
    parameters: parameters("RequestId"),
    requestBody: body("HandOver", HAND_OVER),
    responses: {
      204: { description: "Taken, or older than what is known.", headers: headers() },
      ...problems(
        ...READING_SECRETS,
        "invalid-json",
        "payload-too-large",
        "unsupported-media-type",
        "invalid-request",
        "rate-limited",
        "store-unavailable",
      ),
    },
  },
  "DELETE /v1/agent-sessions/{gateway}/{agentId}": {
    operationId: "EndSession",
    tags: ["agent sessions"],
    summary: "Say that an agent's session has ended",
    description: "For whoever handed it over. It is used for no further transfer.",
    "x-ms-visibility": "internal",
    security: PROOF,
    parameters: parameters("RequestId"),
    responses: {
      204: { description: "It has ended.", headers: headers() },
      ...problems(...READING_SECRETS, "rate-limited", "store-unavailable"),
    },
  },
  "POST /v1/gateway-events/{gateway}/{agentId}": {
    operationId: "PushEvents",
    tags: ["gateway events"],
    summary: "Push an agent's events",
    description: "For the gateway alone, which was given this address and a token when the agent was signed in.",
    "x-ms-visibility": "internal",
    security: [{ serviceToken: [] }],
    requestBody: body("AgentEvents", AGENT_EVENTS),
    responses: {
      200: answer("Taken.", ref("schemas", "Acknowledgement"), ACKNOWLEDGED),
      ...problems(...READING_SECRETS, "invalid-json", "payload-too-large", "invalid-request", "store-unavailable"),
    },
  },
};

/** Of each path, who or what it names. */
export const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  connection: "Connection",
  transferId: "TransferId",
  gateway: "Gateway",
  agentId: "AgentId",
};
