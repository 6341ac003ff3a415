/** What the functions print of an address that proves whoever has it: nothing, whatever comes of it. Nor is anything confidential told to whoever asks. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CANARIES, COOKIES, findCanaries } from "../support/canaries.ts";
import { type Answer, exampleRequest, type Stack, startStack } from "../support/stack.ts";

const CALL = "1552524689-16797284";
const CONFIDENTIAL = { caller: CANARIES.caller, callData: CANARIES.callData, deliveryId: CANARIES.deliveryId };

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
beforeEach(() => {
  stack.gateway.reset();
  stack.takeLog();
  stack.takeServerLog();
});

interface Transferred {
  readonly connection: string;
  readonly transferId: string;
  readonly token: string;
  readonly answer: Answer;
}

async function transfer(connection: Readonly<Record<string, unknown>> = {}): Promise<Transferred> {
  const made = stack.connect({ connection, agent: { cookies: COOKIES } });
  const answer = await stack.transfer(made.connection, { ...exampleRequest(CALL), ...CONFIDENTIAL });
  const { transferId, statusUrl } = answer.body;
  const token = new URL(String(statusUrl)).searchParams.get("token") ?? "";
  return { connection: made.connection, transferId: String(transferId), token, answer };
}

/** What of a token, or of anything planted, was printed. */
function printed(token: string): string[] {
  const text = [...stack.takeLog(), ...stack.takeServerLog()].join("\n");
  const [, , digest = ""] = token.split(".");
  expect(digest).toHaveLength(43);
  return findCanaries(text, { token, digest, start: digest.slice(0, 12), parameter: "token=" });
}

describe("the address of a status", () => {
  it.each<[string, (made: Transferred) => Parameters<Stack["status"]>]>([
    ["that is good", ({ connection, transferId, token }) => [connection, transferId, { query: `token=${token}` }]],
    ["of another transfer", ({ connection, transferId, token }) => [connection, `${transferId}1`, { query: `token=${token}` }]],
    ["of another connection", ({ transferId, token }) => ["nobody", transferId, { query: `token=${token}` }]],
    ["that is given twice", ({ connection, transferId, token }) => [connection, transferId, { query: `token=${token}&token=${token}` }]],
    ["beside what is wrong", ({ connection, transferId, token }) => [connection, transferId, { query: `token=${token}&wait=${token}` }]],
    ["under another name", ({ connection, transferId, token }) => [connection, transferId, { query: `wait=${token}` }]],
    ["in the place of an id", ({ connection, token }) => [connection, token, { query: `token=${token}` }]],
    ["in the place of a connection", ({ transferId, token }) => [token, transferId, { query: `token=${token}` }]],
  ])("%s is in no line", async (_what, toAsk) => {
    const made = await transfer();
    const [connection, transferId, options] = toAsk(made);
    await stack.status(connection, transferId, { headers: {}, ...options });
    await stack.status(connection, transferId, options);
    expect(printed(made.token)).toEqual([]);
  });

  it("is in no line of the transfer or of its replay", async () => {
    const made = await transfer();
    await stack.transfer(made.connection, { ...exampleRequest(CALL), ...CONFIDENTIAL });
    expect(printed(made.token)).toEqual([]);
  });

  it("is in no line of a transfer that is unknown, with its Location", async () => {
    stack.gateway.addFault({ kind: "drop", when: "after-request" });
    const made = await transfer();
    expect(made.answer.headers.location).toContain(made.token);
    expect(printed(made.token)).toEqual([]);
  });
});

describe("whoever asks", () => {
  it("is told nothing that the transfer's own answer does not tell", async () => {
    const { connection, transferId, token } = await transfer();
    const answers = [
      await stack.status(connection, transferId),
      await stack.status(connection, transferId, { headers: {}, query: `token=${token}` }),
      await stack.status(connection, transferId, { headers: { authorization: `Bearer ${CANARIES.wrongKey}` }, query: CANARIES.query }),
      await stack.status(connection, CANARIES.unknownName, { query: `wait=${CANARIES.query}` }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 422]);
    expect(answers.flatMap(({ text, headers }) => findCanaries(`${text}\n${JSON.stringify(headers)}`))).toEqual([]);
    expect(printed(token)).toEqual([]);
  });
});
