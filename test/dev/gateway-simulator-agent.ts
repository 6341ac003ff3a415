/**
 * An agent's raw client of the simulated gateway, for its tests: sign-in, keep-alive, polls and transfers over node:https, one connection a request unless
 * told otherwise. It shares no code with the product and keeps nothing: every Guid and cookie is given by the test.
 */
import { type Agent, request } from "node:https";
import { expect, onTestFinished } from "vitest";
import {
  createManualClock,
  type GatewaySimulator,
  type GatewaySimulatorOptions,
  type ManualClock,
  startGatewaySimulator,
} from "../../dev/gateway-simulator/simulator.ts";

const RESOURCE = "/agentgateway/resource";
export const AGENT = "102";
export const PASSWORD = "local-demo-password-102";
export const PHONE = "88880102";
export const CALL_OF_102 = "1552524689-16797384";
export const SIGN_IN = { password: PASSWORD, phonenum: PHONE };
export const GUID_FORM = /^JSESSIONID=[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.AgentGateway0$/;

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly guid?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: unknown;
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
}

export interface Answered {
  readonly status: number | undefined;
  readonly retcode: string;
  /** What Set-GUID brings. */
  readonly guid: string | undefined;
  readonly setGuid: string | undefined;
  readonly setCookie: readonly string[];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer's body, of which each test asserts what it needs
  readonly json: any;
}

/** On a clock that stands still until it is advanced. */
export async function startOnManualClock(options: Partial<GatewaySimulatorOptions> = {}) {
  const clock = createManualClock();
  const simulator = await startGatewaySimulator({ port: 0, clock, ...options });
  onTestFinished(() => simulator.stop());
  return { simulator, clock };
}

/** Rejects with node's error when no answer has begun. */
export function ask(simulator: GatewaySimulator, { method, path, guid, headers, body, agent, signal }: Asked): Promise<Answered> {
  const sent = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(`${simulator.url}${RESOURCE}${path}`, {
      method,
      ca: simulator.caPem,
      headers: { "Content-Type": "application/json; charset=UTF-8", ...(guid !== undefined && { Guid: guid }), ...headers },
      agent: agent ?? false,
      ...(signal !== undefined && { signal }),
    });
    outgoing.once("error", reject);
    outgoing.once("response", async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += chunk;
      const json = parseJson(text);
      const setGuid = response.headers["set-guid"]?.toString();
      const setCookie = response.headers["set-cookie"] ?? [];
      resolve({ status: response.statusCode, retcode: json?.retcode, guid: setGuid?.split("=")[1], setGuid, setCookie, text, json });
    });
    outgoing.end(sent);
  });
}

function parseJson(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface SignIn {
  readonly agentId?: string;
  readonly forced?: boolean;
  readonly body?: unknown;
}

export function signIn(simulator: GatewaySimulator, { agentId = AGENT, forced = false, body = SIGN_IN }: SignIn = {}): Promise<Answered> {
  return ask(simulator, { method: "PUT", path: `/onlineagent/${agentId}${forced ? "/forcelogin" : ""}`, body });
}

/** The Guid of agent 102, signed in now. */
export async function signedIn(simulator: GatewaySimulator, fields: object = {}): Promise<string> {
  const { guid, text } = await signIn(simulator, { body: { ...SIGN_IN, ...fields } });
  return guid ?? expect.fail(text);
}

type Given = Omit<Asked, "method" | "path" | "guid">;

export function signOut(simulator: GatewaySimulator, guid: string, given: Given = {}): Promise<Answered> {
  return ask(simulator, { ...given, method: "DELETE", path: `/onlineagent/${AGENT}/logout`, guid });
}

export function handshake(simulator: GatewaySimulator, guid: string, given: Given = {}): Promise<Answered> {
  return ask(simulator, { ...given, method: "POST", path: `/onlineagent/${AGENT}/handshake`, guid });
}

export function updateGuid(simulator: GatewaySimulator, guid: string): Promise<Answered> {
  return ask(simulator, { method: "PUT", path: `/onlineagent/${AGENT}/updateGuid`, guid });
}

export function poll(simulator: GatewaySimulator, guid: string, given: Given = {}): Promise<Answered> {
  return ask(simulator, { ...given, method: "GET", path: `/agentevent/${AGENT}`, guid });
}

/** The retcode is 200-012 where the Guid is good: there is no such call. */
export async function judgeGuid(simulator: GatewaySimulator, guid: string, given: Given = {}): Promise<string> {
  const body = { callid: "1-1", devicetype: 2, mode: 2, address: "205" };
  return (await ask(simulator, { ...given, method: "POST", path: `/mediacall/${AGENT}/transfer`, guid, body })).retcode;
}

export function transfer(simulator: GatewaySimulator, guid: string, fields: object = {}): Promise<Answered> {
  const body = { callid: CALL_OF_102, devicetype: 2, mode: 2, address: "205", ...fields };
  return ask(simulator, { method: "POST", path: `/mediacall/${AGENT}/transfer`, guid, body });
}

/** Until so many requests of an endpoint have arrived. What they wait for, they wait for then. */
export async function arrived(simulator: GatewaySimulator, endpoint: string, count = 1): Promise<void> {
  const seen = () => simulator.requests().filter((request) => request.endpoint === endpoint).length;
  await expect.poll(seen, { interval: 2 }).toBe(count);
}

/** A keep-alive once a minute for so long, each with the Guid that the last brought. */
export async function keepAlive(simulator: GatewaySimulator, clock: ManualClock, { guid, minutes, agent }: KeepAlive): Promise<string> {
  let current = guid;
  for (let minute = 0; minute < minutes; minute += 1) {
    await clock.advance(60_000);
    const answer = await handshake(simulator, current, agent === undefined ? {} : { agent });
    if (answer.retcode !== "0") expect.fail(`${answer.text} in minute ${minute}`);
    current = answer.guid ?? current;
  }
  return current;
}

interface KeepAlive {
  readonly guid: string;
  readonly minutes: number;
  readonly agent?: Agent;
}
