/** The function that signs agents out, as it is invoked again for those whom its time did not suffice for. */
import { describe, expect, it } from "vitest";
import type { SignOut } from "../../lib/sessions/sign-out.ts";
import { createSignOutHandler } from "../../lib/sessions/sign-out-handler.ts";
import { toContext } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";

const TIMEOUT_MS = 300_000;
const NAMES = ["main/101", "main/102", "main/103", "branch/104"];

/** Agent 101 is somebody else's, 103 cannot be reached; there is time for so many. */
function start(times: number) {
  const log = createKeptLog();
  const asked: string[] = [];
  const signOut: SignOut = async ({ gateway, agentId }, { keepOut }) => {
    if (agentId === "101") return { ended: "not-managed" };
    if (asked.length === times) return { ended: "not-begun" };
    asked.push(`${gateway}/${agentId} ${keepOut}`);
    return agentId === "103" ? { ended: "failed", reason: "not-sent ECONNREFUSED" } : { ended: "signed-out" };
  };
  const handler = createSignOutHandler({ list: async () => NAMES, signOut, log });
  return { log, asked, invoke: (event: object) => handler(event, toContext(TIMEOUT_MS)) };
}

describe("agents whom the time does not suffice for", () => {
  it("are told apart from those who were tried", async () => {
    const { log, invoke } = start(1);
    expect(await invoke({ keepOut: true })).toEqual({
      agents: [{ gateway: "main", agentId: "102", ended: "signed-out" }],
      left: ["main/103", "branch/104"],
    });
    expect(log.runs.at(-1)).toEqual({ lambdaRequestId: "lambda-request", ended: "not-begun", entries: 2 });
    expect(log.problems).toEqual([]);
  });

  it("are the only ones who are tried where they are asked for", async () => {
    const { log, asked, invoke } = start(9);
    expect(await invoke({ keepOut: true, only: ["main/103", "branch/104"] })).toEqual({
      agents: [
        { gateway: "main", agentId: "103", ended: "failed", reason: "not-sent ECONNREFUSED" },
        { gateway: "branch", agentId: "104", ended: "signed-out" },
      ],
      left: [],
    });
    expect(asked).toEqual(["main/103 true", "branch/104 true"]);
    expect(log.runs.map(({ ended }) => ended)).toEqual(["signed-out"]);
  });
});

describe("agents who are asked for by their names", () => {
  it("are told of where they are not managed: nobody is to believe that they were signed out", async () => {
    const { asked, invoke } = start(9);
    expect(await invoke({ only: ["main/101"] })).toEqual({
      agents: [{ gateway: "main", agentId: "101", ended: "failed", reason: "is not managed, or there is no such agent" }],
      left: [],
    });
    expect(asked).toEqual([]);
  });

  it.each(["main/1O3", "103", "main/", ""])("are all left alone where one is no agent's name: %j", async (name) => {
    const { asked, invoke } = start(9);
    expect(await invoke({ only: ["main/102", name] })).toEqual({ error: "only.1: must be the name of an agent, as in main/101" });
    expect(asked).toEqual([]);
  });
});

describe("what is no question of its", () => {
  it.each([
    [{ only: "main/102" }, 'only: must be a list of names, as in ["main/101"]'],
    [{ only: [102] }, "only.0: must be a string"],
    [{ keepOut: "yes" }, "keepOut: must be true or false"],
    [{ onyl: ["main/102"] }, "unknown: onyl"],
    [[], "what is asked for: must be an object"],
  ])("is answered with what is wrong, and signs nobody out: %j", async (event, error) => {
    const { asked, invoke } = start(9);
    expect(await invoke(event)).toEqual({ error });
    expect(asked).toEqual([]);
  });
});
