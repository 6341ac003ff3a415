import { expect, it } from "vitest";
import { interleave } from "../../bench/measure/interleave.ts";

const CONTENDERS = ["ours", "usual", "floor"] as const;

it("takes each contender once a round, each first in turn, and keeps what comes after the warm-up in the order of the rounds", async () => {
  const taken: string[] = [];
  const take = async (contender: string) => taken.push(contender);
  const samples = await interleave({ contenders: CONTENDERS, rounds: 3, warmUpRounds: 1, take });

  expect(taken).toEqual([
    ...["ours", "usual", "floor"],
    ...["usual", "floor", "ours"],
    ...["floor", "ours", "usual"],
    ...["ours", "usual", "floor"],
  ]);
  expect(samples).toEqual({ ours: [6, 8, 10], usual: [4, 9, 11], floor: [5, 7, 12] });
});

it("ends with the first contender that fails", async () => {
  const taken: string[] = [];
  const take = async (contender: string) => {
    taken.push(contender);
    if (contender === "usual") throw new Error("answered 500");
  };
  await expect(interleave({ contenders: CONTENDERS, rounds: 3, warmUpRounds: 0, take })).rejects.toThrow("answered 500");
  expect(taken).toEqual(["ours", "usual"]);
});
