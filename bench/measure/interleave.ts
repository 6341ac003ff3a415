/** Rounds that take each contender once, in an order that is rotated by one each round: what slows the machine for a while slows all of them. */

interface Rounds<Contender extends string, Sample> {
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  /** Taken before the first one and not kept: what is read from disk is in memory then. */
  readonly warmUpRounds: number;
  readonly take: (contender: Contender) => Promise<Sample>;
}

/** A sample of each contender a round, in the order of the rounds. Rejects with the first failure: a contender that fails ends the run. */
export async function interleave<Contender extends string, Sample>(
  plan: Rounds<Contender, Sample>,
): Promise<Readonly<Record<Contender, readonly Sample[]>>> {
  const { contenders, rounds, warmUpRounds, take } = plan;
  const samples = Object.fromEntries(contenders.map((contender) => [contender, []])) as unknown as Record<Contender, Sample[]>;
  for (let round = -warmUpRounds; round < rounds; round += 1)
    for (const contender of rotate(contenders, round + warmUpRounds)) {
      const sample = await take(contender);
      if (round >= 0) samples[contender].push(sample);
    }
  return samples;
}

function rotate<T>(list: readonly T[], by: number): readonly T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
