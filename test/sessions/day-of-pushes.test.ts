import { describe, it } from "vitest";
import { liveADay } from "../support/simulated-day.ts";

/** A day takes half a minute. */
const TIMEOUT_MS = 180_000;

describe("a day of pushes", () => {
  it("is one session with a Guid a minute, with which every transfer goes out, once", { timeout: TIMEOUT_MS }, () =>
    liveADay({ events: "push", seed: 4711 }),
  );

  it("keeps the one Guid of a site with AUTHMODE 1", { timeout: TIMEOUT_MS }, () =>
    liveADay({ events: "push", authMode: 1, minutes: 60, seed: 815 }),
  );
});
