/** Webhooks as each source's caller sends them, of a call of its own each time, and what their answers have to be. */
import { readFile } from "node:fs/promises";
import * as z from "zod";
import type { Demo } from "../../dev/demo.ts";
import { DEMOS, findDemo } from "../../dev/demos.ts";
import { renewCalls } from "../../dev/sample.ts";
import { toRequest } from "../../dev/send-request.ts";
import { BASE_URL, toEvent, type World } from "../world/world.ts";

/** Lex invokes a function of its own. */
export const CALLERS = DEMOS.filter(({ isInvoked }) => isInvoked !== true);
/** Of a member that fills a body: as long as a line that somebody wrote. */
const LINE = "A line of a ticket, as long as lines are that somebody wrote, who had something to say. ";

export function callerOf(source: string): Demo {
  const demo = findDemo(source);
  if (demo === undefined) throw new Error(`no caller of ${source}`);
  return demo;
}

interface Asked {
  readonly demo: Demo;
  readonly world: World;
  /** That the body is to have, at least; as many as the sample has unless set. */
  readonly bytes?: number;
  /** Whether its proof is that of somebody else. */
  readonly isForged?: boolean;
}

export async function makeWebhook({ demo, world, bytes, isForged = false }: Asked): Promise<string> {
  const sample = renewCalls(await readFile(new URL(`../../${demo.sample}`, import.meta.url), "utf8"));
  await world.prepareCallsOf(sample);
  const renewed = demo.renew?.(sample) ?? sample;
  const body = bytes === undefined ? renewed : fill(renewed, bytes);
  const verification = demo.verification({ issuer: world.addresses.issuerUrl });
  const secret = isForged ? "forged" : (verification.secrets?.[0]?.value ?? "");
  const address = `${BASE_URL}/v1/transfers/${demo.name}`;
  const { url, headers } = await toRequest({ demo, verification, address, body, secret });
  const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return toEvent({ connection: demo.name, headers: lowerCase, body, query: new URL(url).search.slice(1) });
}

/** Lines, and a last one that makes it as long as it is to be. */
function fill(json: string, bytes: number): string {
  const start = json.trimEnd().slice(0, -1).trimEnd();
  const lines: string[] = [];
  let length = Buffer.byteLength(start) + 1;
  for (let at = 0; ; at += 1) {
    const line = `,"line_${at}":"${LINE}"`;
    if (length + line.length + 20 > bytes) break;
    lines.push(line);
    length += line.length;
  }
  const rest = bytes - length - `,"last":""`.length;
  return `${start}${lines.join("")}${rest >= 0 ? `,"last":"${"x".repeat(rest)}"` : ""}}`;
}

const Answer = z.object({ statusCode: z.int(), body: z.string().optional() });

/** Throws unless it has this status and, where a demo is given, tells its caller that the transfer was accepted. */
export function assertAnswered(answer: string, status: number, demo?: Demo): void {
  const { statusCode, body = "" } = Answer.parse(JSON.parse(answer));
  // What was asked of the gateway is looked at by `assertTransferred` elsewhere: here, whether the caller was told.
  if (statusCode !== status || (demo !== undefined && !demo.isAccepted(body, true))) throw new Error(`answered ${statusCode}: ${body}`);
}
