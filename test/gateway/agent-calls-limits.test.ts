import { expect, it } from "vitest";
import { createAgentCalls } from "../../lib/gateway/agent-calls.ts";
import { SignIn } from "../../lib/gateway/sign-in.ts";
import { toSite } from "../support/gateway-site.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";

const SESSION = { guid: "guid", renewedAt: INSTANT, events: "poll" } as const;
/** Shorter than the lease, within which its owner has to write. */
const CALL_MAX_MS = 25_000;

it.each([
  [140_000, CALL_MAX_MS],
  [7_000, 7_000],
])("each call ends within 25 s, however much is left of the run: of %i ms it has %i", async (leftMs, hasMs) => {
  const given: number[] = [];
  const calls = createAgentCalls({
    site: toSite({ url: "https://localhost:1", responseTimeoutMs: 25_000, connectTimeoutMs: 25_000 }),
    agentId: "102",
    signIn: SignIn.parse({ password: "a password", phonenum: "88880102" }),
    push: undefined,
    async send({ deadline }) {
      given.push(deadline.remainingMs());
      return { kind: "too-late" };
    },
    wallMs: () => INSTANT,
  });
  const deadline = createManualDeadline(leftMs);
  await calls.signIn({ forced: false, deadline });
  for (const call of [calls.poll, calls.handshake, calls.updateGuid, calls.signOut]) await call(SESSION, deadline);
  expect(given).toEqual(Array.from({ length: 5 }, () => hasMs));
});
