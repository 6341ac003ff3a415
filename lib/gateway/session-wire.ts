/**
 * The gateway's words about agent sessions, as the vendor's pages have them: sign-in (api-cec cec_07_1202), sign-out (1219), handshake (1204), updateGuid
 * (1225, 0358) and poll (1274); the Guid's header (devg-ccgw-cec cec_05_40110). Wire names live in this folder alone.
 */
import * as z from "zod";
import { Guid } from "./agent-access.ts";
import type { SignIn } from "./sign-in.ts";

const RESOURCE = "/agentgateway/resource";

export const SESSION_CALLS = {
  signIn: { method: "PUT", path: (agentId: string) => `${RESOURCE}/onlineagent/${agentId}` },
  forceSignIn: { method: "PUT", path: (agentId: string) => `${RESOURCE}/onlineagent/${agentId}/forcelogin` },
  signOut: { method: "DELETE", path: (agentId: string) => `${RESOURCE}/onlineagent/${agentId}/logout` },
  handshake: { method: "POST", path: (agentId: string) => `${RESOURCE}/onlineagent/${agentId}/handshake` },
  updateGuid: { method: "PUT", path: (agentId: string) => `${RESOURCE}/onlineagent/${agentId}/updateGuid` },
  poll: { method: "GET", path: (agentId: string) => `${RESOURCE}/agentevent/${agentId}` },
} as const;
export type SessionCall = (typeof SESSION_CALLS)[keyof typeof SESSION_CALLS];

/** Where the gateway pushes an agent's events to, in at most 200 characters, and the token by which it is known there: at most 50, none of them special. */
export interface PushTarget {
  readonly callBackUri: string;
  readonly serviceToken: string;
}

/** Members in the order of the page's table. */
interface WireSignIn extends Omit<SignIn, "events" | "forcelogin">, Partial<PushTarget> {}

/** With a target the events are pushed, without they are polled. */
export function toWireSignIn(signIn: SignIn, push: PushTarget | undefined): WireSignIn {
  const { password, phonenum, autoanswer, autoenteridle, releasephone, agenttype, status, ip, checkInWebm, checkInMailm } = signIn;
  return { password, phonenum, autoanswer, autoenteridle, releasephone, agenttype, status, ip, checkInWebm, checkInMailm, ...push };
}

/** What a sign-in's `result` tells of the password, each where it can be read. The page has texts; that of timeRemaining is empty for a password that never expires. */
const SignInResult = z
  .object({
    isForceChange: z
      .union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")])
      .optional()
      .catch(undefined),
    timeRemaining: z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number)
      .optional()
      .catch(undefined),
  })
  .catch({});

export function parsePasswordFacts(result: unknown): {
  readonly mustChangePassword?: boolean | undefined;
  readonly passwordDaysLeft?: number | undefined;
} {
  const { isForceChange, timeRemaining } = SignInResult.parse(result);
  return { mustChangePassword: isForceChange, passwordDaysLeft: timeRemaining };
}

const UpdateGuidResult = z.object({ guid: Guid });

export function parseUpdatedGuid(result: unknown): string | undefined {
  return UpdateGuidResult.safeParse(result).data?.guid;
}

/** Its attributes are those of a cookie. What follows the `=` names the gateway's node at its end, and is the Guid with that. */
const SET_GUID = /^JSESSIONID=([^\s;,"]+)\s*(;|$)/;

/** Of the `Set-GUID` headers, a value each: the last that can be read. */
export function parseSetGuid(values: readonly string[] = []): string | undefined {
  return values.map((value) => Guid.safeParse(SET_GUID.exec(value.trim())?.[1]).data).findLast((guid) => guid !== undefined);
}
