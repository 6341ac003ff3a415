/** Transfers a second of CPU time, over HTTP, of each process beside Node-RED's: the same load for all, by the same generator. */
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import pMap from "p-map";
import { Pool } from "undici";
import * as z from "zod";
import { interleave } from "../measure/interleave.ts";
import type { Bundle } from "./bundles.ts";
import { type Contender, Served, startScript, startWorker, Used } from "./contender.ts";
import type { Section, Setting } from "./setting.ts";
import { assertAccepted, assertTaken, toWebhookEvent, toWireEvent } from "./webhooks.ts";

const NODE_RED = join(fileURLToPath(new URL("../rivals", import.meta.url)), "node-red.mjs");
const TRANSFERS = 400;
const WARM_UP_TRANSFERS = 2_000;
/** As many as a small function or flow has under way. */
const CONCURRENT = 8;
const THROUGHPUT = "transfers a second of CPU";
/** Of issue and budget. */
const OVER_NODE_RED = 5;
const NS_PER_MS = 1e6;

type Name = "ours" | "floor, own socket" | "floor, kept socket" | "usual-stack" | "node-red" | "front alone";
const NAMES: readonly Name[] = ["ours", "floor, own socket", "floor, kept socket", "usual-stack", "node-red", "front alone"];

interface Plan {
  readonly start: (setting: Setting) => Promise<Contender>;
  readonly toEvent: (callId: string) => string | Promise<string>;
  /** Of an answer as a function gives it. */
  readonly assertAnswer: (answer: string) => void;
  readonly transfers: boolean;
}

const ofHandler = (bundle: Bundle, socket = "own") => ({
  start: ({ environment, signal, pathOf }: Setting) =>
    startWorker(pathOf(bundle), { environment: { ...environment, FLOOR_SOCKET: socket }, signal }),
  transfers: bundle !== "empty",
});
const asApi = {
  toEvent: (callId: string) => toWebhookEvent("api", callId),
  assertAnswer: (answer: string) => assertAccepted("api", answer),
};
const asWire = { toEvent: toWireEvent, assertAnswer: assertTaken };

const PLANS: Readonly<Record<Name, Plan>> = {
  ours: { ...ofHandler("ours"), ...asApi },
  "floor, own socket": { ...ofHandler("floor", "own"), ...asWire },
  "floor, kept socket": { ...ofHandler("floor", "kept"), ...asWire },
  "usual-stack": { ...ofHandler("usual-stack"), ...asApi },
  "node-red": {
    start: ({ environment, signal }) => startScript(NODE_RED, { environment, signal }),
    ...asApi,
    assertAnswer: assertTaken,
    transfers: true,
  },
  "front alone": { ...ofHandler("empty"), ...asApi, assertAnswer: () => {} },
};

const Event = z.object({ rawPath: z.string(), headers: z.record(z.string(), z.string()), body: z.string() });

export async function measureThroughput(setting: Setting): Promise<Section> {
  const { rounds, say } = setting;
  say(
    `${NAMES.length} HTTP servers, ${CONCURRENT} requests at a time: ${WARM_UP_TRANSFERS} each to warm up, then ${rounds} rounds of ${TRANSFERS}…`,
  );
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const delays: number[] = [];
  const started = new Map<Name, Loaded>();
  try {
    for (const name of NAMES) {
      const loaded = await startLoaded(PLANS[name], setting);
      started.set(name, loaded);
      await loaded.load(WARM_UP_TRANSFERS);
    }
    const take = async (name: Name) => {
      delay.reset();
      delay.enable();
      const cpuUs = (await started.get(name)?.load(TRANSFERS)) ?? Number.NaN;
      delay.disable();
      delays.push(delay.percentile(99) / NS_PER_MS);
      return (TRANSFERS * 1e6) / cpuUs;
    };
    const samples = await interleave({ contenders: NAMES, rounds, warmUpRounds: 0, take });
    return {
      settings: { throughput: { transfersARound: TRANSFERS, warmUpTransfers: WARM_UP_TRANSFERS, concurrent: CONCURRENT } },
      measures: [
        { name: THROUGHPUT, unit: "per second", samples },
        { name: "event loop delay of the load generator, p99", unit: "ms", samples: { driver: delays } },
      ],
      comparisons: [
        { measure: THROUGHPUT, of: "ours", to: "node-red", atLeast: OVER_NODE_RED },
        ...(["floor, own socket", "floor, kept socket"] as const).map((of) => ({ measure: THROUGHPUT, of, to: "node-red" })),
        { measure: THROUGHPUT, of: "ours", to: "usual-stack" },
      ],
      notes: [
        "front alone is the HTTP server that stands before each handler here, over one that does nothing; Node-RED has its own. Its cost is within the others' figures.",
      ],
    };
  } finally {
    await Promise.all([...started.values()].map(({ stop }) => stop()));
  }
}

interface Loaded {
  /** The CPU time that it took, in µs. Throws where one answer is not what it should be. */
  load(count: number): Promise<number>;
  stop(): Promise<void>;
}

async function startLoaded({ start, toEvent, assertAnswer, transfers }: Plan, setting: Setting): Promise<Loaded> {
  const contender = await start(setting);
  const started = Served.safeParse(contender.started).data ?? (await contender.ask({ ask: "serve" }, Served));
  const pool = new Pool(`http://127.0.0.1:${started.port}`, { connections: CONCURRENT });
  return {
    async load(count) {
      const callIds = transfers
        ? await setting.prepareCalls(count)
        : Array.from({ length: count }, (_each, index) => `1600000000-${index}`);
      const events = (await Promise.all(callIds.map(toEvent))).map((event) => Event.parse(JSON.parse(event)));
      const before = await contender.ask({ ask: "usage" }, Used);
      const post = async ({ rawPath: path, headers: { host: _ofGateway, ...headers }, body }: z.infer<typeof Event>) => {
        const answer = await pool.request({ method: "POST", path, headers, body });
        return JSON.stringify({ statusCode: answer.statusCode, body: await answer.body.text() });
      };
      const answers = await pMap(events, post, { concurrency: CONCURRENT });
      const after = await contender.ask({ ask: "usage" }, Used);
      for (const answer of answers) assertAnswer(answer);
      return after.cpuUs - before.cpuUs;
    },
    async stop() {
      await pool.destroy();
      await contender.stop();
    },
  };
}
