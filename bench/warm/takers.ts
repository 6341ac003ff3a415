/** Who is invoked: the floor, the function by each source, a replay and the usual stack, each in a process of its own. */
import type { Bundle } from "./bundles.ts";
import { Allocated, Invoked, startWorker } from "./contender.ts";
import type { Setting } from "./setting.ts";
import { assertAccepted, assertReplayed, assertTaken, SOURCES, type Source, toWebhookEvent, toWireEvent } from "./webhooks.ts";

/** A bare undici request of the same wire body: the floor, and the gateway's own time. As our client sends, or over undici's pool. */
export const OWN_SOCKET = "floor, own socket";
export const KEPT_SOCKET = "floor, kept socket";
const REPLAY = "replay";

export type TakerName = Source | typeof OWN_SOCKET | typeof KEPT_SOCKET | typeof REPLAY | "usual-stack";
export const TAKERS: readonly TakerName[] = [OWN_SOCKET, KEPT_SOCKET, ...SOURCES, REPLAY, "usual-stack"];

export interface Taker {
  /** Throws where one answer is not what it should be. */
  invoke(count: number): Promise<Invoked>;
  allocate(count: number): Promise<Allocated>;
  stop(): Promise<void>;
}

interface Plan {
  readonly bundle: Bundle;
  readonly socket?: "own" | "kept";
  readonly toEvent: (callId: string) => string | Promise<string>;
  readonly assertAnswer: (answer: string) => void;
}

function toPlan(name: TakerName): Plan {
  if (name === OWN_SOCKET || name === KEPT_SOCKET)
    return { bundle: "floor", socket: name === OWN_SOCKET ? "own" : "kept", toEvent: toWireEvent, assertAnswer: assertTaken };
  const source = name === REPLAY || name === "usual-stack" ? "api" : name;
  return {
    bundle: name === "usual-stack" ? "usual-stack" : "ours",
    toEvent: (callId) => toWebhookEvent(source, callId),
    assertAnswer: (answer) => assertAccepted(source, answer),
  };
}

/** `flags`: of Node. */
export async function startTaker(name: TakerName, setting: Setting, flags: readonly string[] = []): Promise<Taker> {
  const { signal, pathOf, prepareCalls } = setting;
  const { bundle, socket = "own", toEvent, assertAnswer } = toPlan(name);
  const worker = await startWorker(pathOf(bundle), { environment: { ...setting.environment, FLOOR_SOCKET: socket }, signal, flags });

  /** Each of a call of its own. */
  async function toEvents(count: number): Promise<readonly string[]> {
    return Promise.all((await prepareCalls(count)).map(toEvent));
  }

  function check<Answered extends Pick<Invoked, "answers">>(answered: Answered, assertEach: (answer: string) => void): Answered {
    for (const answer of answered.answers) assertEach(answer);
    return answered;
  }

  if (name !== REPLAY)
    return {
      invoke: async (count) => check(await worker.ask({ ask: "invoke", events: await toEvents(count) }, Invoked), assertAnswer),
      allocate: async (count) => check(await worker.ask({ ask: "allocate", events: await toEvents(count) }, Allocated), assertAnswer),
      stop: worker.stop,
    };

  const first = await toEvents(1);
  check(await worker.ask({ ask: "invoke", events: first }, Invoked), assertAnswer);
  const again = (count: number) => Array.from({ length: count }, () => first[0] ?? "");
  return {
    invoke: async (count) => check(await worker.ask({ ask: "invoke", events: again(count) }, Invoked), assertReplayed),
    allocate: async (count) => check(await worker.ask({ ask: "allocate", events: again(count) }, Allocated), assertReplayed),
    stop: worker.stop,
  };
}

/** All of them, each warmed up. Ended together where one fails. */
export async function startTakers(setting: Setting, warmUpTransfers: number): Promise<ReadonlyMap<TakerName, Taker>> {
  const started = new Map<TakerName, Taker>();
  try {
    for (const name of TAKERS) {
      const taker = await startTaker(name, setting);
      started.set(name, taker);
      await taker.invoke(warmUpTransfers);
    }
    return started;
  } catch (error) {
    await Promise.all([...started.values()].map(({ stop }) => stop()));
    throw error;
  }
}
