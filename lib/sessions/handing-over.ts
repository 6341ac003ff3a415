/** Handing an agent's session over: who may, by the agent's secret, and what is told of the session. Neither HTTP nor what becomes of it. */
import * as z from "zod";
import { AgentAccess, Cookies, Guid } from "../gateway/agent-access.ts";
import { inOurWords } from "../transfer/issue-words.ts";
import { invalidRequest, isFields } from "../transfer/request.ts";
import { toViolations } from "../transfer/violations.ts";
import type { Verifier } from "../verification/scheme.ts";
import { sharedSecret } from "../verification/shared-secret.ts";
import type { LiveSession } from "./agent-record.ts";

/** By how much the clock of whoever hands over may be ahead of ours. Further on, what is new could not replace it for that long. */
const AHEAD_MAX_SECONDS = 60;

/** `verify` proves who may hand this agent's session over. Nobody may where there is none: its session is had in another way. */
export interface HandedOverAgent {
  readonly verify?: Verifier | undefined;
}

export const HandedOverAgent = AgentAccess.transform((access, context): HandedOverAgent => {
  if (access.session !== "handed-over") return {};
  const verification = isFields(access.verification) ? access.verification : {};
  const verify = sharedSecret.verifier({ test: false }).safeParse({ scheme: sharedSecret.id, ...verification }, { error: inOurWords });
  if (verify.success) return { verify: verify.data };
  for (const issue of verify.error.issues) context.issues.push({ ...issue, input: undefined, path: ["verification", ...issue.path] });
  return z.NEVER;
});

/** The body of a hand-over that was received at this time. Throws `invalid-request` with all that is wrong with it. */
export function parseHandOver(body: unknown, receivedAt: Date): LiveSession {
  const schema = handOverUntil(receivedAt.getTime() + AHEAD_MAX_SECONDS * 1_000);
  const parsed = schema.safeParse(body, { error: inOurWords });
  if (!parsed.success) throw invalidRequest(toViolations(parsed.error, Object.keys(schema.shape)));
  return parsed.data;
}

/** What is handed over, until that time. */
export function handOverUntil(latestMs: number) {
  return z.strictObject({
    guid: Guid,
    cookies: Cookies.optional(),
    /** When the gateway gave the Guid. */
    renewedAt: z.iso
      .datetime({ offset: true })
      .transform((time) => Date.parse(time))
      .refine((renewedAtMs) => renewedAtMs <= latestMs, `must not be more than ${AHEAD_MAX_SECONDS} seconds in the future`),
  });
}
