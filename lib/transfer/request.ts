/**
 * The transfer request: the canonical body, and how a draft of it becomes complete with what its connection has a default for. All violations are
 * found at once, each with its JSON Pointer. Knows the gateway's limits, not its wire names.
 */
import * as z from "zod";
import { TransferError, type Violation } from "../errors.ts";
import { CallDataFields, type RenderedCallData, renderCallData } from "./call-data.ts";
import type { Connection } from "./connection.ts";
import {
  ATTEMPT_MAX_CHARACTERS,
  CALL_DATA_MAX_BYTES,
  CALL_ID_MAX_CHARACTERS,
  CALLER_MAX_CHARACTERS,
  DELIVERY_ID_MAX_CHARACTERS,
  REFERENCE_MAX_CHARACTERS,
} from "./limits.ts";
import { AgentId, Mode, Target } from "./target.ts";
import { expected, PlainText, plainText } from "./text.ts";
import { toViolations } from "./violations.ts";

export const CanonicalRequest = z.strictObject({
  callId: plainText(CALL_ID_MAX_CHARACTERS),
  agentId: AgentId,
  target: Target,
  mode: Mode.default("release-after-transfer"),
  caller: plainText(CALLER_MAX_CHARACTERS).optional(),
  callData: PlainText.optional(),
  callDataFields: CallDataFields.optional(),
  deliveryId: plainText(DELIVERY_ID_MAX_CHARACTERS).optional(),
  reference: plainText(REFERENCE_MAX_CHARACTERS).optional(),
  attempt: plainText(ATTEMPT_MAX_CHARACTERS).optional(),
  dryRun: z.boolean({ error: expected("true or false") }).optional(),
});
type CanonicalRequest = z.infer<typeof CanonicalRequest>;

/** A request that the gateway's limits allow. `callData` is what goes on the wire, its fields rendered. */
export interface TransferRequest extends Readonly<Omit<CanonicalRequest, "callDataFields" | "dryRun">> {
  readonly callDataTruncated?: true | undefined;
}

export type Fields = Readonly<Record<string, unknown>>;

/** What a source read from a webhook: the fields of a request, not yet checked, and what stood beside the body. */
export interface Draft {
  readonly fields: unknown;
  readonly deliveryId?: string | undefined;
  readonly dryRun?: boolean | undefined;
  /** What proved it, and nothing else: seen again, it is the same delivery, under whatever id. */
  readonly signature?: string | undefined;
  /** When what asks for it happened, by the vendor's own signed word. ISO 8601. */
  readonly occurredAt?: string | undefined;
  /** Why there are no fields. It is thrown for this draft alone: the others of its batch go on. */
  readonly problem?: TransferError | undefined;
}

/** Throws `invalid-request` with every violation, or the draft's own problem. */
export function parseTransferRequest(draft: Draft, connection: Connection): TransferRequest {
  if (draft.problem !== undefined) throw draft.problem;
  if (!isFields(draft.fields)) throw invalidRequest([{ pointer: "#", detail: "must be an object" }]);
  const fields = complete(draft.fields, draft.deliveryId, connection);
  const parsed = CanonicalRequest.safeParse(fields);
  const callData = checkCallData(fields, connection);
  const violations = [
    ...(parsed.success ? [] : toViolations(parsed.error, Object.keys(CanonicalRequest.shape))).map(nameTargets(fields, connection)),
    ...checkDeliveryId(draft),
    ...checkTarget(fields, draft.fields),
    ...checkPrototype(fields),
    ...callData.violations,
  ];
  if (!parsed.success || violations.length > 0) throw invalidRequest(violations);

  const { callDataFields: _rendered, dryRun: _decided, ...request } = parsed.data;
  return {
    ...request,
    callData: callData.rendered?.text,
    ...(callData.rendered?.truncated === true && { callDataTruncated: true }),
  };
}

/** Decided before the request is checked: whatever else is wrong with it, it must not transfer. */
export function isDryRun({ draft, connection }: { readonly draft: Draft; readonly connection: Connection }): boolean {
  return connection.test || draft.dryRun === true || (isFields(draft.fields) && draft.fields.dryRun === true);
}

/** The caller's own id of this request, if that much of it is valid. */
export function referenceOf({ fields }: Draft): string | undefined {
  return isFields(fields) ? CanonicalRequest.shape.reference.safeParse(fields.reference).data : undefined;
}

export function invalidRequest(errors: readonly Violation[]): TransferError {
  return new TransferError("invalid-request", { reason: errors.length === 1 ? "1 violation" : `${errors.length} violations`, errors });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function complete(drafted: Fields, deliveryId: string | undefined, { agentId, defaults, targets }: Connection): Fields {
  const { callData, ...others } = defaults;
  const fields: Fields = {
    ...(agentId === undefined ? {} : { agentId }),
    ...others,
    ...("callDataFields" in drafted || callData === undefined ? {} : { callData }),
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...drafted,
  };
  const { target } = fields;
  return typeof target === "string" && Object.hasOwn(targets, target) ? { ...fields, target: targets[target] } : fields;
}

function nameTargets({ target }: Fields, { targets }: Connection): (violation: Violation) => Violation {
  const names = Object.keys(targets).join(", ");
  const detail = names === "" ? "is a name, but the connection has no named targets" : `must be one of the connection's targets: ${names}`;
  return (violation) => (violation.pointer === "#/target" && typeof target === "string" ? { ...violation, detail } : violation);
}

function checkDeliveryId({ fields, deliveryId }: Draft): Violation[] {
  const inBody = isFields(fields) ? fields.deliveryId : undefined;
  if (inBody === undefined || deliveryId === undefined || inBody === deliveryId) return [];
  return [{ pointer: "#/deliveryId", detail: "differs from the delivery id in the request's header" }];
}

function checkTarget({ target, agentId }: Fields, given: Fields): Violation[] {
  if (!isFields(target) || target.type !== "agent" || typeof target.address !== "string") return [];
  if (target.address.replace(/^0+(?=\d)/, "") !== agentId) return [];
  const pointer = isFields(given.target) ? "#/target/address" : "#/target";
  return [{ pointer, detail: "must be another agent than agentId" }];
}

/** JSON can hold this name, but a zod record leaves it out: data would be lost in silence. */
function checkPrototype({ callDataFields }: Fields): Violation[] {
  if (!isFields(callDataFields) || !Object.hasOwn(callDataFields, "__proto__")) return [];
  return [{ pointer: "#/callDataFields/__proto__", detail: "must not be the name of a field" }];
}

function checkCallData(
  { callData, callDataFields }: Fields,
  { callDataFormat, callDataOverflow }: Connection,
): { readonly rendered?: RenderedCallData; readonly violations: readonly Violation[] } {
  if (callData !== undefined && callDataFields !== undefined)
    return { violations: [{ pointer: "#/callDataFields", detail: "cannot be combined with callData" }] };
  const pointer = callData === undefined ? "#/callDataFields" : "#/callData";
  const source = PlainText.safeParse(callData).data ?? CallDataFields.safeParse(callDataFields).data;
  if (source === undefined) return { violations: [] };
  const rendered = renderCallData(source, callDataFormat, callDataOverflow);
  if (rendered !== undefined) return { rendered, violations: [] };
  return { violations: [{ pointer, detail: `must have at most ${CALL_DATA_MAX_BYTES} bytes in UTF-8 once encoded` }] };
}
