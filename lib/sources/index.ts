/**
 * The registry: every source, once, by the id that connections name. Each is loaded with the first connection that does: a function that starts has a customer
 * waiting, and one caller.
 */
import type { Source } from "./source.ts";

const LOADERS: Readonly<Record<string, () => Promise<Source>>> = {
  api: async () => (await import("./api.ts")).api,
  "bot-framework": async () => (await import("./bot-framework.ts")).botFramework,
  botpress: async () => (await import("./botpress.ts")).botpress,
  chatwoot: async () => (await import("./chatwoot.ts")).chatwoot,
  "dialogflow-cx": async () => (await import("./dialogflow-cx.ts")).dialogflowCx,
  dynamics: async () => (await import("./dynamics.ts")).dynamics,
  freshdesk: async () => (await import("./freshdesk.ts")).freshdesk,
  generic: async () => (await import("./generic.ts")).generic,
  hubspot: async () => (await import("./hubspot.ts")).hubspot,
  intercom: async () => (await import("./intercom.ts")).intercom,
  "lex-v2": async () => (await import("./lex-v2.ts")).lexV2,
  rasa: async () => (await import("./rasa.ts")).rasa,
  "salesforce-flow": async () => (await import("./salesforce-flow.ts")).salesforceFlow,
  "salesforce-outbound-message": async () => (await import("./salesforce-outbound-message.ts")).salesforceOutboundMessage,
  "standard-webhooks": async () => (await import("./standard-webhooks.ts")).standardWebhooks,
  zendesk: async () => (await import("./zendesk.ts")).zendesk,
};

export const SOURCE_IDS: readonly string[] = Object.keys(LOADERS);

export async function findSource(id: string): Promise<Source | undefined> {
  return Object.hasOwn(LOADERS, id) ? LOADERS[id]?.() : undefined;
}
