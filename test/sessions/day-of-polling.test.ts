import { describe, it } from "vitest";
import { liveADay } from "../support/simulated-day.ts";

/** A day takes half a minute. */
const TIMEOUT_MS = 180_000;

describe("a day of polling", () => {
  it("is one session with a Guid a minute, with which every transfer goes out, once", { timeout: TIMEOUT_MS }, () =>
    // As a site may have it: half as many polls as with its ten seconds, which the hour below has.
    liveADay({ events: "poll", seed: 4711, pollWaitMs: 20_000 }),
  );

  it("keeps the one Guid of a site with AUTHMODE 1", { timeout: TIMEOUT_MS }, () =>
    liveADay({ events: "poll", authMode: 1, minutes: 60, seed: 815 }),
  );

  it("has a Guid a minute with polls of ten seconds, too", { timeout: TIMEOUT_MS }, () =>
    liveADay({ events: "poll", minutes: 60, seed: 42 }),
  );
});
