/** The emulator of CloudWatch Logs, by the unmodified SDK: what it speaks as AWS does, and what it says of all else. */
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LogsEmulator, startLogsEmulator } from "../../dev/logs/emulator.ts";

let nowMs = 0;
let logs: LogsEmulator;
let client: CloudWatchLogsClient;
beforeEach(async () => {
  nowMs = 1_000;
  logs = await startLogsEmulator({ port: 0, now: () => nowMs });
  client = new CloudWatchLogsClient({
    endpoint: logs.url,
    region: "eu-central-1",
    credentials: { accessKeyId: "k", secretAccessKey: "s" },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await logs.stop();
});

async function find(over: Partial<ConstructorParameters<typeof FilterLogEventsCommand>[0]> = {}) {
  const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName: "any", ...over }));
  return events.map(({ message = "" }) => JSON.parse(message).n);
}
function add(line: object, atMs = nowMs) {
  nowMs = atMs;
  logs.add(JSON.stringify(line));
}

describe("the emulator of CloudWatch Logs", () => {
  it("gives what the functions printed as JSON, in order, and nothing else", async () => {
    add({ n: 1 });
    logs.add("esbuild says something");
    logs.add("[1]");
    add({ n: 2 });
    expect(await find()).toEqual([1, 2]);
  });

  it.each([
    ['{ $.code = "a" }', [1, 2]],
    ['{ ($.code = "a") && ($.route = "POST /v1/{x}") }', [2]],
    ['{ ($.code = "b") || ($.route = "POST /v1/{x}") }', [2, 3]],
    ['{ $.code = "A" }', []],
  ])("filters by %s", async (filterPattern, found) => {
    add({ n: 1, code: "a" });
    add({ n: 2, code: "a", route: "POST /v1/{x}" });
    add({ n: 3, code: "b" });
    expect(await find({ filterPattern })).toEqual(found);
  });

  it("gives those of a time, the end left out", async () => {
    for (const n of [1, 2, 3]) add({ n }, n * 1_000);
    expect(await find({ startTime: 2_000 })).toEqual([2, 3]);
    expect(await find({ startTime: 1_000, endTime: 3_000 })).toEqual([1, 2]);
  });

  it("gives them page by page", async () => {
    for (const n of [1, 2, 3, 4, 5]) add({ n });
    const pages: unknown[] = [];
    for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName: "any", limit: 2 })) pages.push(events.length);
    expect(pages).toEqual([2, 2, 1]);
  });

  it("says what it does not speak", async () => {
    for (const filterPattern of ["ERROR", '{ $.code = "a*" }', "{ $.status = 200 }", '{ $.a = "1" && $.b = "2" || $.c = "3" }'])
      await expect(find({ filterPattern })).rejects.toThrow("does not speak this filterPattern");
    await expect(client.send(new DescribeLogGroupsCommand({}))).rejects.toThrow("knows FilterLogEvents alone");
  });
});
