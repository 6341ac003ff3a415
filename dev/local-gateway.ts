/** The local stack's simulated gateway as `npm run send` uses it: the calls of a sample are put there before, and what it was asked for is read after. */
import * as z from "zod";

/** What the gateway's call ids look like, wherever in a sample they stand. */
const CALL_ID = /\b\d{10}-\d{1,10}\b/g;
/** The agent of every local connection. */
const AGENT = "101";

const Transfers = z.array(z.looseObject({ body: z.string(), retcode: z.string().optional() }));
const WireTransfer = z.looseObject({ callid: z.string() });

export interface WireTransfer {
  readonly callId: string;
  /** As it was sent. */
  readonly body: string;
  readonly retcode: string | undefined;
}

export function findCallIds(sample: string): string[] {
  return [...new Set(sample.match(CALL_ID))];
}

/** A call that was transferred is gone: puts them there again, so that a sample can be sent more than once. */
export async function prepareCalls(controlUrl: string, callIds: readonly string[]): Promise<void> {
  for (const callid of callIds) await ask(`${controlUrl}/calls`, { method: "POST", body: JSON.stringify({ callid, agentId: AGENT }) });
}

/** Of these calls, since the start of the stack, oldest first. */
export async function readTransfers(controlUrl: string, callIds: readonly string[]): Promise<readonly WireTransfer[]> {
  const transfers = Transfers.parse(await ask(`${controlUrl}/transfers`, { method: "GET" }));
  return transfers
    .map(({ body, retcode }) => ({ callId: WireTransfer.safeParse(parseJson(body)).data?.callid ?? "", body, retcode }))
    .filter(({ callId }) => callIds.includes(callId));
}

/** A repeat asks the gateway for nothing: what counts is how it went when it was asked. */
export function lastOfEachCall(asked: readonly WireTransfer[]): readonly WireTransfer[] {
  return [...new Map(asked.map((transfer) => [transfer.callId, transfer])).values()];
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
