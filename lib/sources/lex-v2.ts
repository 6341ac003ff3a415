/**
 * Source `lex-v2`: Amazon Lex V2 invokes a function of ours itself (handlers/receive-lex.ts) and branches on the intent's state and on session attributes.
 * No delivery id, no repeats. Only `FulfillmentCodeHook` asks for a transfer: while a dialogue goes on, Lex is left to lead it.
 * https://docs.aws.amazon.com/lexv2/latest/dg/lambda-input-format.html and lambda-response-format.html
 */
import type { LexV2Result, LexV2Slots } from "aws-lambda";
import * as z from "zod";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { type Fields, isFields } from "../transfer/request.ts";
import { invokedByLambda } from "../verification/invoked-by-lambda.ts";
import { toJsonReply } from "./answering/json-reply.ts";
import { type Summary, textFor, toParameters, toSummary, withoutParameters } from "./answering/summary.ts";
import { filled } from "./reading/filled.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { type Answering, defineSource, type Reply, toDraft } from "./source.ts";

const Values = z.record(z.string(), z.unknown()).catch({});
const Text = z.string().optional().catch(undefined);
const INTENT_STATES = ["Failed", "Fulfilled", "FulfillmentInProgress", "InProgress", "ReadyForFulfillment", "Waiting"] as const;
/** Given back as they came; the one thing read of them is `Slot`. */
const Slots = z.custom<LexV2Slots>(isFields).catch({});

/** Takes any object: what is missing is missing in the transfer request, too, and even then Lex is answered in its own form. */
export const LexEvent = z.looseObject({
  invocationSource: Text,
  bot: z.looseObject({ id: Text, aliasId: Text, localeId: Text }).catch({}),
  sessionState: z
    .looseObject({
      sessionAttributes: Values,
      intent: z
        .looseObject({ name: z.string(), slots: Slots, confirmationState: Text, state: z.enum(INTENT_STATES).catch("InProgress") })
        .optional()
        .catch(undefined),
    })
    .catch({ sessionAttributes: {}, intent: undefined }),
  requestAttributes: Values,
});
export type LexEvent = z.infer<typeof LexEvent>;

const Slot = z.looseObject({ value: z.looseObject({ interpretedValue: z.string() }) });

/** As Lex names it; a secret's name has no capitals. */
export function lexConnectionName({ bot: { id, aliasId } }: LexEvent): string | undefined {
  return id === undefined || aliasId === undefined ? undefined : `lex-${id}-${aliasId}`.toLowerCase();
}

/** Undefined where a bot and an alias can be meant by it: no other is ever looked for. */
export function findLexNameMistake(name: string): string | undefined {
  if (/^lex-[a-z0-9]+-[a-z0-9]+$/.test(name)) return undefined;
  return "must be lex-{botId}-{botAliasId} in lower case, as lex-abcd1234ef-tstaliasid: Lex finds its connection by no other name";
}

export const lexV2 = defineSource({
  id: "lex-v2",
  schemes: [invokedByLambda],
  // Counted from the time that Lambda leaves the function. Lex waits 30 s, unless the intent's fulfilment updates (1 to 900 s) say otherwise:
  // https://docs.aws.amazon.com/lexv2/latest/dg/streaming-progress.html
  deadlineMs: DEADLINE_MAX_MS,
  deliveryId: "none",
  options: ["mapping", "texts"],
  nothingAsked: "another invocation than FulfillmentCodeHook",
  readBody: readJsonBody,
  payload: LexEvent,
  toDrafts: async (event, { map }) => {
    if (event.invocationSource !== "FulfillmentCodeHook") return [];
    return [toDraft(await map(event, toFields(event)), undefined)];
  },
  reply: ({ outcomes: [outcome], payload = LexEvent.parse({}), settings }: Answering<LexEvent>): Reply => {
    if (outcome === undefined) return toJsonReply(delegate(payload), undefined);
    const summary = toSummary(outcome);
    const language = payload.bot.localeId?.replaceAll("_", "-");
    return toJsonReply(toLexResult(payload, summary, textFor(summary, settings, language)), summary.code);
  },
});

/**
 * Ends the intent. One that may have been transferred is not `Failed`: the bot's failure branch would tell the customer that nothing happened.
 * `ccgw_state` tells it apart.
 */
export function toLexResult({ sessionState }: LexEvent, summary: Summary, text: string | undefined): LexV2Result {
  const state = summary.state === "accepted" || summary.state === "unknown" ? "Fulfilled" : "Failed";
  const answered = Object.entries(toParameters(summary)).map(([name, value]) => [name, String(value)]);
  return {
    sessionState: {
      sessionAttributes: { ...withoutParameters(texts(sessionState.sessionAttributes)), ...Object.fromEntries(answered) },
      dialogAction: { type: "Close" },
      ...(sessionState.intent !== undefined && { intent: { ...toIntent(sessionState.intent), state } }),
    },
    ...(text !== undefined && { messages: [{ contentType: "PlainText", content: text }] }),
  };
}

/** Lex goes on as its bot says. */
function delegate({ sessionState: { sessionAttributes, intent } }: LexEvent): LexV2Result {
  return {
    sessionState: {
      sessionAttributes: texts(sessionAttributes),
      dialogAction: { type: "Delegate" },
      ...(intent !== undefined && { intent: { ...toIntent(intent), state: intent.state } }),
    },
  };
}

function toIntent({ name, slots, confirmationState }: NonNullable<LexEvent["sessionState"]["intent"]>) {
  return { name, slots, ...(confirmationState !== undefined && { confirmationState }) };
}

/** What the channel says goes before what the session keeps, and that before what a customer said. */
function toFields({ sessionState: { sessionAttributes, intent }, requestAttributes }: LexEvent): Fields {
  const slots = Object.entries(intent?.slots ?? {}).flatMap(([name, slot]) => {
    const value = Slot.safeParse(slot).data?.value.interpretedValue;
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(slots), ...filled(withoutParameters(sessionAttributes)), ...filled(requestAttributes) };
}

function texts(values: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
}
