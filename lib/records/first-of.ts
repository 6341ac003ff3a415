/** The first of a list that is read page by page, so that no list is read without end, and nobody takes a part of one for all of it. */
export interface FirstOf {
  readonly ids: readonly string[];
  /** There are others behind them. */
  readonly isCut: boolean;
}

export async function readFirst(listed: AsyncIterable<string>, max: number): Promise<FirstOf> {
  const ids: string[] = [];
  for await (const id of listed) {
    if (ids.length === max) return { ids, isCut: true };
    ids.push(id);
  }
  return { ids, isCut: false };
}
