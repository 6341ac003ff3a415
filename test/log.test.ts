import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLog, type Log, toErrorFields } from "../lib/log.ts";

let printed: string[];
let log: Log;
beforeEach(() => {
  printed = [];
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  log = createLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The lines that were printed, parsed. */
function lines(): Record<string, unknown>[] {
  return printed
    .join("")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

const FIELDS = {
  requestId: "r-1",
  lambdaRequestId: "l-1",
  method: "POST",
  route: "POST /v1/transfers/{connection}",
  status: 200,
  durationMs: 12,
  connection: "crm",
  source: "api",
  secretId: "current",
  gateway: "site-a",
  agentId: "101",
  callId: "c-1",
  targetType: "agent",
  mode: "blind",
  reference: "ticket",
  transferId: "t-1",
  state: "accepted",
  code: "gateway-busy",
  reason: "why",
  violations: "#/target is required",
  effect: "none",
  retcode: "0",
  replayed: false,
  dryRun: true,
  attempts: 1,
  gatewayMs: 10,
  guidRenewed: true,
  errorName: "TypeError",
  stack: "at here",
} as const;

describe("the line of a request", () => {
  it("has every field that is listed, as it is", () => {
    log.access(FIELDS);
    expect(lines()).toEqual([expect.objectContaining({ ...FIELDS, level: "INFO", message: "request" })]);
  });

  it("leaves out what is not known", () => {
    log.access({ requestId: "r-1", code: undefined });
    expect(Object.keys(lines()[0] ?? {})).toEqual(expect.arrayContaining(["requestId"]));
    expect(lines()[0]).not.toHaveProperty("code");
  });

  it.each(["guid", "caller", "callData", "headers", "body", "error", "token", "__proto__"])(
    "has no field %s, although one is handed in",
    (name) => {
      const wider = { requestId: "r-1", ...JSON.parse(`{"${name}":"planted"}`) };
      log.access(wider);
      log.problem("what", wider);
      expect(lines()).toHaveLength(2);
      expect(printed.join("")).not.toContain("planted");
    },
  );

  it.each([
    [200, "INFO"],
    [202, "INFO"],
    [422, "INFO"],
    [499, "INFO"],
    [500, "ERROR"],
    [503, "ERROR"],
    [undefined, "INFO"],
  ])("with status %s is of level %s", (status, level) => {
    log.access({ status });
    expect(lines()).toMatchObject([{ level }]);
  });

  it.each(["internal", "misconfigured", "secrets-unavailable", "store-unavailable"])(
    "counts a fault that no caller is to blame for: %s",
    (code) => {
      log.access({ status: 200, code });
      log.entry({ code });
      log.flush();
      expect(lines().flatMap(({ Faults }) => Faults ?? [])).toEqual([1, 1]);
    },
  );

  it.each([undefined, "invalid-request", "gateway-unreachable", "paused"])("counts none for %s", (code) => {
    log.access({ status: 503, code });
    expect(lines()).toHaveLength(1);
  });

  it("keeps nothing for the next one", () => {
    log.access({ reference: "ticket" });
    log.access({ requestId: "r-2" });
    expect(lines()[1]).not.toHaveProperty("reference");
  });

  it("stays one line whatever is in it", () => {
    log.access({ reference: 'a\nb\r\n{"level":"ERROR"}\u2028' });
    expect(lines()).toMatchObject([{ reference: 'a\nb\r\n{"level":"ERROR"}\u2028', level: "INFO" }]);
  });
});

describe("a problem", () => {
  it("is an error that says what and where", () => {
    log.problem("bug", { requestId: "r-1", errorName: "TypeError" });
    expect(lines()).toEqual([expect.objectContaining({ level: "ERROR", message: "bug", requestId: "r-1", errorName: "TypeError" })]);
  });
});

describe("a metric", () => {
  const writers = [
    ["the line of a request", () => log.access({ status: 200 })],
    ["the line of a run", () => log.run("sweep", {})],
  ] as const;
  it.each(writers)("is written with %s, and once", (_what, write) => {
    log.count("Transfers", { source: "api", code: "accepted" });
    log.measure("GatewayMs", 12, { gateway: "main" });
    expect(lines()).toEqual([]);
    write();
    write();
    expect(lines().filter((line) => "_aws" in line)).toMatchObject([
      { Transfers: 1, source: "api", code: "accepted" },
      { GatewayMs: 12, gateway: "main" },
    ]);
  });

  it("is written at once where a run goes on", () => {
    log.count("KeeperRuns", {});
    log.flush();
    expect(lines()).toMatchObject([{ KeeperRuns: 1 }]);
  });
});

describe("an unexpected error", () => {
  it("is told by its name and its frames, never by its message", () => {
    const { errorName, stack } = toErrorFields(new RangeError("planted\n    planted"));
    expect(errorName).toBe("RangeError");
    expect(stack).toMatch(/^at .*log\.test\.ts:\d+:\d+/);
    expect(stack).not.toContain("planted");
    expect(stack).not.toContain("\n");
  });

  it("is not told by a line of its message that looks like a frame", () => {
    const { stack } = toErrorFields(new Error("first\n    at planted (planted.ts:1:1)"));
    expect(stack).not.toContain("planted");
  });

  it("may have no stack", () => {
    const error = new Error("planted");
    delete error.stack;
    expect(toErrorFields(error)).toEqual({ errorName: "Error", stack: undefined });
  });

  it.each<[unknown, string]>([
    ["planted", "string"],
    [undefined, "undefined"],
    [null, "object"],
    [{ message: "planted" }, "object"],
  ])("that is none, %j, is told by its type", (thrown, errorName) => {
    expect(toErrorFields(thrown)).toEqual({ errorName });
  });
});
