/** One tick: who is invoked, and whose trouble delays nobody. */
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { AgentAccess } from "../../lib/gateway/agent-access.ts";
import type { AgentName } from "../../lib/sessions/agent-record.ts";
import { createDispatcher } from "../../lib/sessions/dispatch.ts";

const MANAGED = { session: "managed", signIn: { password: "planted-password", phonenum: "88880102" } };
const { signal } = new AbortController();

interface Options {
  readonly agents: Readonly<Record<string, object | Error | undefined>>;
  readonly invoke?: (agent: AgentName) => Promise<void>;
}

function start({ agents, invoke = async () => undefined }: Options) {
  const invoked: AgentName[] = [];
  const problems: (readonly [AgentName, unknown])[] = [];
  const signals: AbortSignal[] = [];
  const dispatch = createDispatcher({
    list: async () => Object.keys(agents),
    accesses: {
      async get(name, signal) {
        signals.push(signal);
        const secret = agents[name];
        if (secret instanceof Error) throw secret;
        return secret && AgentAccess.parse({ schemaVersion: 1, ...secret });
      },
    },
    async invoke(agent) {
      invoked.push(agent);
      await invoke(agent);
    },
    onProblem: (...told) => void problems.push(told),
  });
  return { dispatch, invoked, problems, signals };
}

describe("a tick", () => {
  it("has nothing to do where there are no agents", async () => {
    expect(await start({ agents: {} }).dispatch(signal)).toEqual({ invoked: 0, failed: 0 });
  });

  it.each(["main/102/backup", "main/1", "Main/102", "main", "main/102x"])("invokes nobody for a secret named %s", async (name) => {
    const { dispatch, invoked, problems } = start({ agents: { [name]: MANAGED, "main/102": MANAGED } });
    expect(await dispatch(signal)).toEqual({ invoked: 1, failed: 1 });
    expect(invoked).toEqual([{ gateway: "main", agentId: "102" }]);
    expect(problems).toMatchObject([[{}, { code: "misconfigured", message: `agents/${name}: no agent can be called so` }]]);
  });

  it("invokes the keeper of every managed agent, and of no other", async () => {
    const { dispatch, invoked, problems, signals } = start({
      agents: {
        "main/101": { session: "external", guid: "guid" },
        "main/102": MANAGED,
        "main/103": { session: "handed-over", verification: {} },
        "main/104": undefined,
        "branch/102": MANAGED,
      },
    });
    expect(await dispatch(signal)).toEqual({ invoked: 2, failed: 0 });
    expect(invoked).toEqual([
      { gateway: "main", agentId: "102" },
      { gateway: "branch", agentId: "102" },
    ]);
    expect([problems, new Set(signals)]).toEqual([[], new Set([signal])]);
  });

  it.each([
    ["cannot be read", new TransferError("secrets-unavailable", { reason: "ThrottlingException" }), { code: "secrets-unavailable" }],
    ["is broken", new TransferError("misconfigured", { reason: "agents/main/102: is not JSON" }), { code: "misconfigured" }],
    ["meets a bug", new TypeError("planted"), { code: "internal", effect: "none", message: "unexpected TypeError" }],
  ])("goes on with the others where the secret of one %s", async (_what, error, problem) => {
    const { dispatch, invoked, problems } = start({ agents: { "main/101": MANAGED, "main/102": error, "main/103": MANAGED } });
    expect(await dispatch(signal)).toEqual({ invoked: 2, failed: 1 });
    expect(invoked.map(({ agentId }) => agentId)).toEqual(["101", "103"]);
    expect(problems).toEqual([[{ gateway: "main", agentId: "102" }, expect.objectContaining(problem)]]);
  });

  it("goes on with the others where one cannot be invoked, and tells whose", async () => {
    const { dispatch, problems } = start({
      agents: { "main/101": MANAGED, "main/102": MANAGED, "main/103": MANAGED },
      invoke: async ({ agentId }) => {
        if (agentId === "102") throw Object.assign(new Error("planted"), { name: "TooManyRequestsException" });
      },
    });
    expect(await dispatch(signal)).toEqual({ invoked: 2, failed: 1 });
    const problem = expect.objectContaining({ code: "internal", message: "unexpected TooManyRequestsException" });
    expect(problems).toEqual([[{ gateway: "main", agentId: "102" }, problem]]);
  });

  it("looks at fifty agents at a time, and is not held up by one of them", async () => {
    const waiting: (() => void)[] = [];
    const { dispatch, invoked } = start({
      agents: Object.fromEntries(Array.from({ length: 125 }, (_, index) => [`main/${101 + index}`, MANAGED])),
      invoke: () => new Promise((resolve) => waiting.push(resolve)),
    });
    const ticking = dispatch(signal);
    await setImmediate();
    expect(invoked).toHaveLength(50);
    for (const resolve of waiting.splice(1)) resolve();
    await setImmediate();
    expect(invoked).toHaveLength(99);
    while (waiting.length > 0) {
      for (const resolve of waiting.splice(0)) resolve();
      await setImmediate();
    }
    expect(await ticking).toEqual({ invoked: 125, failed: 0 });
  });

  it("ends at once where the agents cannot be listed", async () => {
    const unavailable = new TransferError("secrets-unavailable", { reason: "ThrottlingException" });
    const dispatch = createDispatcher({
      list: () => Promise.reject(unavailable),
      accesses: { get: async () => expect.fail("was looked at") },
      invoke: async () => expect.fail("was invoked"),
      onProblem: () => expect.fail("was told"),
    });
    await expect(dispatch(signal)).rejects.toBe(unavailable);
  });
});
