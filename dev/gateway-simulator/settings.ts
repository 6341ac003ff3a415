/**
 * How this gateway site is set up: what the documents call configurable, and what they leave open. AUTHMODE is a site's setting at a real gateway; here
 * each account has its own, so that one simulator shows both modes at once.
 */
import * as z from "zod";
import { defineFields } from "./fields.ts";

const ms = z.int().min(0).max(86_400_000);

const Settings = defineFields({
  /** GUIDINTERVAL: a poll or handshake later than this after the last renewal brings a new Guid. */
  guidIntervalMs: ms,
  /** GUIDTIMEOUT: how long a Guid is still good after it was renewed. */
  guidTimeoutMs: ms,
  /** What a stale Guid is answered with: the documents name both. */
  staleGuidRetcode: z.enum(["100-006", "000-003"]),
  /** An agent without a poll or handshake for that long is signed out. */
  keepAliveTimeoutMs: ms,
  /** How long a poll waits for an event. */
  pollWaitMs: ms,
  signInMs: ms,
  signOutMs: ms,
  /** A load balancer's: set on sign-in, and with `required` asked for by every later call of a session that got them. */
  cookies: z.enum(["none", "set", "required"]),
  /** Newer releases have it in the answer to a poll. */
  eventGenTime: z.boolean(),
  pushAttempts: z.int().min(1).max(10),
  pushRetryMs: ms,
  /** On the machine's own time: it bounds a real request. */
  pushTimeoutMs: z.int().min(1).max(60_000),
});
type Settings = z.output<typeof Settings>;

export const SettingsChange = Settings.partial();
export type SettingsChange = z.output<typeof SettingsChange>;

const DEFAULTS: Settings = {
  guidIntervalMs: 60_000,
  guidTimeoutMs: 120_000,
  staleGuidRetcode: "100-006",
  keepAliveTimeoutMs: 120_000,
  pollWaitMs: 10_000,
  signInMs: 0,
  signOutMs: 0,
  cookies: "set",
  eventGenTime: true,
  pushAttempts: 3,
  pushRetryMs: 1_000,
  pushTimeoutMs: 5_000,
};

export interface SiteSettings {
  current(): Settings;
  /** What is not given stays. Throws zod's error, and changes nothing, for a setting that is none. */
  change(change: SettingsChange): void;
  reset(): void;
}

export function createSiteSettings(initial: SettingsChange): SiteSettings {
  const atStart = Settings.parse({ ...DEFAULTS, ...initial });
  let current = atStart;
  return {
    current: () => current,
    change(change) {
      current = Settings.parse({ ...current, ...change });
    },
    reset() {
      current = atStart;
    },
  };
}
