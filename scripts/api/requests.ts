/** What callers send, as the functions' own schemas have it, with words for whoever fills it in. */
import * as z from "zod";
import { EventBatch } from "../../lib/http/receive-events.ts";
import { handOverUntil } from "../../lib/sessions/handing-over.ts";
import { CanonicalRequest } from "../../lib/transfer/request.ts";
import { Name, Target } from "../../lib/transfer/target.ts";
import { told } from "./words.ts";

const target = Target.shape;
/** What `Target` is, with words. */
export const DescribedTarget = z
  .strictObject({
    type: told(target.type, {
      title: "Target Type",
      description:
        "`skill-queue`: whoever of a skill's agents is free. `agent`: this agent. `access-code`: what the contact centre has behind this number.",
    }),
    address: told(target.address, {
      title: "Address",
      description: "The skill queue's id, the agent's id or the access code, as the gateway knows it.",
      example: "205",
    }),
    skillId: told(target.skillId, {
      title: "Skill ID",
      description: "The skill that the session comes by. Only with the type `agent`.",
      example: 3,
      "x-ms-visibility": "advanced",
    }),
  })
  .describe("Where a session goes.");

export const TargetName = told(Name, {
  title: "Target Name",
  description: "The name of one of the connection's targets, as `GET /v1/connections/{connection}` lists them.",
  example: "billing",
});

const { shape } = CanonicalRequest;

/**
 * In the order in which tools show it. What the connection has a default for can be left out, and a target's name stands for it: that is made good before
 * `CanonicalRequest` checks it.
 */
export const TransferRequest = z
  .strictObject({
    callId: told(shape.callId, {
      title: "Call ID",
      description: "The gateway's id of the call, as its events name it (`callid`).",
      example: "1552524689-16797284",
      "x-ms-visibility": "important",
    }),
    target: told(z.union([TargetName, DescribedTarget]).optional(), {
      title: "Target",
      description:
        "Where the session goes: the name of one of the connection's targets, or a target. The connection's default unless given.",
      "x-ms-visibility": "important",
    }),
    agentId: told(shape.agentId.optional(), {
      title: "Agent ID",
      description: "Whose session it is: `101` to `999999`. The connection's agent unless given.",
      example: "101",
    }),
    mode: told(shape.mode, {
      title: "Mode",
      description:
        "`release-after-transfer`: if the transfer fails, the customer stays with the agent. `blind`: the agent lets go at once, whatever becomes of it; the connection has to allow it.",
      "x-ms-visibility": "advanced",
    }),
    caller: told(shape.caller, {
      title: "Caller",
      description: "The customer's number, for the next agent.",
      example: "88880021",
    }),
    callData: told(shape.callData, {
      title: "Call Data",
      description:
        "Text for the next agent, in one line: at most 2048 bytes in UTF-8, unless the connection lets it be cut. Not together with `callDataFields`.",
      example: "help",
    }),
    callDataFields: told(shape.callDataFields, {
      title: "Call Data Fields",
      description:
        "Texts, numbers, true, false or null by name, at most 100, instead of `callData`: the connection says how they become text.",
      example: { ticket: "4711", language: "de" },
      "x-ms-visibility": "advanced",
    }),
    deliveryId: told(shape.deliveryId, {
      title: "Delivery ID",
      description:
        "What makes a repeated request the same one: an id of the run or of the event, never a random one for each try. Or the header `Idempotency-Key`; both and different is `invalid-request`. Without one, a request with the same `callId`, `agentId`, `target`, `mode` and `attempt` is the same.",
      example: "run-4711",
      "x-ms-visibility": "important",
    }),
    attempt: told(shape.attempt, {
      title: "Attempt",
      description: "Any text: another one asks for a deliberate further transfer of the same call.",
      example: "2",
      "x-ms-visibility": "advanced",
    }),
    reference: told(shape.reference, {
      title: "Reference",
      description: "An id of your own, such as the ticket's: it is echoed in the answer and in the log. No number of a customer.",
      example: "ticket-4711",
    }),
    dryRun: told(shape.dryRun, {
      title: "Dry Run",
      description: "`true`: everything is checked, nothing is sent; the answer shows what would have been.",
      "x-ms-visibility": "advanced",
    }),
  } satisfies Readonly<Record<keyof typeof shape, z.ZodType>>)
  .describe("Asks for one transfer. A field that is not listed is refused.");

const handOver = handOverUntil(Number.POSITIVE_INFINITY).shape;

export const HandOver = z
  .strictObject({
    guid: told(handOver.guid, { title: "Guid", description: "The agent's Guid, from the gateway's header `Set-GUID`. A secret." }),
    cookies: told(handOver.cookies, { title: "Cookies", description: "Of a load balancer, as one `Cookie` header. A secret." }),
    renewedAt: told(handOver.renewedAt, {
      title: "Renewed At",
      description:
        "When the gateway gave the Guid. An older one than is known is ignored; one that is more than 60 s in the future is `invalid-request`.",
      example: "2026-11-23T07:00:00Z",
    }),
  })
  .describe("An agent's session, as whoever signed the agent in has it.");

export const AgentEvents = EventBatch.extend({
  eventList: told(EventBatch.shape.eventList, { title: "Event List", description: "In the gateway's words." }),
}).describe("The gateway's events of one agent, as it pushes them, oldest first.");
