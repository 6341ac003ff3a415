/** Whether a caller that sends more than what asks for a transfer has sent that: its connection lists the names of what does. */
import type { Connection } from "../../transfer/connection.ts";

/** An event's name is the caller's text. */
const EVENT_NAME = /^[A-Za-z0-9_.-]{1,64}/;

/** For the log: what was sent instead. */
export function findUnlisted(event: string | undefined, { events }: Connection): string | undefined {
  if (event === undefined || events?.includes(event)) return undefined;
  return `event not listed: ${EVENT_NAME.exec(event)?.[0] ?? "another"}`;
}
