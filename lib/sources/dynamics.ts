/**
 * Source `dynamics`: a webhook of Dynamics 365 or Dataverse, which posts the RemoteExecutionContext of what happened to a row. Not signed: a header of
 * yours, else `?code=` (WebhookKey). It reads the status alone, waits 60 s, and repeats once on 502, 503 and 504, never on 500.
 * https://learn.microsoft.com/power-apps/developer/data-platform/use-webhooks
 */
import * as z from "zod";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { type Fields, invalidRequest, isFields } from "../transfer/request.ts";
import { defineSharedSecret } from "../verification/shared-secret.ts";
import { replyWithStatuses } from "./answering/status.ts";
import { readConventionalColumns } from "./reading/conventional-columns.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { defineSource, toDraft, type Webhook } from "./source.ts";

/** Its one repeat comes soon (second-hand): what comes later is for a customer who waits no more. */
const MAX_AGE_SECONDS = 300;

const Pair = z.looseObject({ key: z.string(), value: z.unknown() });
type Pair = z.infer<typeof Pair>;

const RemoteExecutionContext = z.looseObject({
  MessageName: z.string().optional().catch(undefined),
  PrimaryEntityId: z.string().optional().catch(undefined),
  InputParameters: z.unknown().optional(),
  PostEntityImages: z.unknown().optional(),
});
type RemoteExecutionContext = z.infer<typeof RemoteExecutionContext>;

export const dynamics = defineSource({
  id: "dynamics",
  schemes: [defineSharedSecret({ in: ["bearer", "api-key"], parameter: "code" })],
  deadlineMs: DEADLINE_MAX_MS,
  deliveryId: "unsigned",
  maxAgeSeconds: MAX_AGE_SECONDS,
  options: ["mapping"],
  mappingHeaders: ["x-ms-dynamics-organization", "x-ms-dynamics-entity-name", "x-ms-dynamics-request-name"],
  readBody,
  payload: RemoteExecutionContext,
  toDrafts: async (context, { webhook: { headers }, map }) => {
    const record = toRecord(context);
    const deliveryId = toDeliveryId(headers["x-ms-correlation-request-id"], context);
    // A mapping finds the row's columns in `record`, beside what the vendor wrote.
    return [toDraft(await map({ ...context, record }, () => readConventionalColumns(record, toConventional)), deliveryId)];
  },
  // Of what is worth repeating, a delivery whose first is still on its way would be a 409, after which nobody asks again.
  reply: replyWithStatuses({ retry: 503 }),
});

function readBody(webhook: Webhook): unknown {
  // Over 256 KB Dataverse leaves out the parameters, and with them whom to transfer.
  if (webhook.headers["x-ms-dynamics-msg-size-exceeded"] !== undefined) {
    const detail =
      "was left out by Dataverse, whose message exceeded 256 KB (x-ms-dynamics-msg-size-exceeded): register fewer columns or images";
    throw invalidRequest([{ pointer: "#/InputParameters", detail }]);
  }
  return readJsonBody(webhook);
}

/** The id is of the whole operation, and nothing signs it: several rows may change in one, so the row is part of it. */
function toDeliveryId(correlationId: string | undefined, { PrimaryEntityId: rowId }: RemoteExecutionContext): string | undefined {
  if (correlationId === undefined) return undefined;
  return rowId === undefined ? correlationId : `${correlationId}/${rowId}`;
}

/** The row's columns. An update sends what has changed: the image after it, where the step has one, has the others. A custom API has its parameters. */
function toRecord({ InputParameters, PostEntityImages }: RemoteExecutionContext): Fields {
  const parameters = pairsOf(InputParameters);
  const images = pairsOf(PostEntityImages);
  const target = parameters.find(({ key }) => key === "Target")?.value;
  const others = parameters.filter(({ key }) => key !== "Target");
  return Object.fromEntries(
    [...images.flatMap(({ value }) => columnsOf(value)), ...columnsOf(target), ...others].map(({ key, value }) => [key, toPlain(value)]),
  );
}

function columnsOf(row: unknown): Pair[] {
  return isFields(row) ? pairsOf(row.Attributes) : [];
}

/** One that is none is left out, and takes no other with it. */
function pairsOf(list: unknown): Pair[] {
  return Array.isArray(list) ? list.flatMap((pair: unknown) => Pair.safeParse(pair).data ?? []) : [];
}

/** A choice or an amount is its `Value`, a lookup its `Id`, a date ISO 8601; the rest is as it came. */
function toPlain(value: unknown): unknown {
  if (typeof value === "string") return toDate(value) ?? value;
  if (!isFields(value)) return value;
  const type = typeof value.__type === "string" ? value.__type.split(":", 1)[0] : undefined;
  if (type === "OptionSetValue" || type === "Money") return value.Value;
  return type === "EntityReference" ? value.Id : value;
}

/** `/Date(1506384247000)/`, maybe with the offset of who wrote it: the number is UTC in any case. */
function toDate(text: string): string | undefined {
  const [, ms] = /^\/Date\((-?\d{1,16})([+-]\d{4})?\)\/$/.exec(text) ?? [];
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** A column's name begins with its publisher's prefix: `new_ccgw_call_id`. */
function toConventional(column: string): string | undefined {
  return /^(?:[a-z][a-z0-9]{1,7}_)?(ccgw_.+)$/.exec(column)?.[1];
}
