/**
 * At least one way to each failure that callers can meet, through the real functions, with a canary wherever something confidential goes. The answer
 * with the failure comes first; what else was answered on the way follows. Asserts nothing.
 */
import { vi } from "vitest";
import type { FailureCode } from "../../lib/errors.ts";
import { CALL_DATA, CANARIES, COOKIES, echoes } from "./canaries.ts";
import { handOverToNobody, handOverTooOften } from "./hand-over-failures.ts";
import type { EventOptions } from "./http-event.ts";
import { internalFailures } from "./internal-failures.ts";
import { pause } from "./pausing.ts";
import type { Answer, Connected, Stack } from "./stack.ts";
import { askUnrouted } from "./unrouted-request.ts";

export type Provoke = (stack: Stack) => Promise<readonly Answer[]>;
type Options = Partial<EventOptions> & { readonly remainingMs?: number };
type Documents = Parameters<Stack["connect"]>[0];

const ECHO = echoes(CANARIES.guid).join(" | ");
const AGENT = { guid: CANARIES.guid, cookies: COOKIES };
const ANOTHER_DELIVERY = { "idempotency-key": `${CANARIES.deliveryId}-2` };
const VERIFICATION = {
  scheme: "shared-secret",
  secrets: [
    { id: "current", value: CANARIES.key },
    { id: "old", value: CANARIES.oldKey, notAfter: "2020-01-01T00:00:00Z" },
  ],
  in: ["bearer", "api-key", "basic"],
};

export const FAILURE_CASES = {
  "not-found": { "an unknown path": () => askUnrouted({ method: "POST", path: "/v2/anything" }) },
  "method-not-allowed": { "a GET of a transfer": () => askUnrouted({ method: "GET", path: "/v1/transfers/demo" }) },
  "invalid-json": {
    "broken JSON": sending(`{"callId": "1", "caller": ${CANARIES.brokenBody}`),
    "JSON that ends early": sending(`{"caller": "${CANARIES.brokenBody}`),
    "bytes that are not UTF-8": sending(Buffer.concat([Buffer.from(CANARIES.brokenBody), Buffer.from([0xff])])),
  },
  "payload-too-large": { "over 1 MiB": sending(CANARIES.brokenBody.repeat(200_000)) },
  "unsupported-media-type": { "a form": sending(`caller=${CANARIES.caller}`, { "content-type": `text/${CANARIES.header}` }) },
  unauthenticated: {
    "a wrong Bearer token": sending({}, { authorization: `Bearer ${CANARIES.wrongKey}` }),
    "a wrong password": sending({}, { authorization: `Basic ${btoa(`user:${CANARIES.basicPassword}`)}` }),
    "a wrong API key": sending({}, { authorization: "", "x-api-key": CANARIES.apiKey }),
    "an expired key": sending({}, { authorization: `Bearer ${CANARIES.oldKey}` }),
    "a disabled connection": sending({}, {}, { connection: { enabled: false } }),
    "an unknown connection": async (stack) => [await stack.transfer("nobody", toBody())],
    "a name that is none": async (stack) => [await stack.transfer(`../${CANARIES.unknownName}`, toBody())],
  },
  "invalid-request": {
    "unknown fields": sending({ [CANARIES.unknownName]: CANARIES.unknownValue }),
    "values of the wrong kind": sending({ mode: CANARIES.unknownValue, target: CANARIES.unknownValue, caller: [CANARIES.caller] }),
    "a field that is too long": sending({ callData: undefined, callDataFields: { [CANARIES.fieldName]: [CANARIES.fieldValue] } }),
    "an answer that is always 200": sending({ caller: `${CANARIES.caller}\n` }, {}, { connection: { reply: "always-200" } }),
    "an unknown parameter": sending({}, {}, {}, { query: `${CANARIES.query}=${CANARIES.query}&dryRun=${CANARIES.query}` }),
    "two delivery ids": sending({ deliveryId: "another" }),
  },
  forbidden: { "a target that is not allowed": sending({}, {}, { connection: { allow: { agents: "any" } } }) },
  expired: {
    "a repeat that comes too late": async (stack) => {
      const { connection } = connect(stack, { connection: { maxAgeSeconds: 30 } });
      stack.gateway.addFault(echoing("000-004"));
      const first = await send(stack, connection, {});
      return [await stack.later(31_000, () => send(stack, connection, {})), first];
    },
  },
  "rate-limited": {
    "a session handed over too often": handOverTooOften,
    "more requests than the connection may make": async (stack) => {
      const { connection } = connect(stack, { connection: { rateLimit: { requests: 1, perSeconds: 600 } } });
      stack.gateway.addFault(echoing("106-004"));
      const first = await send(stack, connection, {});
      return [await send(stack, connection, { caller: undefined }, ANOTHER_DELIVERY), first];
    },
  },
  paused: {
    "a gateway that is paused": async (stack) => {
      const { connection, gateway } = connect(stack);
      await pause(`gateway/${gateway}`, { by: CANARIES.exception, reason: CANARIES.caller });
      return [await send(stack, connection, {})];
    },
  },
  "duplicate-in-progress": {
    "the same delivery at the same time": async (stack) => {
      const { connection } = connect(stack, { gateway: { responseTimeoutMs: 2_000 } });
      const before = stack.gateway.transfers().length;
      stack.gateway.addFault({ kind: "hang" });
      const first = send(stack, connection, {});
      await vi.waitUntil(() => stack.gateway.transfers().length > before, { timeout: 10_000 });
      const second = await send(stack, connection, {}, {}, { remainingMs: 1_000 });
      return [second, await first];
    },
  },
  "idempotency-mismatch": {
    "another call with the same delivery id": async (stack) => {
      const { connection } = connect(stack);
      stack.gateway.addFault(echoing("0"));
      const first = await send(stack, connection, {});
      return [await send(stack, connection, { callId: "another" }), first];
    },
  },
  "call-busy": {
    "a call that another delivery is moving": async (stack) => {
      const { connection } = connect(stack, { gateway: { responseTimeoutMs: 2_000 } });
      const before = stack.gateway.transfers().length;
      stack.gateway.addFault({ kind: "hang" });
      const first = send(stack, connection, {});
      await vi.waitUntil(() => stack.gateway.transfers().length > before, { timeout: 10_000 });
      const second = await send(stack, connection, {}, ANOTHER_DELIVERY);
      return [second, await first];
    },
    "a call that another delivery may have moved": async (stack) => {
      const { connection } = connect(stack);
      stack.gateway.addFault(echoing("100-007"));
      const first = await send(stack, connection, {});
      return [await send(stack, connection, {}, ANOTHER_DELIVERY), first];
    },
  },
  "deadline-exceeded": { "hardly any time left": sending({}, {}, {}, { remainingMs: 900 }) },
  "gateway-refused": {
    "a retcode": answered(echoing("106-004")),
    "a CTI code": answered({ kind: "retcode", retcode: "200-003", message: "Unknown ERROR._160007" }),
  },
  "agent-not-signed-in": { "a wrong Guid": sending({}), "a retcode": answered(echoing("105-006")) },
  "gateway-busy": { "a retcode": answered(echoing("000-004")) },
  "gateway-unreachable": { "a certificate that is not trusted": answered({ kind: "certificate", problem: "unknown-ca" }) },
  "gateway-timeout": { "no answer": answered({ kind: "hang" }) },
  "gateway-invalid-response": {
    "an HTML page": answered({ kind: "status", status: 500, body: `<html><pre>${ECHO}</pre></html>` }),
    "broken JSON": answered({ kind: "body", body: `{"message": "${ECHO}` }),
    "a connection that is cut": answered({ kind: "drop", when: "after-request" }),
  },
  "gateway-error": { "a retcode": answered(echoing("100-007")) },
  "secrets-unavailable": {
    "the connection's secret": (stack) => {
      stack.secrets.failNext({ operation: "GetSecretValue", type: "AccessDeniedException" });
      return sending({})(stack);
    },
  },
  "store-unavailable": { "a session that cannot be kept": handOverToNobody },
  misconfigured: {
    "a connection's secret that is not JSON": broken("connection", `{"schemaVersion": 1, "verification": "${CANARIES.brokenSecret}`),
    "a connection with unknown fields": broken("connection", {
      guid: CANARIES.brokenSecret,
      gateway: `${CANARIES.brokenSecret}/`,
      deadlineMs: CANARIES.brokenSecret,
    }),
    "a connection whose keys are too short": sending(
      {},
      {},
      {
        connection: {
          verification: { scheme: "shared-secret", secrets: [{ id: "current", value: "canary", notAfter: CANARIES.brokenSecret }] },
        },
      },
    ),
    "a gateway with a wrong address": broken("gateway", {
      schemaVersion: 1,
      url: `https://user:${CANARIES.brokenSecret}@gateway`,
      ca: CANARIES.brokenSecret,
      tlsServerName: `${CANARIES.brokenSecret}:443`,
    }),
    "an agent with a Guid that cannot be": broken("agent", {
      schemaVersion: 1,
      session: "external",
      guid: `${CANARIES.guid} ${CANARIES.brokenSecret}`,
      cookies: `${CANARIES.cookie}\n`,
    }),
    "an agent's secret that is a text": broken("agent", `"${CANARIES.guid}"`),
  },
  internal: internalFailures,
} satisfies Readonly<Record<FailureCode, Readonly<Record<string, Provoke>>>>;

function toBody(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const target = { type: "agent", address: "205" };
  return { callId: "1552524689-16797284", target, caller: CANARIES.caller, callData: CALL_DATA, reference: "ticket-1", ...fields };
}

/** With the connection's key and a canary in every header that a caller may choose; an object is a request, all else a body as it is. */
export function send(
  stack: Stack,
  connection: string,
  body: string | Uint8Array | Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
  options: Options = {},
): Promise<Answer> {
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  return stack.transfer(connection, isRaw ? body : toBody(body), {
    headers: {
      authorization: `Bearer ${CANARIES.key}`,
      "content-type": "application/json",
      "idempotency-key": CANARIES.deliveryId,
      "user-agent": CANARIES.header,
      "x-request-id": `${CANARIES.header} is no id`,
      "x-forwarded-for": CANARIES.header,
      ...headers,
    },
    ...options,
  });
}

function connect(stack: Stack, { connection, gateway, agent }: NonNullable<Documents> = {}): Connected {
  return stack.connect({
    connection: { verification: VERIFICATION, ...connection },
    gateway: { ...gateway },
    agent: { ...AGENT, ...agent },
  });
}

function sending(
  body: string | Uint8Array | Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
  documents: Documents = {},
  options: Options = {},
): Provoke {
  return async (stack) => [await send(stack, connect(stack, documents).connection, body, headers, options)];
}

function answered(fault: Parameters<Stack["gateway"]["addFault"]>[0]): Provoke {
  return async (stack) => {
    const { connection } = connect(stack, { gateway: { responseTimeoutMs: 200 } });
    stack.gateway.addFault(fault);
    return [await send(stack, connection, {})];
  };
}

function echoing(retcode: string): Parameters<Stack["gateway"]["addFault"]>[0] {
  return { kind: "retcode", retcode, message: ECHO, result: { echo: ECHO } };
}

function broken(which: keyof Connected["secrets"], document: unknown): Provoke {
  return async (stack) => {
    const { connection, secrets } = connect(stack);
    stack.secrets.putSecret(secrets[which], document);
    return [await send(stack, connection, {})];
  };
}
