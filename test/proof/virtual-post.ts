/** What the real client does, to a virtual gateway: the bytes leave only where there is time for it, asked in the tick in which they do. */
import { type GatewayRequest, mayBegin, type RequestOutcome } from "../../lib/gateway/client.ts";
import type { Dice, FaultyWorld, Invoked } from "./faults.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import { SUCCESS, type VirtualGateway } from "./virtual-gateway.ts";

const UNREACHABLE = 0.05;

interface Posting {
  readonly process: Invoked;
  readonly by: { readonly tag: string; readonly attempt: number; readonly transferId: string };
  readonly onSent: (atMs: number) => void;
}

interface PostOptions {
  readonly clock: Pick<VirtualClock, "wallMs">;
  readonly dice: Dice;
  readonly faulty: Pick<FaultyWorld, "call">;
  readonly gateway: Pick<VirtualGateway, "carryOut">;
}

export function createVirtualPost({ clock, dice, faulty, gateway }: PostOptions) {
  return async ({ body, deadline }: GatewayRequest, { process, by, onSent }: Posting): Promise<RequestOutcome> => {
    if (!mayBegin(deadline)) return { kind: "too-late" };
    const { callid, ...target } = JSON.parse(body ?? "") as { callid: string; devicetype: number; address: string; mode: number };
    const begunAtMs = clock.wallMs();
    const send = (isLate?: true): RequestOutcome => {
      if (isLate === undefined && !mayBegin(deadline)) return { kind: "too-late" };
      // What arrives late has left long before.
      onSent(isLate === undefined ? clock.wallMs() : begunAtMs);
      const { retcode, answer } = gateway.carryOut({ callId: callid, target, ...by });
      if (answer === "lost") return { kind: "sent-without-answer", timedOut: dice() < 0.5, cause: "proof" };
      const text = JSON.stringify({ message: retcode === SUCCESS ? "success" : "", retcode });
      return { kind: "answered", response: { status: 200, headers: {}, body: new TextEncoder().encode(text) } };
    };
    if (dice() < UNREACHABLE) return { kind: "not-sent", cause: "ECONNREFUSED" };
    return faulty
      .call(process, "send", send, (fault) => new Lost(fault))
      .catch((error: unknown): RequestOutcome => {
        if (!(error instanceof Lost)) throw error;
        const isProvablyUnsent = error.message === "throw-before" && dice() < 0.5;
        return isProvablyUnsent
          ? { kind: "not-sent", cause: "ECONNRESET" }
          : { kind: "sent-without-answer", timedOut: true, cause: "proof" };
      });
  };
}

class Lost extends Error {}
