/** What the store's DynamoDB calls of one new transfer cost over the same calls by the SDK alone, at an endpoint that answers at once. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { interleave } from "../measure/interleave.ts";
import { type Contender, Invoked, startScript, startWorker } from "./contender.ts";
import type { Section, Setting } from "./setting.ts";

const ENDPOINT = fileURLToPath(new URL("dynamodb-endpoint.ts", import.meta.url));
const CPU = "CPU time of a transfer's DynamoDB calls";
/** Of issue and budget. */
const OVER_BARE_SDK = 1.1;
const CALLERS = ["store", "bare-sdk"] as const;
type Caller = (typeof CALLERS)[number];

interface StoreSetting extends Omit<Setting, "prepareCalls"> {
  /** A round. */
  readonly transfers?: number;
  readonly warmUpTransfers?: number;
}

const Endpoint = z.object({ url: z.string() });
const Called = z.object({ body: z.string() });

export async function measureStore(setting: StoreSetting): Promise<Section> {
  const { rounds, transfers = 200, warmUpTransfers = 1_500, environment, signal, say, pathOf } = setting;
  say(`the store's calls: ${warmUpTransfers} transfers each to warm up, then ${rounds} rounds of ${transfers}…`);
  const running: Contender[] = [];
  const folder = await mkdtemp(join(tmpdir(), "ccgw-bench-"));
  try {
    const caFile = join(folder, "ca.pem");
    const endpoint = await startScript(ENDPOINT, { environment, signal }, [caFile]);
    running.push(endpoint);
    const its = { ...environment, AWS_ENDPOINT_URL_DYNAMODB: Endpoint.parse(endpoint.started).url, NODE_EXTRA_CA_CERTS: caFile };
    const start = async (caller: Caller) => {
      const contender = await startWorker(pathOf(caller), { environment: its, signal });
      running.push(contender);
      return contender;
    };
    const store = await start("store");
    // What the endpoint has been asked for by then is what the SDK alone asks for.
    const answer = await invoke(store, 1);
    const callers = { store, "bare-sdk": await start("bare-sdk") };
    for (const caller of CALLERS)
      if ((await invoke(callers[caller], warmUpTransfers)).called !== answer.called) throw new Error(`${caller} made other calls`);
    const samples = await interleave({ contenders: CALLERS, rounds, warmUpRounds: 0, take: (name) => invoke(callers[name], transfers) });
    const of = (caller: Caller) => samples[caller].map(({ cpuUs }) => cpuUs / transfers);
    return {
      settings: { storeCalls: { transfersARound: transfers, warmUpTransfers, calls: JSON.parse(answer.called) } },
      measures: [{ name: CPU, unit: "µs", samples: { store: of("store"), "bare-sdk": of("bare-sdk") } }],
      comparisons: [{ measure: CPU, of: "store", to: "bare-sdk", atMost: OVER_BARE_SDK }],
      notes: [],
    };
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

async function invoke(caller: Contender, count: number): Promise<Invoked & { readonly called: string }> {
  const invoked = await caller.ask({ ask: "invoke", events: Array.from({ length: count }, () => EVENT) }, Invoked);
  const [called = "", ...others] = new Set(invoked.answers.map((answer) => Called.parse(JSON.parse(answer)).body));
  if (others.length > 0) throw new Error("not the same calls each time");
  return { ...invoked, called };
}

/** Nothing is read of it. */
const EVENT = JSON.stringify({ requestContext: {} });
