/** The registry: every source, once. A connection's `source` is one of these ids. */
import { api } from "./api.ts";
import { botFramework } from "./bot-framework.ts";
import { botpress } from "./botpress.ts";
import { chatwoot } from "./chatwoot.ts";
import { dialogflowCx } from "./dialogflow-cx.ts";
import { dynamics } from "./dynamics.ts";
import { freshdesk } from "./freshdesk.ts";
import { generic } from "./generic.ts";
import { hubspot } from "./hubspot.ts";
import { intercom } from "./intercom.ts";
import { lexV2 } from "./lex-v2.ts";
import { rasa } from "./rasa.ts";
import { salesforceFlow } from "./salesforce-flow.ts";
import { salesforceOutboundMessage } from "./salesforce-outbound-message.ts";
import type { Source } from "./source.ts";
import { standardWebhooks } from "./standard-webhooks.ts";
import { zendesk } from "./zendesk.ts";

export const SOURCES = [
  api,
  botFramework,
  botpress,
  chatwoot,
  dialogflowCx,
  dynamics,
  freshdesk,
  generic,
  hubspot,
  intercom,
  lexV2,
  rasa,
  salesforceFlow,
  salesforceOutboundMessage,
  standardWebhooks,
  zendesk,
] as const satisfies readonly Source[];

export function findSource(id: string): Source | undefined {
  return SOURCES.find((source) => source.id === id);
}
