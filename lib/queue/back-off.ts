/**
 * When a notice that could not be told is tried again, and when it is given up: by how often the queue has handed it out. Waits are the message's invisibility,
 * which SQS counts from when it was received and ends after 12 hours.
 */

/** As `maxReceiveCount` of the queue. What has been handed out so often goes to the dead letters. */
export const RECEIVES_MAX = 12;
const FIRST_SECONDS = 10;
const FACTOR = 3;
/** Under SQS's 12 hours by more than an attempt and whatever came before it can take. */
const LONGEST_SECONDS = 11 * 60 * 60;
/** How much of a wait chance takes away, at most: those that failed together do not come back together. */
const JITTER = 0.2;

/**
 * After the attempt of this number, from 1. `random` is from 0 to 1. What the receiver asks for is waited for where it is longer. The last attempt waits for
 * nothing: the next time it is asked for, SQS puts it with the dead letters.
 */
export function toBackOffSeconds(receiveCount: number, random: number, retryAfterSeconds = 0): number {
  if (receiveCount >= RECEIVES_MAX) return 0;
  const { atLeast, atMost } = toBounds(receiveCount);
  return Math.max(Math.round(atMost - (atMost - atLeast) * random), Math.min(retryAfterSeconds, LONGEST_SECONDS));
}

/** Of the wait after the attempt of this number, in seconds. */
export function toBounds(receiveCount: number): { readonly atLeast: number; readonly atMost: number } {
  const atMost = Math.min(FIRST_SECONDS * FACTOR ** (receiveCount - 1), LONGEST_SECONDS);
  return { atLeast: Math.round(atMost * (1 - JITTER)), atMost };
}
