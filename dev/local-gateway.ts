/** The local stack's simulated gateway as `npm run send` uses it: the calls of a request are put there before, and what it was asked for is read after. */
import * as z from "zod";

/** What the gateway's call ids look like, wherever in a sample they stand. */
export const CALL_ID = /\b\d{10}-\d{1,10}\b/g;
/** The agent of every local connection. */
const AGENT = "101";

const Transfers = z.array(z.looseObject({ body: z.string(), retcode: z.string().optional(), acted: z.boolean() }));
const WireBody = z.looseObject({ callid: z.string() });

export interface Call {
  readonly callId: string;
  readonly agentId: string;
}

export interface WireTransfer {
  /** Undefined where the body did not arrive. */
  readonly callId: string | undefined;
  /** As it was sent. */
  readonly body: string;
  /** Undefined where none was answered. */
  readonly retcode: string | undefined;
  /** Whether the call moved. */
  readonly acted: boolean;
}

/** What the local gateway was asked for. */
export interface Asked {
  /** Since the start of the stack, oldest first. */
  readonly before: readonly WireTransfer[];
  readonly now: readonly WireTransfer[];
}

/** For a request that could not be read. */
export function findCalls(sample: string): Call[] {
  return [...new Set(sample.match(CALL_ID))].map((callId) => ({ callId, agentId: AGENT }));
}

/** Makes the calls known; one that was transferred is gone, and there again, so that a request can be sent more than once. */
export async function prepareCalls(controlUrl: string, calls: readonly Call[]): Promise<void> {
  for (const { callId: callid, agentId } of calls)
    await ask(`${controlUrl}/calls`, { method: "POST", body: JSON.stringify({ callid, agentId }) });
}

/** Of all calls, whatever became of them, oldest first. */
export async function readTransfers(controlUrl: string): Promise<readonly WireTransfer[]> {
  const transfers = Transfers.parse(await ask(`${controlUrl}/transfers`, { method: "GET" }));
  return transfers.map(({ body, retcode, acted }) => ({
    callId: WireBody.safeParse(parseJson(body)).data?.callid,
    body,
    retcode,
    acted,
  }));
}

/** Of these calls alone. What arrived now may be of any of them where its body did not, and is kept as a whole where the calls are a guess. */
export function toAsked({ before, now }: Asked, calls: readonly Call[], isGuess: boolean): Asked {
  const isOfThese = (transfer: WireTransfer) => calls.some(({ callId }) => callId === transfer.callId);
  return {
    before: before.filter(isOfThese),
    now: now.filter((transfer) => isGuess || transfer.callId === undefined || isOfThese(transfer)),
  };
}

/**
 * Whether the gateway took each of these calls: by what it was asked for now, the last attempt of each body; a repeat asks it for nothing, and then any earlier
 * acceptance counts.
 */
export function isEachAccepted(calls: readonly Call[], { before, now }: Asked): boolean {
  return (
    calls.length > 0 &&
    calls.every(({ callId }) => {
      const attempts = now.filter((transfer) => transfer.callId === callId);
      if (attempts.length === 0) return before.some((transfer) => transfer.callId === callId && isAccepted(transfer));
      return [...new Map(attempts.map((transfer) => [transfer.body, transfer])).values()].every(isAccepted);
    })
  );
}

function isAccepted({ retcode }: WireTransfer): boolean {
  return retcode === "0";
}

async function ask(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
