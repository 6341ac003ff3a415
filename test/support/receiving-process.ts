/**
 * A process of its own that runs the real function as a runtime does: one event after the other as they come, each answered by a message. It can be
 * stopped and continued like a frozen instance. Prints the function's log.
 */
import { type EventOptions, toContext, toEvent } from "./http-event.ts";

const { handler } = await import("../../handlers/receive-transfer.ts");

process.on("message", async (options: EventOptions) => {
  process.send?.(await handler(toEvent(options), toContext()));
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
