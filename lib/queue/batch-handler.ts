/**
 * The function that Lambda hands the queue's messages to: tells each notice by itself, and names those that are to stay in the queue. Never rejects, which
 * would repeat all of them.
 */
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Delivery } from "../callbacks/delivery.ts";
import type { Tell } from "../callbacks/tell-receiver.ts";
import type { ConversationNotice } from "../connector/conversation-notice.ts";
import type { TellConversation } from "../connector/tell-conversation.ts";
import { toTransferError } from "../errors.ts";
import { type Log, type LogFields, toErrorFields } from "../log.ts";
import { RECEIVES_MAX, toBackOffSeconds } from "./back-off.ts";
import { type OutcomeMessage, parseMessage, type Sink } from "./outcome-message.ts";
import type { SqsQueue } from "./sqs.ts";

/** Kept back for putting messages off, and for answering Lambda. */
const RESERVE_MS = 5_000;

export interface Tellers extends Readonly<Record<Sink, Tell>> {
  readonly conversation: TellConversation;
}

interface BatchHandlerOptions {
  readonly tell: Tellers;
  readonly queue: Pick<SqsQueue, "hide">;
  readonly log: Log;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Monotonic, in ms. */
  readonly now: () => number;
}

type BatchHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

export function createBatchHandler({ tell, queue, log, random, now }: BatchHandlerOptions): BatchHandler {
  async function tellOne(message: OutcomeMessage, told: LogFields, signal: AbortSignal): Promise<Delivery> {
    try {
      if (message.to === "conversation") return await tell.conversation(message.notice, signal);
      return await tell[message.to](message.notice, signal);
    } catch (thrown) {
      const { code, message: reason, cause } = toTransferError(thrown, "none");
      log.problem("outcome could not be told", { ...told, code, reason, ...(code === "internal" && toErrorFields(cause)) });
      return { kind: "retry", why: code };
    }
  }

  /** Where it cannot be put off, the queue's own time-out is what is waited for. */
  async function putOff({ receiptHandle }: SQSRecord, seconds: number, told: LogFields): Promise<void> {
    await queue.hide(receiptHandle, seconds).catch((thrown: unknown) => {
      const { code, message: reason } = toTransferError(thrown, "none");
      log.problem("outcome not put off", { ...told, code, reason });
    });
  }

  /** Whether the queue is to forget it. */
  async function settle(record: SQSRecord, { awsRequestId }: Context, signal: AbortSignal): Promise<boolean> {
    const attempts = Number(record.attributes.ApproximateReceiveCount);
    const parsed = parseMessage(record.body);
    if ("why" in parsed) {
      const told = { lambdaRequestId: awsRequestId, attempts, reason: parsed.why };
      // No repeat can mend it: at once again, until SQS puts it with the dead letters. Of a newer version, that one may get it the next time.
      const retrySeconds = parsed.isNewer ? toBackOffSeconds(attempts, random()) : 0;
      if (attempts >= RECEIVES_MAX) log.problem("outcome unreadable", told);
      else if (parsed.isNewer) log.run("outcome", { ...told, ended: "retry", retrySeconds });
      await putOff(record, retrySeconds, told);
      return false;
    }
    const told = { lambdaRequestId: awsRequestId, attempts, ...toFields(parsed.message) };
    const begunAt = now();
    const delivery = await tellOne(parsed.message, told, signal);
    const result = { ...told, durationMs: Math.round(now() - begunAt), ...toResult(delivery) };
    const isGivenUp = delivery.kind === "retry" && attempts >= RECEIVES_MAX;
    log.count("Outcomes", { to: parsed.message.to, result: isGivenUp ? "given-up" : delivery.kind });
    if (delivery.kind !== "retry") {
      log.run("outcome", result);
      return true;
    }
    const retrySeconds = toBackOffSeconds(attempts, random(), delivery.retryAfterSeconds);
    await putOff(record, retrySeconds, told);
    if (isGivenUp) log.problem("outcome given up", result);
    else log.run("outcome", { ...result, retrySeconds });
    return false;
  }

  return async ({ Records }, context) => {
    const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS));
    const settled = await Promise.all(
      Records.map(async (record) => ((await settle(record, context, signal)) ? [] : [{ itemIdentifier: record.messageId }])),
    );
    // What was given up has no line that they are written with.
    log.flush();
    return { batchItemFailures: settled.flat() };
  };
}

function toFields(message: OutcomeMessage): LogFields {
  const { to, notice } = message;
  if (to === "conversation") return { to, connection: notice.connection, ...toStatusFields(notice.status) };
  const { connection, transferId, reference, callId, agentId, state, outcome } = notice;
  return { to, connection, transferId, reference, callId, agentId, state, outcome };
}

/** Of what a bot is told, what an operator finds its transfer by. */
function toStatusFields({ state, ccgw_transfer_id, ccgw_reference, ccgw_code }: ConversationNotice["status"]): LogFields {
  return { transferId: ccgw_transfer_id, reference: ccgw_reference, code: ccgw_code, state };
}

function toResult(delivery: Delivery): LogFields {
  const { kind: ended } = delivery;
  const status = "status" in delivery ? delivery.status : undefined;
  return { ended, status, reason: "why" in delivery ? delivery.why : undefined };
}
