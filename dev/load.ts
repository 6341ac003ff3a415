/**
 * `npm run load [-- --rate 20 --seconds 60]`: so many transfers a second, each of a call of its own, with repeats and questions among them, at the local stack that
 * runs. Stops by itself. Ends with 0 where each was transferred once and answered as it should be, with 1 where not, and with 2 where it could not begin.
 */
import { parseArgs } from "node:util";
import * as z from "zod";
import { runOpenLoop } from "./load/open-loop.ts";
import { type PlannedRequest, planLoad } from "./load/plan.ts";
import { describeAnswers, describeLatencies, findFaults, type LoadAnswer } from "./load/verdict.ts";
import { prepareCalls, readTransfers } from "./local-gateway.ts";
import { parsePorts, StartError } from "./ports.ts";
import { DEMO_CONNECTION, DEMO_KEY } from "./seed.ts";

const AGENT = "101";
/** Above the functions' own deadline. */
const TIMEOUT_MS = 30_000;
const UNDER_WAY_MAX = 500;
/** The simulator keeps every request. */
const TRANSFERS_MAX = 20_000;
const FAULTS_SHOWN = 10;
const OPTIONS = { rate: { type: "string", default: "20" }, seconds: { type: "string", default: "60" } } as const;
const Options = z
  .object({ rate: z.coerce.number().int().min(1).max(200), seconds: z.coerce.number().int().min(1).max(600) })
  .refine(({ rate, seconds }) => rate * seconds <= TRANSFERS_MAX);
const USAGE = `npm run load -- [--rate TRANSFERS_A_SECOND] [--seconds SECONDS]
1 to 200 a second, 1 to 600 seconds, at most ${TRANSFERS_MAX} transfers.`;
const Body = z.looseObject({ transferId: z.string(), state: z.string(), code: z.string(), replayed: z.boolean() }).partial();

try {
  process.exitCode = await load(parseOptions());
} catch (error) {
  console.error(error instanceof StartError ? error.message : `${toWords(error)}\nIs \`npm start\` running, with these ports (PORT, …)?`);
  process.exitCode = 2;
}

function parseOptions(): z.infer<typeof Options> {
  try {
    return Options.parse(parseArgs({ options: OPTIONS }).values);
  } catch {
    throw new StartError(USAGE);
  }
}

async function load({ rate, seconds }: z.infer<typeof Options>): Promise<0 | 1> {
  const { http, control } = parsePorts(process.env);
  const url = `http://127.0.0.1:${http}/v1/transfers/${DEMO_CONNECTION}`;
  const controlUrl = `http://127.0.0.1:${control}`;
  const planned = planLoad({ perSecond: rate, seconds });
  const first = Math.floor(Date.now() / 1_000);
  const callIds = Array.from({ length: rate * seconds }, (_each, index) => `${first}-${index}`);
  const warmUp = `${first}-${callIds.length}`;
  console.log(`${rate} transfers a second for ${seconds} s: ${callIds.length} calls, ${planned.length} requests.`);
  await prepareCalls(
    controlUrl,
    [warmUp, ...callIds].map((callId) => ({ callId, agentId: AGENT })),
  );
  // What happens once, is not measured.
  const answered = await post(url, warmUp);
  if (answered.status !== 200) throw new StartError(`The local stack answered ${answered.status} ${answered.said}.`);

  const answers = new Map<number, Promise<LoadAnswer>>();
  async function send({ kind, index }: PlannedRequest): Promise<LoadAnswer> {
    // Only who has an answer knows where to ask.
    if (kind === "status") return ask(`${url}/${(await answers.get(index))?.transferId}`, {});
    const answer = post(url, callIds[index] ?? "");
    if (kind === "transfer") answers.set(index, answer);
    return answer;
  }
  const samples = await runOpenLoop({ planned, underWayMax: UNDER_WAY_MAX, send });
  const faults = findFaults(samples, { callIds, transfers: await readTransfers(controlUrl) });

  for (const line of ["", ...describeLatencies(samples), "", ...describeAnswers(samples), ""]) console.log(line);
  for (const line of faults.slice(0, FAULTS_SHOWN)) console.log(line);
  if (faults.length > FAULTS_SHOWN) console.log(`and ${faults.length - FAULTS_SHOWN} more`);
  console.log(
    faults.length === 0 ? "Each call was transferred once, and every answer is as it should be." : "That is not as it should be.",
  );
  return faults.length === 0 ? 0 : 1;
}

function post(url: string, callId: string): Promise<LoadAnswer> {
  const body = JSON.stringify({ callId, deliveryId: `load-${callId}`, target: { type: "agent", address: "205" } });
  return ask(url, { method: "POST", body });
}

async function ask(url: string, init: RequestInit): Promise<LoadAnswer> {
  const headers = { authorization: `Bearer ${DEMO_KEY}`, "content-type": "application/json" };
  try {
    const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { transferId, state, code, replayed = false } = Body.catch({}).parse(await response.json());
    return { status: response.status, said: state ?? code ?? "nothing of ours", replayed, transferId };
  } catch (error) {
    return { status: 0, said: toWords(error), replayed: false, transferId: undefined };
  }
}

function toWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
