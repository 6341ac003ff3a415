/** What the examples send, made of their files as their tools would, taken by the real functions: dry and in earnest, at the connection of their page. */
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { read } from "../support/connect-documents.ts";
import { connectionsByCommand, type ExampleConnection } from "../support/examples.ts";
import { type Answer, type Stack, startStack } from "../support/stack.ts";

const CALL_ID = "1552524689-16797284";

let made: Readonly<Record<string, ExampleConnection>>;
let stack: Stack;
beforeAll(async () => {
  made = await connectionsByCommand();
  stack = await startStack();
});
afterAll(() => stack.stop());

const json = (file: string) => JSON.parse(read(`examples/${file}`));
const ask = "?dryRun";

interface Send {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A new connection of the document that the page's command makes. */
function connect(tool: string, more: Readonly<Record<string, unknown>> = {}) {
  const { document, secret } = made[tool] ?? { document: {}, secret: "" };
  const { gateway: _main, ...connection } = document;
  return { secret, ...stack.connect({ connection: { allow: undefined, ...connection, ...more } }) };
}

/** The same delivery twice, after a dry run: nobody is moved, then once, then it is the same. */
async function sendThrice(tool: string, toSend: (secret: string) => Send): Promise<readonly Answer[]> {
  stack.gateway.reset();
  const { connection, secret } = connect(tool);
  const { body, headers } = toSend(secret);
  const options = { headers: { "content-type": "application/json", ...headers } };
  const dry = await stack.transfer(connection, body, { ...options, query: ask.slice(1) });
  return [dry, await stack.transfer(connection, body, options), await stack.transfer(connection, body, options)];
}

function expectOneTransfer([dry, first, second]: readonly Answer[]): void {
  expect(dry?.body).toMatchObject({ dryRun: true, request: { callId: CALL_ID, target: { type: "skill-queue", address: "31" } } });
  expect(first?.body).toMatchObject({ state: "accepted", replayed: false });
  expect(second?.body).toMatchObject({ state: "accepted", replayed: true });
  expect(stack.gateway.transfers()).toHaveLength(1);
}

describe("n8n", () => {
  const { nodes, connections } = json("n8n/workflow.json");
  const nodeOf = (name: string) => nodes.find((node: { name: string }) => node.name === name).parameters;
  /** As n8n evaluates what begins with `=`. */
  const evaluate = (text: string, names: object) =>
    text.startsWith("={{")
      ? runInNewContext(text.slice(3, -2), names)
      : text.replace(/^=/, "").replace(/\{\{(.*?)\}\}/g, (_all, code) => String(runInNewContext(code, names)));
  const session = Object.fromEntries(
    nodeOf("The session").assignments.assignments.map(({ name, value }: { name: string; value: string }) => [
      name,
      evaluate(value, { $execution: { id: "231" } }),
    ]),
  );
  const read = (json: object, $runIndex = 0) =>
    runInNewContext(`(() => { ${nodeOf("Read the answer").jsCode} })()`, { $json: { headers: {}, ...json }, $runIndex }).json;
  const answered = (data: object, headers = {}) => ({ statusCode: 0, headers, data: JSON.stringify(data) });

  it("sends what the functions take", async () => {
    const { jsonBody, headerParameters, options } = nodeOf("Transfer");
    const body = evaluate(jsonBody, { $: () => ({ first: () => ({ json: session }) }) });
    expect(JSON.parse(body)).toMatchObject({ deliveryId: "n8n-231" });
    const [{ name, value }] = headerParameters.parameters;
    const answers = await sendThrice("n8n", (secret) => ({ body, headers: { "x-api-key": secret, [name.toLowerCase()]: value } }));
    expectOneTransfer(answers);
    expect(options.timeout).toBeGreaterThan(25_000);
    expect(answers.map(({ status, headers, text }) => read({ statusCode: status, headers, data: text }).branch)).toEqual([3, 0, 0]);
  });

  it.each([
    { answer: answered({ state: "accepted", outcome: "pending" }), branch: 0 },
    { answer: answered({ state: "accepted", outcome: "failed" }), branch: 3 },
    { answer: answered({ state: "unknown", retryable: true, effect: "unknown" }), branch: 2, last: 1 },
    { answer: answered({ code: "rate-limited", retryable: true, effect: "none" }, { "retry-after": "7" }), branch: 2, last: 3, seconds: 7 },
    { answer: answered({ code: "duplicate-in-progress", retryable: true, effect: "unknown" }), branch: 2, last: 1 },
    { answer: answered({ code: "gateway-refused", retryable: false, effect: "none" }), branch: 3 },
    { answer: answered({ message: "Service Unavailable" }), branch: 1 },
    { answer: { statusCode: 502, data: "<html>" }, branch: 1 },
  ])("takes branch $branch for $answer.data", ({ answer, branch, last = branch, seconds = 5 }) => {
    expect(read(answer)).toMatchObject({ branch, waitSeconds: seconds });
    expect(read(answer, 4).branch).toBe(last);
  });

  it("reaches each of its nodes, and leads every output somewhere", () => {
    const outputs = Object.values<{ main: { node: string }[][] }>(connections).flatMap(({ main }) => main);
    expect(outputs.every((output) => output.length === 1)).toBe(true);
    const reached = new Set(["Start", ...outputs.flat().map(({ node }) => node)]);
    expect([...reached].toSorted()).toEqual(nodes.map(({ name }: { name: string }) => name).toSorted());
    expect(connections["What became of it"].main).toHaveLength(nodeOf("What became of it").numberOutputs);
  });
});
