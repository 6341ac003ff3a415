/** What each contender is asked with: the same transfer, in each source's own webhook, signed as its caller signs it; and, for the floor, what the gateway takes. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { isReplayed } from "../../dev/demo.ts";
import { findDemo } from "../../dev/demos.ts";
import { CALL_ID } from "../../dev/local-gateway.ts";
import { toRequest, toVerification } from "../../dev/send-request.ts";
import { BASE_URL, MAPPED_CONNECTION, toEvent, toTransferEvent } from "../world/world.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Its tokens are not of this bench. */
const NO_ISSUER_PORT = 9;

export const SOURCES = ["api", "standard-webhooks", "zendesk", "dialogflow-cx"] as const;
export type Source = (typeof SOURCES)[number];

/** The JSON of an event of API Gateway. */
export async function toWebhookEvent(source: Source, callId: string): Promise<string> {
  if (source === "api") return toTransferEvent(callId, { "idempotency-key": `delivery-of-${callId}` });
  const demo = findDemo(source);
  if (demo === undefined) throw new Error(`no caller plays ${source}`);
  const sample = await readFile(`${ROOT}/${demo.sample}`, "utf8");
  const verification = toVerification(demo, undefined, NO_ISSUER_PORT);
  const secret = verification.secrets?.[0]?.value ?? "";
  const connection = source === "zendesk" ? MAPPED_CONNECTION : demo.name;
  const address = `${BASE_URL}/v1/transfers/${connection}`;
  const { headers, body } = await toRequest({ demo, verification, address, body: sample.replaceAll(CALL_ID, callId), secret });
  return toEvent({ connection, headers, body });
}

/** What our client sends for the `api` call. */
export function toWireEvent(callId: string): string {
  const wire = { callid: callId, caller: "88880021", devicetype: 2, mode: 2, address: "205", calldata: "help" };
  return toEvent({ connection: "floor", headers: { "content-type": "application/json" }, body: JSON.stringify(wire) });
}

const Answer = z.object({ statusCode: z.int(), body: z.string() });

/** Throws unless this is how the source's caller is told that its transfer was accepted. */
export function assertAccepted(source: Source, answer: string): void {
  const isAccepted = (body: string) => findDemo(source)?.isAccepted(body, undefined) === true && !isReplayed(body);
  assertAnswer(answer, isAccepted);
}

export function assertReplayed(answer: string): void {
  assertAnswer(answer, isReplayed);
}

/** Throws unless this is the gateway's own success. */
export function assertTaken(answer: string): void {
  assertAnswer(answer, (body) => JSON.parse(body).retcode === "0");
}

function assertAnswer(answer: string, isRight: (body: string) => boolean): void {
  const { statusCode, body } = Answer.parse(JSON.parse(answer));
  if (statusCode !== 200 || !isRight(body)) throw new Error(`answered ${statusCode}: ${body}`);
}
