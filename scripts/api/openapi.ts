/** The OpenAPI 3.0.3 document: the operations, and what they share. */
import * as z from "zod";
import { CanonicalRequest } from "../../lib/transfer/request.ts";
import { AgentId, Name } from "../../lib/transfer/target.ts";
import * as answers from "./answers.ts";
import type { Fields, Header, OpenApiDocument, Operation, Parameter, Reference } from "./document.ts";
import { EXAMPLE_HOST, EXAMPLE_TRANSFER_ID } from "./examples.ts";
import { OPERATIONS, PATH_PARAMETERS } from "./operations.ts";
import { Acknowledgement, Connection, Health } from "./other-answers.ts";
import { AgentEvents, DescribedTarget, HandOver, TransferRequest } from "./requests.ts";

const SCHEMAS = {
  TransferRequest,
  Target: DescribedTarget,
  AcceptedTransfer: answers.AcceptedTransfer,
  UnknownTransfer: answers.UnknownTransfer,
  RefusedTransfer: answers.RefusedTransfer,
  DryRun: answers.DryRun,
  Problem: answers.Problem,
  Violation: answers.Violation,
  GatewayWords: answers.GatewayWords,
  Connection,
  Health,
  HandOver,
  AgentEvents,
  Acknowledgement,
} as const;

const DESCRIPTION = `Webhooks from CRM workflows, chatbots and low-code tools become **at most one** session transfer at a Huawei CC-Gateway (AICC).

A **connection** is one configured caller: its name is in the address, its secret proves who calls. A **delivery** is one webhook; repeated, it is the same delivery. \`state\` says what the gateway answered: \`accepted\`, \`refused\` or \`unknown\`. \`outcome\` says how one ended that was not refused. \`effect\`, on every failure, says whether the gateway acted on this delivery: \`none\` (it did not) or \`unknown\` (it may have). \`retryable\` says whether repeating the same delivery is useful.`;

export function toOpenApi(version: string): OpenApiDocument {
  return {
    openapi: "3.0.3",
    info: {
      title: "CC-Gateway transfers",
      version,
      description: DESCRIPTION,
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: `https://${EXAMPLE_HOST}`, description: "Put the address of your own stack here: the deployment prints it." }],
    tags: [
      { name: "transfers", description: "Ask for a transfer, and what became of it." },
      { name: "connections", description: "Who am I, and where may I transfer to?" },
      { name: "agent sessions", description: "For whoever signs agents in elsewhere." },
      { name: "gateway events", description: "For the gateway." },
      { name: "operation", description: "For whoever operates the stack." },
    ],
    paths: toPaths(),
    components: { schemas: toSchemas(), parameters: PARAMETERS, headers: HEADERS, securitySchemes: SECURITY_SCHEMES },
  };
}

function toPaths(): OpenApiDocument["paths"] {
  const paths: Record<string, Record<string, Operation | readonly Reference[]>> = {};
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const [method = "", path = ""] = route.split(" ");
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({ $ref: `#/components/parameters/${PATH_PARAMETERS[name]}` }));
    paths[path] ??= named.length === 0 ? {} : { parameters: named };
    Object.assign(paths[path], { [method.toLowerCase()]: operation });
  }
  return paths;
}

function toSchemas(): OpenApiDocument["components"]["schemas"] {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    target: "openapi-3.0",
    io: "input",
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      delete jsonSchema.$id;
      // The format says it.
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  });
  return Object.fromEntries(Object.entries(schemas).map(([name, { $id: _place, ...schema }]) => [name, schema]));
}

/** Of a parameter or a header: without references. */
function schemaOf(schema: z.ZodType, more: Fields = {}): Fields {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { target: "openapi-3.0", io: "input" });
  return { ...json, ...more };
}

interface Described extends Pick<Parameter, "name" | "in" | "description" | "schema"> {
  readonly title: string;
  readonly more?: Fields;
}

function parameter({ name, in: place, title, description, schema, more = {} }: Described): Parameter {
  return { name, in: place, ...(place === "path" && { required: true }), description, "x-ms-summary": title, ...more, schema };
}

/** No example of an optional one: a page to try it out fills it in, and sends it. */
const ADVANCED = { "x-ms-visibility": "advanced" };
const NAME = schemaOf(Name);

const PARAMETERS = {
  Connection: parameter({
    name: "connection",
    in: "path",
    title: "Connection",
    description: "The name of the connection, as its operator gave it.",
    schema: NAME,
    more: { example: "crm", "x-ms-url-encoding": "single" },
  }),
  TransferId: parameter({
    name: "transferId",
    in: "path",
    title: "Transfer ID",
    description: "As the answer to the transfer has it.",
    schema: { type: "string" },
    more: { example: EXAMPLE_TRANSFER_ID, "x-ms-url-encoding": "single" },
  }),
  Gateway: parameter({ name: "gateway", in: "path", title: "Gateway", description: "Its name.", schema: NAME, more: { example: "main" } }),
  AgentId: parameter({
    name: "agentId",
    in: "path",
    title: "Agent ID",
    description: "Whose session it is.",
    schema: schemaOf(AgentId),
    more: { example: "101" },
  }),
  IdempotencyKey: parameter({
    name: "Idempotency-Key",
    in: "header",
    title: "Idempotency Key",
    description: "The delivery id, for callers of `api` that rather set a header: `deliveryId` in the body is the same.",
    schema: schemaOf(CanonicalRequest.shape.deliveryId),
    more: ADVANCED,
  }),
  Prefer: parameter({
    name: "Prefer",
    in: "header",
    title: "Prefer",
    description: "`respond-async`, for callers of `api`: the answer is 202 while the outcome is `pending`, with the address where to ask.",
    schema: { type: "string" },
    more: ADVANCED,
  }),
  RequestId: parameter({
    name: "X-Request-Id",
    in: "header",
    title: "Request ID",
    description: "A name of your own for this request, in the answer and in the log. No number of a customer.",
    schema: { type: "string", maxLength: 128, pattern: "^[A-Za-z0-9._:/+=-]*$" },
    more: { "x-ms-visibility": "internal" },
  }),
  DryRun: parameter({
    name: "dryRun",
    in: "query",
    title: "Dry Run",
    description: "Checked, and not sent. The same as `dryRun` in the body.",
    schema: { type: "boolean" },
    more: { allowEmptyValue: true, ...ADVANCED },
  }),
  Wait: parameter({
    name: "wait",
    in: "query",
    title: "Wait",
    description: "How many seconds to wait for its end: at most 20, and at most 5 by the token alone.",
    schema: { type: "integer", minimum: 0, maximum: 20, default: 0 },
    more: ADVANCED,
  }),
} as const;

function header(description: string, schema: Fields = { type: "string" }): Header {
  return { description, schema };
}

const HEADERS = {
  Location: header("Where to ask what became of it: the `statusUrl`.", { type: "string", format: "uri" }),
  "Retry-After": header("After how many seconds to ask or to send again. Absent where that is not useful.", {
    type: "string",
    pattern: "^[0-9]+$",
  }),
  "Preference-Applied": header("`respond-async`, where the answer came early for it.", { type: "string", enum: ["respond-async"] }),
  "WWW-Authenticate": header("How a caller proves itself.", { type: "string", enum: ["Bearer"] }),
  Allow: header("The methods that this address takes, with commas between them."),
  "X-Request-Id": header("The request's id, as in the log."),
  "Cache-Control": header("No answer is for a cache.", { type: "string", enum: ["no-store"] }),
} as const;

const SECURITY_SCHEMES = {
  apiKey: { type: "apiKey", in: "header", name: "x-api-key", description: "The connection's secret, as it is." },
  bearer: { type: "http", scheme: "bearer", description: "The connection's secret, as a Bearer token." },
  basic: {
    type: "http",
    scheme: "basic",
    description: "The connection's secret as the password, where the connection takes it so (`verification.in`).",
  },
  statusToken: { type: "apiKey", in: "query", name: "token", description: "The capability in a `statusUrl`: it reads that one transfer." },
  serviceToken: { type: "apiKey", in: "header", name: "service_token", description: "The token that the agent was signed in with." },
} as const;
