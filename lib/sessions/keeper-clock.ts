/** The time that keeping sessions goes by, so that tests can run a day in seconds. */

export interface KeeperClock {
  /** Wall clock, ms since 1970. */
  wallMs(): number;
  /** Monotonic, in ms. */
  monotonicMs(): number;
  /** Returns early when the signal aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
