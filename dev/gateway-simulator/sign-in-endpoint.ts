/**
 * Sign-in, forced sign-in and sign-out of agents (api-cec cec_07_1202, cec_07_1203). One agent's are never carried out at the same time.
 * Silent in the documents, and chosen here: the order of the checks; 100-003 for a sign-in during a sign-out, 100-010 for a sign-out during either; 100-004
 * for an agent without account; a forced sign-in of an agent who is not signed in is a sign-in; a sign-out without a session is 100-008. Values of `result`
 * are texts but for vdnid, as in the example of cec_07_1224; nobody signs in to the mail server, which that page calls not supported.
 */
import type { Account, Accounts } from "./accounts.ts";
import type { AgentSessions } from "./agent-sessions.ts";
import type { SimulatorClock } from "./clock.ts";
import { type Call, defineSessionEndpoint, type Endpoint, toRefused, type Verdict } from "./endpoint.ts";
import { toSuccessText } from "./retcodes.ts";
import type { SiteSettings } from "./settings.ts";
import { parseSignIn, toPush } from "./sign-in-body.ts";
import type { Violations } from "./violations.ts";

const SERVER_NAME = "AgentGateway";
const COOKIE_ATTRIBUTES = "; Path=/; Secure; HttpOnly";

interface Wiring {
  readonly clock: SimulatorClock;
  readonly settings: SiteSettings;
  readonly accounts: Accounts;
  readonly sessions: AgentSessions;
  readonly violations: Violations;
}

export function createSignInEndpoints({ clock, settings, accounts, sessions, violations }: Wiring): readonly Endpoint[] {
  const busy = new Map<string, "sign-in" | "sign-out">();

  /** Undefined when the simulator was reset, restarted or stopped meanwhile. */
  async function alone(what: "sign-in" | "sign-out", { agentId, stopped }: Call, finish: () => Verdict): Promise<Verdict | undefined> {
    const { signInMs, signOutMs } = settings.current();
    const ms = what === "sign-in" ? signInMs : signOutMs;
    busy.set(agentId, what);
    const whole = ms === 0 || (await clock.wait(ms, stopped));
    busy.delete(agentId);
    return whole ? finish() : undefined;
  }

  async function signIn(call: Call, forced: boolean): Promise<Verdict | undefined> {
    const { agentId } = call;
    const doing = busy.get(agentId);
    if (doing !== undefined) {
      violations.add(`sign-in-during-${doing}`, agentId);
      return toRefused(doing === "sign-in" ? "100-021" : "100-003");
    }
    const body = parseSignIn(call.body);
    if (typeof body === "string") return toRefused(body);
    const account = accounts.find(agentId);
    if (account === undefined) return toRefused("100-004");
    const refusal = accounts.judgePassword(account, body.password);
    if (refusal !== undefined) return toRefused(refusal);
    if (!account.phones.includes(body.phonenum)) return toRefused("100-014");
    if (sessions.find(agentId) !== undefined) {
      if (!forced) return toRefused("100-002");
      if (!account.mayBeForcedOut) return toRefused("100-015");
    }
    return alone("sign-in", call, () => {
      const push = toPush(body);
      const session = sessions.open(agentId, { authMode: account.authMode, push });
      const cookies = session.cookies.map((cookie) => `${cookie}${COOKIE_ATTRIBUTES}`);
      return {
        retcode: "0",
        text: toSuccessText(toResult(account, { mediatype: body.checkInWebm ? "TTF" : "TFF", loginTime: String(clock.now()) })),
        headers: { "Set-GUID": `JSESSIONID=${session.guid}`, ...(cookies.length > 0 && { "Set-Cookie": cookies }) },
        acted: true,
        remarks: [push === undefined ? "events are polled" : "events are pushed"],
      };
    });
  }

  async function signOut(call: Call): Promise<Verdict | undefined> {
    const { agentId } = call;
    const doing = busy.get(agentId);
    if (doing === "sign-in") violations.add("sign-out-during-sign-in", agentId);
    if (doing !== undefined) return toRefused("100-010");
    if (sessions.find(agentId) === undefined) return toRefused("100-008");
    const session = sessions.authenticate(call);
    if (typeof session === "string") return toRefused(session);
    return alone("sign-out", call, () => {
      sessions.end(agentId);
      return { retcode: "0", text: toSuccessText(), acted: true };
    });
  }

  return [
    defineSessionEndpoint({ name: "sign-in", method: "PUT", path: toPath(""), handle: (call) => signIn(call, false) }),
    defineSessionEndpoint({ name: "force-sign-in", method: "PUT", path: toPath("/forcelogin"), handle: (call) => signIn(call, true) }),
    defineSessionEndpoint({ name: "sign-out", method: "DELETE", path: toPath("/logout"), handle: signOut }),
  ];
}

function toPath(rest: string): RegExp {
  return new RegExp(`^/agentgateway/resource/onlineagent/([^/]+)${rest}$`);
}

function toResult({ agentId, forceChange, timeRemainingDays }: Account, times: { readonly mediatype: string; readonly loginTime: string }) {
  return {
    vdnid: 1,
    workno: agentId,
    ...times,
    isForceChange: String(forceChange),
    serverName: SERVER_NAME,
    // Empty for a password that never expires.
    timeRemaining: timeRemainingDays === undefined ? "" : String(timeRemainingDays),
  };
}
