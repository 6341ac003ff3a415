/**
 * Values that nobody else uses, planted where something confidential goes, and the search for them. They need no escaping, so
 * that they are found in any notation but base64, which is searched, too. Decides nothing about where a value may show up.
 */
import { KEY } from "./stack.ts";

export const CANARIES = {
  /** The key that every connection of the stack has. */
  key: KEY,
  wrongKey: "canary-wrong-key-5d1f",
  basicPassword: "canary-basic-password-93ab",
  apiKey: "canary-api-key-77c0",
  oldKey: "canary-old-key-1e42",
  cookie: "canary-cookie-0b6d",
  otherCookie: "canary-second-cookie-c2f9",
  caller: "canary-caller-88880021",
  callData: "canary-call-data-4f8e",
  fieldName: "canary-field-name-a90d",
  fieldValue: "canary-field-value-61b7",
  unknownName: "canary-unknown-name-e3c5",
  unknownValue: "canary-unknown-value-2a74",
  /** Short, since a parser quotes no more than some characters around what it stumbles over. */
  brokenBody: "qz7d81c",
  brokenSecret: "canary-broken-secret-58ef",
  query: "canary-query-b4d2",
  header: "canary-header-7e19",
  deliveryId: "canary-delivery-id-c6a3",
  exception: "canary-exception-f02b",
  guid: "canary-guid-4a9c",
} as const;
export type Canary = keyof typeof CANARIES;

/** The cookies of a load balancer as the agent's secret has them. */
export const COOKIES = `lb=${CANARIES.cookie}; route=${CANARIES.otherCookie}`;

/** Call data with what has to be escaped in JSON and in HTML, and with the caller's number in the middle of it. */
export const CALL_DATA = `${CANARIES.callData} "said" ${CANARIES.caller} \\ back & <forth> ${CANARIES.callData}`;

/** What a gateway may repeat of a request in its message: as it came, in parts, and quoted once more. */
export function echoes(guid: string): string[] {
  const texts = [guid, `JSESSIONID=${guid}`, COOKIES, CANARIES.caller, CALL_DATA, CANARIES.cookie, CANARIES.otherCookie];
  return texts.flatMap((text) => [text, JSON.stringify({ echo: text })]);
}

/** Names of the canaries that a text holds. `also` are further texts to look for, such as the Guid of the simulator. */
export function findCanaries(text: string, also: Readonly<Record<string, string>> = {}): string[] {
  const views = [text, ...decodedParts(text)];
  const planted = Object.entries<string>({ ...CANARIES, ...also });
  return planted.filter(([, value]) => views.some((view) => view.includes(value))).map(([name]) => name);
}

/** Everything in a text that could be base64, decoded. */
function decodedParts(text: string): string[] {
  return [...text.matchAll(/[A-Za-z0-9+/_-]{12,}={0,2}/g)].map(([part]) => Buffer.from(part, "base64").toString("utf8"));
}
