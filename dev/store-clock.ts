/** The time by the store's clock, not by this machine's: what is written down with a time is read by others, by theirs. */
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

/** `Date` has whole seconds, and the answer was under way: a clock that differs by less is as good. */
const TOLERANCE_MS = 2_000;

export interface StoreClock {
  /** In ms since 1970. */
  readonly wallMs: () => number;
  /** By which this machine's is ahead; 0 where both are the same, as far as can be told. */
  readonly aheadMs: number;
}

/** Asks for an item that need not be there. Endpoint, region and credentials come from the environment, as the SDK reads them. */
export async function readStoreClock(table: string, abortSignal: AbortSignal): Promise<StoreClock> {
  const client = new DynamoDBClient({});
  let aheadMs = 0;
  client.middlewareStack.add(
    (next) => async (asked) => {
      const answered = await next(asked);
      const measuredMs = Date.now() - parseDate(answered.response);
      if (Math.abs(measuredMs) >= TOLERANCE_MS) aheadMs = measuredMs;
      return answered;
    },
    { step: "deserialize" },
  );
  try {
    await client.send(new GetItemCommand({ TableName: table, Key: { id: { S: "pause:all" } } }), { abortSignal });
  } finally {
    client.destroy();
  }
  return { wallMs: () => Date.now() - aheadMs, aheadMs };
}

/** To whoever is at this machine. Undefined where both clocks are the same. */
export function toClockNote({ aheadMs }: Pick<StoreClock, "aheadMs">): string | undefined {
  if (aheadMs === 0) return undefined;
  const difference = `${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? "ahead of" : "behind"}`;
  return `This machine's clock is ${difference} the table's, by which it is done.`;
}

/** NaN where there is none: then nothing is known of that clock. */
function parseDate(response: unknown): number {
  const { headers } = response as { readonly headers?: Readonly<Record<string, string>> };
  return Date.parse(headers?.date ?? "");
}
