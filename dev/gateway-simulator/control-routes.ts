/** What the control interface can do: a route each, with what it takes. It reads no request. No answer has a password. */
import * as z from "zod";
import { AccountChange } from "./accounts.ts";
import { isAgentId } from "./endpoint.ts";
import { parseEvent } from "./events.ts";
import { Fault } from "./faults.ts";
import { describeFields } from "./fields.ts";
import type { Gateway } from "./gateway.ts";
import { SettingsChange } from "./settings.ts";

const Faults = z.array(Fault);
const NewCall = z.strictObject({ callid: z.string().min(1), agentId: z.string().refine(isAgentId, "101 to 999999") });

const HELP = {
  "GET /": "this help",
  "GET /transfers": "the transfers received so far, oldest first",
  "POST /faults":
    'one fault or an array, such as {"kind":"hang","acts":true}, or {"kind":"drop","when":"after-request","acts":true,"endpoint":"handshake"} for a lost answer; see faults below',
  "POST /calls": '{"callid":"…","agentId":"101"}: a call that can be transferred',
  "POST /calls/{callid}/end": "the customer has gone, wherever the call was",
  "GET /agents": "who is signed in",
  "POST /agents/{agentid}/guid": "renews the agent's Guid, which signs it in too; answers {guid}",
  "POST /agents/{agentid}/sign-out": "ends the agent's session",
  "POST /agents/{agentid}/events": '{"eventType":"AgentEvent_Call_Release","content":"…"}: an event for an agent who is signed in',
  "GET /accounts": "the accounts, without their passwords",
  "POST /accounts":
    '{"agentId":"102","outcomes":"none"}: changes an account, such as what follows a transfer that was accepted; a new one needs password and phones; see accounts below',
  "POST /settings": '{"signInMs":2000,"cookies":"required"}: changes settings; see settings below',
  "GET /pushes": "the pushes of events, an attempt each, oldest first",
  "GET /violations": "what clients did against the documented order of calls",
  "POST /restart": "of the gateway: nobody is signed in any more; those whom somebody else keeps, like 101, not before a reset",
  "POST /reset": "accounts, calls, Guids and settings of the start, no faults, no records; 102 is signed out, until its keeper notices",
  faults: describeFields(Fault),
  accounts: describeFields(AccountChange)[0],
  settings: describeFields(SettingsChange)[0],
};

export interface ControlledSimulator extends Omit<Gateway, "endpoints" | "endSessions"> {
  transfers(): readonly unknown[];
  addFault(fault: Fault): void;
  restart(): void;
}

interface Route {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  readonly handle: (simulator: ControlledSimulator, given: Given) => Reply;
}
interface Given {
  readonly param: string;
  readonly body: unknown;
}
export type Reply = readonly [status: number, json: unknown];

const NO_AGENT: Reply = [404, { error: "no such agent" }];

export const ROUTES: readonly Route[] = [
  { method: "GET", path: /^\/()$/, handle: () => [200, HELP] },
  { method: "GET", path: /^\/transfers()$/, handle: (simulator) => [200, simulator.transfers()] },
  { method: "GET", path: /^\/agents()$/, handle: (simulator) => [200, simulator.agents()] },
  { method: "GET", path: /^\/pushes()$/, handle: (simulator) => [200, simulator.pushes()] },
  { method: "GET", path: /^\/violations()$/, handle: (simulator) => [200, simulator.violations()] },
  {
    method: "GET",
    path: /^\/accounts()$/,
    handle: (simulator) => [200, simulator.accounts().map(({ password: _, ...account }) => account)],
  },
  {
    method: "POST",
    path: /^\/faults()$/,
    handle(simulator, { body }) {
      const faults = Array.isArray(body) ? Faults.parse(body) : [Fault.parse(body)];
      for (const fault of faults) simulator.addFault(fault);
      return [200, { added: faults.length }];
    },
  },
  {
    method: "POST",
    path: /^\/calls()$/,
    handle(simulator, { body }) {
      simulator.addCall(NewCall.parse(body));
      return [200, { added: 1 }];
    },
  },
  {
    method: "POST",
    path: /^\/calls\/([\w-]+)\/end$/,
    handle(simulator, { param }) {
      simulator.endCall(param);
      return [200, { ended: true }];
    },
  },
  {
    method: "POST",
    path: /^\/accounts()$/,
    handle(simulator, { body }) {
      simulator.putAccount(AccountChange.parse(body));
      return [200, { changed: 1 }];
    },
  },
  {
    method: "POST",
    path: /^\/settings()$/,
    handle(simulator, { body }) {
      simulator.configure(SettingsChange.parse(body));
      return [200, { changed: 1 }];
    },
  },
  {
    method: "POST",
    path: /^\/agents\/(\d+)\/guid$/,
    handle: (simulator, { param }) => (simulator.hasAgent(param) ? [200, { guid: simulator.renewGuid(param) }] : NO_AGENT),
  },
  {
    method: "POST",
    path: /^\/agents\/(\d+)\/sign-out$/,
    handle(simulator, { param }) {
      if (!simulator.hasAgent(param)) return NO_AGENT;
      simulator.signOut(param);
      return [200, { signedOut: true }];
    },
  },
  {
    method: "POST",
    path: /^\/agents\/(\d+)\/events$/,
    handle(simulator, { param, body }) {
      const event = parseEvent(body);
      const agent = simulator.agents().find(({ agentId }) => agentId === param);
      if (agent === undefined) return NO_AGENT;
      if (agent.signedIn === "no") return [409, { error: "the agent is not signed in" }];
      simulator.emitEvent(param, event);
      return [200, { emitted: 1 }];
    },
  },
  {
    method: "POST",
    path: /^\/restart()$/,
    handle(simulator) {
      simulator.restart();
      return [200, { restarted: true }];
    },
  },
  {
    method: "POST",
    path: /^\/reset()$/,
    handle(simulator) {
      simulator.reset();
      return [200, { reset: true }];
    },
  },
];
