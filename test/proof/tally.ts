/** What came of many schedules, counted, in one block to read. */
import { type DeliveryItem, toResult } from "../../lib/records/record-item.ts";
import type { Judged } from "./verdict.ts";

type Counts = ReadonlyMap<string, number>;

/** Each name is a group and a member of it. */
export function countTruths(worlds: readonly Judged[]): Counts {
  const counts = new Map<string, number>();
  const add = (name: string, more = 1) => counts.set(name, (counts.get(name) ?? 0) + more);
  for (const { attempts, gateway, store, clock, told } of worlds) {
    for (const { answer } of attempts) add(`answers ${toWord(answer)}`);
    for (const { truth } of gateway.ledger) add(`transfers ${truth}`);
    const deliveries = store.items().filter((item): item is DeliveryItem => item.kind === "delivery");
    for (const item of deliveries) {
      const result = toResult(item, clock.wallMs());
      add(`records ${result === undefined ? "open" : `${result.state}, ${result.outcome}`}`);
    }
    const ids = new Set(deliveries.map(({ id }) => id));
    for (const { result } of told) if (ids.has(result.transferId.replace(/-\d+$/, ""))) add(`told ${result.outcome}`);
  }
  return counts;
}

/** A line for each group. */
export function toBlock(title: string, all: readonly Counts[]): string {
  const groups = new Map<string, string[]>();
  const entries = all.flatMap((counts) => [...counts].sort(([one], [other]) => one.localeCompare(other)));
  for (const [name, count] of entries) {
    const [group = "", ...member] = name.split(" ");
    groups.set(group, [...(groups.get(group) ?? []), `${member.join(" ")} ${count}`]);
  }
  return [title, ...[...groups].map(([group, members]) => `  ${group}: ${members.join("; ")}`)].join("\n");
}

export function toWord(answer: Judged["attempts"][number]["answer"]): string {
  if (answer === undefined) return "none";
  return "error" in answer
    ? `${answer.error.code} (${answer.error.effect})`
    : `${answer.result.state}${answer.result.replayed ? " again" : ""}`;
}
