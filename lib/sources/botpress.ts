/**
 * Source `botpress`: the input of `startHitl`, as an integration with Botpress's HITL interface forwards it, answered with its output. The integration adds
 * `ccgw_…` members (or the connection has a mapping), sends `x-bp-secret`, and branches on `ccgw_state`. How long Botpress waits and what it repeats was
 * not found. https://github.com/botpress/botpress/blob/master/interfaces/hitl/interface.definition.ts
 */
import * as z from "zod";
import { defineSharedSecret } from "../verification/shared-secret.ts";
import { toJsonReply } from "./answering/json-reply.ts";
import { type Summary, toParameters, toSummary, withoutParameters } from "./answering/summary.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { type Answering, defineSource, type Reply, toDraft } from "./source.ts";

/** Not published: what a customer in a chat may be made to wait. */
const DEADLINE_MS = 10_000;

const StartHitl = z.looseObject({ userId: z.string("must be the user's id") });
type StartHitl = z.infer<typeof StartHitl>;

export const botpress = defineSource({
  id: "botpress",
  schemes: [defineSharedSecret({ in: ["header"], header: "x-bp-secret" })],
  deadlineMs: DEADLINE_MS,
  deliveryId: "none",
  options: ["mapping"],
  readBody: readJsonBody,
  payload: StartHitl,
  toDrafts: async (input, { map }) => [toDraft(await map(input, withoutParameters(input)), undefined)],
  reply,
});

/** Always 200: from any other status an integration could only tell that something went wrong. */
function reply({ outcomes: [outcome] }: Answering<StartHitl>): Reply {
  if (outcome === undefined) return toJsonReply({}, undefined);
  const summary = toSummary(outcome);
  return toJsonReply({ ...toConversation(summary), ...toParameters(summary) }, summary.code);
}

/** With an id, the bot hands over; one that may have been transferred has one, too, so that no bot says it was not: `ccgw_state` tells it apart. */
function toConversation({ state, transferId }: Summary): { readonly conversationId?: string } {
  return (state === "accepted" || state === "unknown") && transferId !== undefined ? { conversationId: transferId } : {};
}
