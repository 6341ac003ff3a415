/** What the low-code tools send, made of the examples' files as the tools would, taken by the real functions; and what they do with each kind of answer. */
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { read } from "../support/connect-documents.ts";
import { ANSWERS, connectionsByCommand, type ExampleConnection, expectOneTransfer, type Send, sendThrice } from "../support/examples.ts";
import { type Answer, type Stack, startStack } from "../support/stack.ts";

const SESSION = { callId: "1552524689-16797284", target: "billing", deliveryId: "ticket-4711-update-3" };
const NO_CONNECTION: ExampleConnection = { document: {}, secret: "" };

let made: Readonly<Record<string, ExampleConnection>>;
let stack: Stack;
beforeAll(async () => {
  made = await connectionsByCommand(["make", "n8n", "power-automate", "zapier"]);
  stack = await startStack();
});
afterAll(() => stack.stop());

const json = (file: string) => JSON.parse(read(`examples/${file}`));
const send = (tool: string, toSend: (secret: string) => Send) => sendThrice(stack, made[tool] ?? NO_CONNECTION, toSend);

describe("n8n", () => {
  const { nodes, connections } = json("n8n/workflow.json");
  const nodeOf = (name: string) => nodes.find((node: { name: string }) => node.name === name).parameters;
  /** As n8n evaluates what begins with `=`. */
  const evaluate = (text: string, names: object) =>
    text.startsWith("={{")
      ? runInNewContext(text.slice(3, -2), names)
      : text.replace(/^=/, "").replace(/\{\{(.*?)\}\}/g, (_all, code) => String(runInNewContext(code, names)));
  const fields: readonly { name: string; value: string }[] = nodeOf("The session").assignments.assignments;
  const session = Object.fromEntries(fields.map(({ name, value }) => [name, evaluate(value, { $execution: { id: "231" } })]));
  const readAnswer = (answer: object, $runIndex = 0) =>
    runInNewContext(`(() => { ${nodeOf("Read the answer").jsCode} })()`, { $json: { headers: {}, ...answer }, $runIndex }).json;
  const todoOf = (answer: object, run?: number) =>
    ["accepted", "look at the call", "once more", "did not happen"][readAnswer(answer, run).branch];

  it("sends what the functions take, and waits longer than they do", async () => {
    const { jsonBody, headerParameters, options } = nodeOf("Transfer");
    const body = evaluate(jsonBody, { $: () => ({ first: () => ({ json: session }) }) });
    expect(JSON.parse(body)).toMatchObject({ deliveryId: "n8n-231" });
    const [{ name, value }] = headerParameters.parameters;
    const answers = await send("n8n", (secret) => ({ body, headers: { "x-api-key": secret, [name.toLowerCase()]: value } }));
    expectOneTransfer(stack, answers);
    expect(answers.map(({ headers, text }) => todoOf({ headers, data: text }))).toEqual(["did not happen", "accepted", "accepted"]);
    expect(options.timeout).toBeGreaterThan(25_000);
  });

  it.each(ANSWERS)("knows what to do about $answer", ({ answer, todo, last }) => {
    expect([todoOf({ data: JSON.stringify(answer) }), todoOf({ data: JSON.stringify(answer) }, 4)]).toEqual([todo, last]);
  });

  it("waits as long as it is asked to, within a minute, and looks at the call where the answer is no JSON", () => {
    const waitFor = (seconds: string) => readAnswer({ data: "{}", headers: { "retry-after": seconds } }).waitSeconds;
    expect([waitFor("7"), waitFor("600"), readAnswer({ data: "{}" }).waitSeconds]).toEqual([7, 60, 5]);
    expect(todoOf({ data: "<html>" })).toBe("look at the call");
  });

  it("reaches each of its nodes, and leads every output somewhere", () => {
    const outputs = Object.values<{ main: { node: string }[][] }>(connections).flatMap(({ main }) => main);
    expect(outputs.every((output) => output.length === 1)).toBe(true);
    const reached = new Set(["Start", ...outputs.flat().map(({ node }) => node)]);
    expect([...reached].toSorted()).toEqual(nodes.map(({ name }: { name: string }) => name).toSorted());
    expect(connections["What became of it"].main).toHaveLength(nodeOf("What became of it").numberOutputs);
  });
});

describe("Power Automate", () => {
  const { actions } = json("power-automate/flow.json");
  const run = { run: { name: "08584291000000000000000000000CU00" } };
  /** As the language of its definitions has it, written as JavaScript. */
  const evaluate = (text: string, names: object) =>
    text.startsWith("@")
      ? runInNewContext(
          text
            .slice(1)
            .replaceAll("?[", "?.[")
            .replaceAll(/\b(if|or)\(/g, "$1_("),
          {
            ...{ triggerBody: () => SESSION, workflow: () => run, equals: Object.is },
            if_: (is: boolean, yes: unknown, no: unknown) => (is ? yes : no),
            or_: (...each: readonly boolean[]) => each.includes(true),
            ...names,
          },
        )
      : text;
  const { host, parameters } = actions.Transfer.inputs;
  const body = Object.fromEntries(
    Object.entries<string>(parameters).flatMap(([name, value]) => (name.startsWith("body/") ? [[name.slice(5), evaluate(value, {})]] : [])),
  );

  it("sends what the functions take, with its run as the delivery", async () => {
    expect(body).toEqual({ ...SESSION, deliveryId: run.run.name, reference: run.run.name });
    expectOneTransfer(stack, await send("power-automate", (secret) => ({ body: JSON.stringify(body), headers: { "x-api-key": secret } })));
  });

  it("calls an operation of the description, with fields that it has", () => {
    const { paths, definitions } = JSON.parse(read("api/swagger.json"));
    expect(paths["/v1/transfers/{connection}"].post.operationId).toBe(host.operationId);
    expect(Object.keys(definitions.TransferRequest.properties)).toEqual(expect.arrayContaining(Object.keys(body)));
    const { connectionParameters } = json("power-automate/apiProperties.json").properties;
    expect(Object.values(connectionParameters)).toMatchObject([{ type: "securestring" }]);
  });

  it.each(ANSWERS)("knows what to do about $answer, once the platform repeats no more", ({ answer, last }) => {
    const became = evaluate(actions.What_became_of_it.inputs, { body: () => answer });
    expect(became).toBe(last);
    const cases = Object.values<{ case: string }>(actions.By_what_became_of_it.cases).map((each) => each.case);
    expect([...cases, "look at the call"]).toContain(became);
    expect(actions.What_became_of_it.runAfter.Transfer).toEqual(["Succeeded", "Failed", "TimedOut"]);
  });
});

describe("Zapier", () => {
  const code = read("examples/zapier/code-step.js");
  const step = (fetch: (url: string, request: Send) => Promise<object>, secret = "s") =>
    runInNewContext(`(async () => { let output; ${code} return output; })()`, {
      inputData: { ...SESSION, url: "https://any", secret },
      fetch,
    });
  const toResponse = ({ status, text }: Pick<Answer, "status" | "text">) => ({ status, text: async () => text });

  it("sends what the functions take, and reads what they answer", async () => {
    const sent: Send[] = [];
    await step(async (_url, request) => toResponse({ status: sent.push(request), text: "{}" }), made.zapier?.secret);
    const [{ body, headers } = { body: "", headers: {} }] = sent;
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const taken = await send("zapier", () => ({ body, headers: lower }));
    expectOneTransfer(stack, taken);
    const todos = await Promise.all(taken.map((answer) => step(async () => toResponse(answer))));
    expect(todos.map(({ todo }) => todo)).toEqual(["did-not-happen", "accepted", "accepted"]);
  });

  it.each(ANSWERS)("knows what to do about $answer", async ({ answer, todo, last }) => {
    const output = await step(async () => toResponse({ status: 0, text: JSON.stringify(answer) }));
    expect(output.todo).toBe(todo.replaceAll(" ", "-"));
    if (todo === "once more") expect(output.effect).toBe(last === "did not happen" ? "none" : "unknown");
  });

  it("looks at the call where no answer came", async () => {
    expect(await step(() => Promise.reject(new Error("timeout")))).toMatchObject({ todo: "look-at-the-call", effect: "unknown" });
  });
});

interface MakeModule {
  readonly id: number;
  readonly module: string;
  readonly mapper: Readonly<Record<string, unknown>> & { readonly variables?: readonly { readonly value: string }[] };
  readonly routes?: readonly { readonly flow: readonly MakeModule[] }[];
  readonly filter?: { readonly conditions: readonly (readonly { readonly a: string; readonly o: string; readonly b: string }[])[] };
}

describe("Make", () => {
  const { flow }: { flow: readonly MakeModule[] } = json("make/blueprint.json");
  const modules = flow.flatMap(function all(each): readonly MakeModule[] {
    return [each, ...(each.routes ?? []).flatMap((route) => route.flow.flatMap(all))];
  });
  const fill = (text: string, values: Readonly<Record<string, unknown>>) =>
    text.replaceAll(/\{\{\d+\.(?:data\.)?(\w+)\}\}/g, (_all, name) => String(values[name] ?? ""));
  const todosOf = (router: MakeModule | undefined, answer: Readonly<Record<string, unknown>>) =>
    (router?.routes ?? []).flatMap(({ flow: [first] }) => {
      const isTaken = first?.filter?.conditions.some((each) =>
        each.every(({ a, o, b }) => (fill(a, answer) === b) === (o === "text:equal")),
      );
      return isTaken ? [first?.mapper.variables?.[0]?.value ?? "once more"] : [];
    });
  const [first, again] = modules.filter(({ module }) => module === "builtin:BasicRouter");

  it("sends what the functions take, the same each time", async () => {
    const requests = modules.filter(({ module }) => module === "http:MakeRequest").map(({ mapper }) => mapper);
    expect(requests).toHaveLength(2);
    expect(requests[1]).toEqual(requests[0]);
    const body = fill(String(requests[0]?.jsonStringBodyContent), SESSION);
    expectOneTransfer(stack, await send("make", (secret) => ({ body, headers: { "x-api-key": secret } })));
  });

  it.each(ANSWERS)("takes one route for $answer", ({ answer, todo, last }) => {
    expect([todosOf(first, answer), todosOf(again, answer)]).toEqual([[todo], [last]]);
  });

  it("numbers its modules once", () => {
    expect(new Set(modules.map(({ id }) => id)).size).toBe(modules.length);
  });
});
