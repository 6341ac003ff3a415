/** Takes several at a time, each of them even where another cannot be taken. */
import pMap from "p-map";

/** A push can bring hundreds. Their order means nothing. */
const CONCURRENT = 10;

/** Rejects at the end, with the first error. */
export async function takeEach<Item>(items: readonly Item[], take: (item: Item) => Promise<void>): Promise<void> {
  try {
    await pMap(items, take, { concurrency: CONCURRENT, stopOnError: false });
  } catch (thrown) {
    // Its code is what the log and the answer are made of.
    throw thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  }
}
