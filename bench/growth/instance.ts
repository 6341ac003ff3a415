/** `instance.ts FILE`: an instance of a packaged function, in a process of its own that logs to nobody: takes events over its channel, one after another, and says what they cost. */
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import * as z from "zod";
import type { HttpHandler } from "../../lib/http/handler.ts";
import { collectGarbage, type Invocations } from "./instances.ts";

const TIMEOUT_MS = 28_000;
const NS_PER_MS = 1e6;

const Module = z.object({ handler: z.custom<HttpHandler>((value) => typeof value === "function") });
const { handler } = Module.parse(await import(process.argv[2] ?? ""));

async function invoke(events: readonly string[]): Promise<Invocations> {
  const answers: string[] = [];
  const tookMs: number[] = [];
  const before = process.cpuUsage();
  for (const text of events) {
    const startedAt = process.hrtime.bigint();
    const event: APIGatewayProxyEventV2 = JSON.parse(text);
    event.requestContext.timeEpoch = Date.now();
    answers.push(JSON.stringify(await handler(event, toContext())));
    tookMs.push(Number(process.hrtime.bigint() - startedAt) / NS_PER_MS);
  }
  const { user, system } = process.cpuUsage(before);
  collectGarbage();
  return { answers, tookMs, cpuMs: (user + system) / 1_000, heapBytes: process.memoryUsage().heapUsed };
}

function toContext(): Context {
  const until = Date.now() + TIMEOUT_MS;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: "bench",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:bench",
    memoryLimitInMB: "512",
    awsRequestId: "request-of-lambda",
    logGroupName: "bench",
    logStreamName: "bench",
    getRemainingTimeInMillis: () => until - Date.now(),
    done() {},
    fail() {},
    succeed() {},
  };
}

// What ends this process with its parent would have it end now.
process.channel?.ref();
process.on("message", async (events: readonly string[]) => process.send?.(await invoke(events)));
process.send?.("ready");
