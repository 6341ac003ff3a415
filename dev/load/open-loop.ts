/**
 * Sends what is due when it is due, whether or not earlier ones were answered, as callers who do not know of each other do; and counts each from when it was due: one
 * that had to wait behind a slow one is slow, too.
 */
import { setTimeout as sleep } from "node:timers/promises";

export interface Sample<Request, Answer> {
  readonly request: Request;
  /** Undefined where too many were under way to send it. */
  readonly answer: Answer | undefined;
  /** From when it was due. */
  readonly latencyMs: number;
}

interface OpenLoopOptions<Request, Answer> {
  /** In the order of time. */
  readonly planned: readonly Request[];
  /** More is not bearable for whoever sends: what is due then is not sent. */
  readonly underWayMax: number;
  /** Never rejects, and ends by itself. */
  readonly send: (request: Request) => Promise<Answer>;
}

export async function runOpenLoop<Request extends { readonly dueMs: number }, Answer>({
  planned,
  underWayMax,
  send,
}: OpenLoopOptions<Request, Answer>): Promise<readonly Sample<Request, Answer>[]> {
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const samples: Promise<Sample<Request, Answer>>[] = [];
  let underWay = 0;

  async function sendOne(request: Request): Promise<Sample<Request, Answer>> {
    if (underWay >= underWayMax) return { request, answer: undefined, latencyMs: 0 };
    underWay += 1;
    const answer = await send(request);
    underWay -= 1;
    return { request, answer, latencyMs: elapsedMs() - request.dueMs };
  }

  for (const request of planned) {
    const waitMs = request.dueMs - elapsedMs();
    if (waitMs > 0) await sleep(waitMs);
    samples.push(sendOne(request));
  }
  return Promise.all(samples);
}
