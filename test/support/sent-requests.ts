/** Listens to what undici is about to write, by the diagnostics channel that it publishes to: the proof, apart from lib/, whether a request had left. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { onTestFinished } from "vitest";

const CHANNEL = "undici:client:sendHeaders";

/** The heads of the requests that left since, as text. Until the test has finished. */
export function watchSentRequests(): readonly string[] {
  const heads: string[] = [];
  const keep = (message: unknown) => {
    if (typeof message === "object" && message !== null && "headers" in message) heads.push(String(message.headers));
  };
  subscribe(CHANNEL, keep);
  onTestFinished(() => void unsubscribe(CHANNEL, keep));
  return heads;
}
