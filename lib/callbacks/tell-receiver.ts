/** Tells the receiver that a notice's connection names, if it names one still. */
import * as z from "zod";
import { Callback } from "../transfer/callback.ts";
import type { Deliver, Delivery } from "./delivery.ts";
import type { OutcomeNotice } from "./notice.ts";

/** Of a connection's document. What is wrong elsewhere in it, or that it takes no more transfers, keeps nobody from being told of those there were. */
export const ReceiverOf = z.object({ callback: Callback.optional() });
type ReceiverOf = z.infer<typeof ReceiverOf>;

interface TellReceiverOptions {
  /** Undefined where there is no such connection. `get` throws what keeps it from being known. */
  readonly connections: { get(name: string, signal: AbortSignal): Promise<ReceiverOf | undefined> };
  readonly deliver: Deliver;
}

export type Tell = (notice: OutcomeNotice, signal: AbortSignal) => Promise<Delivery>;

export function createTellReceiver({ connections, deliver }: TellReceiverOptions): Tell {
  return async (notice, signal) => {
    const connection = await connections.get(notice.connection, signal);
    if (connection === undefined) return { kind: "nobody", why: "there is no such connection any more" };
    if (connection.callback === undefined) return { kind: "nobody", why: "the connection has no callback" };
    return deliver(connection.callback, notice, signal);
  };
}
