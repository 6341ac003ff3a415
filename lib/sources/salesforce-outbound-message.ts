/**
 * Source `salesforce-outbound-message`: SOAP with 1 to 100 notifications, each a record of which one transfer is made. Not signed; its `SessionId` is a live
 * credential and leaves this file with nobody. Repeated for 24 h until it is acknowledged, in any order; how long Salesforce waits is not published.
 * https://developer.salesforce.com/docs/platform/api/guide/sforce-api-om-outboundmessaging-wsdl.html
 */
import * as z from "zod";
import { FAILURES, type FailureCode, TransferError } from "../errors.ts";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { type Fields, invalidRequest } from "../transfer/request.ts";
import { tellViolation } from "../transfer/violations.ts";
import { salesforceSecret } from "../verification/salesforce-secret.ts";
import { isWorthRepeating, toSummary } from "./answering/summary.ts";
import { readConventionalColumns } from "./reading/conventional-columns.ts";
import { childrenOf, localName, readXmlBody, type XmlElement } from "./reading/xml-body.ts";
import { type Answering, type Claims, defineSource, type Outcome, type Reply, toBatchDraft, type Webhook } from "./source.ts";

const SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
const OUTBOUND = "http://soap.sforce.com/2005/09/outbound";
/** Repeated for 24 h, up to 2 h apart, for a customer who is long gone. The message has no time of its own: it counts when a notification was seen first. */
const MAX_AGE_SECONDS = 300;
/** The WSDL's `maxOccurs`. */
const NOTIFICATIONS_MAX = 100;
/** The first 15 characters of an id are the id; the 3 that may follow only make it safe against changes of case. */
const ID_CHARACTERS = 15;

const Id = z.string("is required").regex(/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/, "must be a Salesforce id");

const Message = z.object({
  OrganizationId: Id,
  ActionId: z.string().optional(),
  Notification: z
    .array(z.object({ Id, sObject: z.record(z.string(), z.unknown(), "is required") }))
    .min(1, "must have at least one notification")
    .max(NOTIFICATIONS_MAX, `must have at most ${NOTIFICATIONS_MAX} notifications`),
});
type Message = z.infer<typeof Message>;

export const salesforceOutboundMessage = defineSource({
  id: "salesforce-outbound-message",
  schemes: [salesforceSecret],
  // A batch takes its time. Whoever gives up earlier repeats it, and is told what became of it.
  deadlineMs: DEADLINE_MAX_MS,
  deliveryId: "unsigned",
  maxAgeSeconds: MAX_AGE_SECONDS,
  options: ["mapping"],
  readBody,
  payload: Message,
  toDrafts: ({ Notification: notifications, ...message }, { proof: { claims = {} }, map }) => {
    assertListed(message.OrganizationId, claims);
    return notifications.map((notification) =>
      toBatchDraft(
        () => map({ ...message, Notification: notification }, () => readConventionalColumns(notification.sObject, toConventional)),
        notification.Id,
      ),
    );
  },
  reply,
});

/** What is taken from the message, by name: neither the session's id nor the addresses where it is good for something. */
function readBody(webhook: Webhook): unknown {
  const envelope = readXmlBody(webhook);
  const bodies = envelope.name === "Envelope" && envelope.namespace === SOAP ? childrenOf(envelope, SOAP, "Body") : [];
  const [notifications] = bodies.flatMap((body) => childrenOf(body, OUTBOUND, "notifications"));
  if (notifications === undefined) throw invalidRequest([{ pointer: "#", detail: "must be the SOAP message notifications" }]);
  return {
    OrganizationId: textOf(notifications, "OrganizationId"),
    ActionId: textOf(notifications, "ActionId"),
    Notification: childrenOf(notifications, OUTBOUND, "Notification").map((notification) => {
      const [sObject] = childrenOf(notification, OUTBOUND, "sObject");
      return { Id: textOf(notification, "Id"), sObject: sObject && { type: typeOf(sObject), ...toRecord(sObject) } };
    }),
  };
}

function textOf(parent: XmlElement, name: string): string | undefined {
  return childrenOf(parent, OUTBOUND, name)[0]?.text.trim();
}

/** `sf:Case` of `xsi:type`. */
function typeOf({ attributes }: XmlElement): string | undefined {
  const type = Object.entries(attributes).find(([name]) => localName(name) === "type")?.[1];
  return type === undefined ? undefined : localName(type);
}

/** The columns by their API names; a compound one, like an address, is a record again. */
function toRecord({ children }: XmlElement): Fields {
  return Object.fromEntries(children.map((child) => [child.name, toValue(child)]));
}

function toValue(element: XmlElement): unknown {
  const isNil = Object.entries(element.attributes).some(([name, value]) => localName(name) === "nil" && ["true", "1"].includes(value));
  if (isNil) return null;
  return element.children.length > 0 ? toRecord(element) : element.text;
}

/** A custom field's API name ends with `__c`, may begin with its package's, and is the same in any case: `ccgw_call_id__c`. */
function toConventional(column: string): string | undefined {
  return /^(?:[A-Za-z0-9]+__)?(ccgw_\w+?)__c$/i.exec(column)?.[1]?.toLowerCase();
}

function assertListed(organizationId: string, { organizations }: Claims): void {
  const ids = Array.isArray(organizations) ? organizations.map((id: unknown) => String(id).slice(0, ID_CHARACTERS)) : [];
  if (!ids.includes(organizationId.slice(0, ID_CHARACTERS)))
    throw new TransferError("unauthenticated", { reason: "the organization is not listed" });
}

/**
 * One acknowledgement for all: it is withheld while one of them is worth repeating, which then does what is left. Of what could not be read nothing can
 * be acknowledged: the fault shows in the organization's queue of outbound messages.
 */
function reply({ outcomes, payload }: Answering<Message>): Reply {
  const code = outcomes.map((outcome) => toSummary(outcome).code).find((found) => found !== undefined);
  if (payload === undefined && code !== undefined) return { ...toSoap(500, toFault(toWords(code, outcomes))), code };
  return { ...toSoap(200, toAcknowledgement(!outcomes.some(isWorthRepeating))), code };
}

function toAcknowledgement(acknowledged: boolean): string {
  return `<notificationsResponse xmlns="${OUTBOUND}"><Ack>${acknowledged}</Ack></notificationsResponse>`;
}

/** With the first violation: whoever looks at the organization's queue sees nothing else. */
function toWords(code: FailureCode, outcomes: readonly Outcome[]): string {
  const [violation] = outcomes.flatMap((outcome) => (outcome.kind === "failure" ? (outcome.error.errors ?? []) : []));
  return [`${code}: ${FAILURES[code].title}`, ...(violation === undefined ? [] : [tellViolation(violation)])].join(": ");
}

/** SOAP 1.1, sections 4.4 and 6.2. */
function toFault(words: string): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<soapenv:Fault><faultcode>soapenv:Client</faultcode><faultstring>${escaped}</faultstring></soapenv:Fault>`;
}

function toSoap(status: number, body: string): Reply {
  return {
    status,
    headers: { "content-type": "text/xml; charset=utf-8" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="${SOAP}"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`,
  };
}
