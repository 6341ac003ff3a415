/** One caller of each source, as the local stack has it and `npm run send` plays it: its connection, its sample, its signature, how it hears of success. */
import { randomUUID } from "node:crypto";
import {
  type Demo,
  type DemoContext,
  isAcceptedAsActivity,
  isAcceptedAsSlot,
  isAcceptedAt,
  isAcceptedCanonically,
  isAcknowledged,
} from "./demo.ts";
import { renewing, renewNotification, renewOutboundMessage } from "./sample.ts";
import type { Verification } from "./sign/signer.ts";
import { metadataUrl } from "./token-issuer.ts";

const APP_ID = "00000000-0000-4000-8000-00000000b0f1";
const TEXTS = { accepted: { default: "You are being connected to a person.", de: "Sie werden mit einem Menschen verbunden." } };

export const DEMOS: readonly Demo[] = [
  { ...usual("api"), sample: "test/fixtures/api/transfer.json", headers: withIdempotencyKey, dryRun: true },
  { ...usual("generic"), sample: "test/fixtures/generic/run.json", headers: withIdempotencyKey, dryRun: true },
  {
    ...usual("standard-webhooks"),
    verification: secretOf("standard-webhooks", `whsec_${Buffer.from("local-demo-secret-of-standard-webhooks").toString("base64")}`),
    sample: "test/fixtures/standard-webhooks/envelope.json",
  },
  {
    ...usual("zendesk"),
    verification: secretOf("zendesk"),
    sample: "test/fixtures/zendesk/trigger.json",
    headers: () => ({
      "user-agent": "Zendesk Webhook",
      "x-zendesk-account-id": "23112111",
      "x-zendesk-webhook-id": "01GZ4XPS0Z5GTC1V4RQMYGQ2TS",
      "x-zendesk-webhook-invocation-id": randomUUID(),
    }),
  },
  {
    ...usual("hubspot"),
    verification: secretOf("hubspot-v3"),
    sample: "test/fixtures/hubspot/workflow-contact.json",
  },
  {
    ...usual("salesforce-flow", { in: ["api-key"] }),
    sample: "test/fixtures/salesforce-flow/callout.json",
    renew: renewing(() => ({ deliveryId: randomUUID() })),
    dryRun: true,
  },
  {
    ...usual("salesforce-outbound-message", { in: ["query"], parameter: "key", organizations: ["00D5g00000ABCDeEAH"] }),
    sample: "test/fixtures/salesforce-outbound-message/notifications.xml",
    renew: renewOutboundMessage,
    contentType: "text/xml; charset=utf-8",
    headers: () => ({ soapaction: '""' }),
    isAccepted: isAcknowledged,
  },
  {
    ...usual("dynamics", { in: ["api-key"] }),
    parameter: "code",
    sample: "test/fixtures/dynamics/update.json",
    headers: () => ({
      "x-ms-dynamics-organization": "example.crm4.dynamics.com",
      "x-ms-dynamics-entity-name": "incident",
      "x-ms-dynamics-request-name": "Update",
      "x-ms-correlation-request-id": randomUUID(),
    }),
  },
  { ...usual("freshdesk", { in: ["api-key"] }), sample: "test/fixtures/freshdesk/ticket.json" },
  {
    ...usual("intercom"),
    verification: secretOf("intercom"),
    connection: { events: ["conversation.admin.assigned"] },
    sample: "test/fixtures/intercom/conversation-admin-assigned.json",
    renew: renewNotification,
  },
  {
    ...usual("chatwoot"),
    verification: secretOf("chatwoot"),
    connection: { events: ["conversation_updated", "message_created"] },
    sample: "test/fixtures/chatwoot/conversation-updated.json",
  },
  {
    ...usual("dialogflow-cx"),
    connection: { targets: { billing: { type: "skill-queue", address: "31" } }, texts: TEXTS },
    sample: "test/fixtures/dialogflow-cx/webhook-request.json",
    isAccepted: isAcceptedAt("sessionInfo", "parameters"),
  },
  {
    ...usual("rasa"),
    parameter: "token",
    connection: { texts: TEXTS, events: ["action_hand_over"] },
    sample: "test/fixtures/rasa/action-call.json",
    isAccepted: isAcceptedAsSlot,
  },
  {
    ...usual("botpress", { in: ["header"], header: "x-bp-secret" }),
    sample: "test/fixtures/botpress/start-hitl.json",
    isAccepted: isAcceptedAt(),
  },
  {
    ...usual("bot-framework"),
    verification: ({ issuer }: DemoContext) => ({
      scheme: "bot-framework-token",
      accepted: [{ id: "local", value: APP_ID }],
      channels: ["directline"],
      issuer,
      metadataUrl: metadataUrl(issuer),
    }),
    connection: { texts: TEXTS },
    sample: "test/fixtures/bot-framework/handoff-initiate.json",
    renew: renewing(() => ({ id: randomUUID() })),
    isAccepted: isAcceptedAsActivity,
  },
  {
    source: "lex-v2",
    name: "lex-demobot-demoalias",
    isInvoked: true,
    verification: () => ({ scheme: "invoked-by-lambda" }),
    connection: { targets: { accounting: { type: "skill-queue", address: "31" } }, texts: TEXTS },
    sample: "test/fixtures/lex-v2/fulfillment.json",
    contentType: "application/json",
    isAccepted: isAcceptedAt("sessionState", "sessionAttributes"),
  },
];

export function findDemo(source: string): Demo | undefined {
  return DEMOS.find((demo) => demo.source === source);
}

/** Named after its source, sends JSON with a secret as it is, and is answered in our own words. */
function usual(source: string, places: Readonly<Record<string, unknown>> = {}) {
  return {
    source,
    name: `demo-${source}`,
    verification: (_context: DemoContext): Verification => ({
      scheme: "shared-secret",
      secrets: [{ id: "local", value: `local-demo-key-of-${source}` }],
      ...places,
    }),
    contentType: "application/json",
    isAccepted: isAcceptedCanonically,
  };
}

function secretOf(scheme: string, value = `local-demo-secret-of-${scheme}`) {
  return (_context: DemoContext): Verification => ({ scheme, secrets: [{ id: "local", value }] });
}

/** Each time another delivery, unless the body says which one it is: two ids that differ are refused, and one that no signature covers may be. */
function withIdempotencyKey(body: string, { scheme }: Verification): Readonly<Record<string, string>> {
  return scheme !== "shared-secret" || /"(deliveryId|ccgw_delivery_id)"\s*:/.test(body) ? {} : { "idempotency-key": randomUUID() };
}
