/** A run of the keeper that is killed at one of its awaits: before what it awaits was done, or after that and before it heard of it. */
import type { SendToGateway } from "../../lib/gateway/client.ts";
import type { SessionRecords } from "../../lib/sessions/agent-record.ts";
import type { RunOptions } from "./keeper-world.ts";

export interface KilledRun extends RunOptions {
  /** How many awaits it came to. */
  awaits(): number;
}

export function createKilledRun(atAwait: number, when: "before" | "after"): KilledRun {
  let count = 0;
  let kill: (reason: Error) => void = () => undefined;
  const killed = new Promise<never>((_resolve, reject) => {
    kill = reject;
  });
  killed.catch(() => undefined);
  const never = new Promise<never>(() => undefined);

  async function meet<Result>(work: () => Promise<Result>): Promise<Result> {
    count += 1;
    if (count > atAwait) return never;
    if (count < atAwait) return work();
    if (when === "after") await work();
    kill(new Error("killed"));
    return never;
  }

  return {
    killed,
    awaits: () => count,
    records: (records) => wrap(records, meet),
    send:
      (send): SendToGateway =>
      (request) =>
        meet(() => send(request)),
  };
}

function wrap(records: SessionRecords, meet: <Result>(work: () => Promise<Result>) => Promise<Result>): SessionRecords {
  return {
    read: (...given) => meet(() => records.read(...given)),
    takeLease: (...given) => meet(() => records.takeLease(...given)),
    announce: (...given) => meet(() => records.announce(...given)),
    write: (...given) => meet(() => records.write(...given)),
    release: (...given) => meet(() => records.release(...given)),
  };
}
