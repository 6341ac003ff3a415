/** What Salesforce, Dialogflow CX and HubSpot send by the examples, taken by the real functions; and where each answer leads in their files. */
import { Signature } from "@hubspot/api-client";
import { Validator } from "@seriousme/openapi-schema-validator";
import { XMLParser } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONVENTIONAL_FIELDS } from "../../lib/mapping/conventional-fields.ts";
import { blocksOf, pageOf, read } from "../support/connect-documents.ts";
import { readAsGoogle } from "../support/dialogflow-protobuf.ts";
import {
  ANSWERS,
  connectionsByCommand,
  type ExampleConnection,
  expectOneTransfer,
  pageOfTool,
  type Send,
  sendThrice,
} from "../support/examples.ts";
import { PUBLIC_BASE_URL, type Stack, startStack } from "../support/stack.ts";

const NO_CONNECTION: ExampleConnection = { document: {}, secret: "" };

let made: Readonly<Record<string, ExampleConnection>>;
let stack: Stack;
beforeAll(async () => {
  made = await connectionsByCommand(["dialogflow-cx", "hubspot", "salesforce"]);
  stack = await startStack();
});
afterAll(() => stack.stop());

const send = (tool: string, toSend: (secret: string, isDry: boolean, connection: string) => Send) =>
  sendThrice(stack, made[tool] ?? NO_CONNECTION, toSend);
const asList = <T>(each: T | readonly T[]): readonly T[] => (Array.isArray(each) ? each : [each as T]);

interface Rule {
  readonly conditions: Condition | readonly Condition[];
  readonly connector: { readonly targetReference: string };
}
interface Condition {
  readonly leftValueReference: string;
  readonly rightValue: Readonly<Record<string, unknown>>;
}
interface Assignment {
  readonly name: string;
  readonly assignmentItems: Item | readonly Item[];
}
interface Item {
  readonly assignToReference: string;
  readonly value: Readonly<Record<string, string>>;
}

describe("Salesforce", () => {
  const folder = "examples/salesforce/force-app/main/default";
  const xml = read(`${folder}/flows/Transfer_a_session.flow-meta.xml`);
  const { Flow: flow } = new XMLParser({ parseTagValue: true }).parse(xml);
  const { ExternalServiceRegistration: registration } = new XMLParser({ parseTagValue: false }).parse(
    read(`${folder}/externalServiceRegistrations/CcgwTransfers.externalServiceRegistration-meta.xml`),
  );
  const schema = JSON.parse(registration.schema);
  const assignments: readonly Assignment[] = flow.assignments;
  const itemsOf = (name: string) => asList(assignments.find((each) => each.name === name)?.assignmentItems ?? []);
  const values: Readonly<Record<string, string>> = {
    ...{ callId: "1552524689-16797284", recordId: "5008d00000abcdEAAQ", "$Flow.InterviewGuid": "3f6cfa4be0d1c9b7-1" },
  };
  const request = Object.fromEntries(
    itemsOf("The_request").map(({ assignToReference, value }) => [
      assignToReference.replace("Request.", ""),
      value.stringValue ?? values[value.elementReference ?? ""],
    ]),
  );
  const todoOf = (answer: Readonly<Record<string, unknown>>) => {
    const taken = (flow.decisions.rules as readonly Rule[]).find(({ conditions }) =>
      asList(conditions).every(
        ({ leftValueReference, rightValue }) => answer[leftValueReference.replace("Answer.", "")] === Object.values(rightValue)[0],
      ),
    );
    const next = taken?.connector.targetReference ?? flow.decisions.defaultConnector.targetReference;
    return itemsOf(next)[0]?.value.stringValue;
  };

  it("sends what the functions take, and reads what they answer", async () => {
    const answers = await send("salesforce", (secret) => ({ body: JSON.stringify(request), headers: { "x-api-key": secret } }));
    expectOneTransfer(stack, answers);
    expect(answers.map(({ status, body }) => [status, todoOf(body)])).toEqual([
      [200, "did not happen"],
      [200, "accepted"],
      [200, "accepted"],
    ]);
  });

  it.each(ANSWERS)("knows what to do about $answer", ({ answer, todo }) => {
    expect(todoOf({ ok: answer.state === "accepted", ...answer })).toBe(todo);
  });

  it("registers an API that is valid, with the request that is sent and fields that are answered", async () => {
    expect(await new Validator().validate(schema)).toMatchObject({ valid: true });
    const { TransferRequest, TransferAnswer } = schema.components.schemas;
    expect(Object.keys(TransferRequest.properties)).toEqual(expect.arrayContaining(Object.keys(request)));
    const { definitions } = JSON.parse(read("api/swagger.json"));
    expect(Object.keys(definitions.TransferRequest.properties)).toEqual(expect.arrayContaining(Object.keys(TransferRequest.properties)));
    const sample = blocksOf(pageOf("salesforce-flow"), "json").find((block) => block.includes('"ok"')) ?? "{}";
    expect(Object.keys(JSON.parse(sample))).toEqual(expect.arrayContaining(Object.keys(TransferAnswer.properties)));
    const reads = [...xml.matchAll(/>Answer\.(\w+)</g)].map(([, name]) => name);
    expect(Object.keys(TransferAnswer.properties)).toEqual(expect.arrayContaining(reads));
    expect(flow.actionCalls.actionName).toBe(`${registration.label}.${schema.paths["/v1/transfers/salesforce"].post.operationId}`);
  });

  it("leads every connector to an element that there is, a fault to the call", () => {
    const targets = [...xml.matchAll(/<targetReference>(\w+)</g)].map(([, name]) => name);
    const names = [...assignments.map(({ name }) => name), flow.actionCalls.name, flow.decisions.name];
    expect(targets.toSorted()).toEqual(expect.arrayContaining(names.toSorted()));
    expect(targets.filter((name) => !names.includes(name))).toEqual([]);
    expect(flow.actionCalls.faultConnector.targetReference).toBe("Look_at_the_call");
  });
});

describe("Dialogflow CX", () => {
  const webhook = read("examples/dialogflow-cx/webhook.json");
  const page = read("examples/dialogflow-cx/page.json");
  const [sample = "{}"] = blocksOf(pageOfTool("dialogflow-cx"), "json");

  it("has files that Google's own definition reads without loss", () => {
    // Maps that are left out are there, empty.
    expect(readAsGoogle("Webhook", webhook)).toMatchObject(JSON.parse(webhook));
    expect(readAsGoogle("Page", page)).toEqual(JSON.parse(page));
    expect(readAsGoogle("WebhookRequest", sample)).toEqual(JSON.parse(sample));
  });

  it("sends what the functions take, by the header of the webhook, and waits longer than they do", async () => {
    const { timeout, genericWebService } = JSON.parse(webhook);
    const [header = ""] = Object.keys(genericWebService.secretVersionsForRequestHeaders);
    const request = JSON.parse(sample);
    const [dry, first, second] = await send("dialogflow-cx", (secret, isDry) => {
      if (isDry) request.sessionInfo.parameters.ccgw_dry_run = "true";
      else delete request.sessionInfo.parameters.ccgw_dry_run;
      return { body: JSON.stringify(request), headers: { [header]: secret } };
    });
    const states = [dry, first, second].map((answer) => Object(answer?.body.sessionInfo).parameters.ccgw_state);
    expect(states).toEqual(["dry-run", "accepted", "accepted"]);
    expect(stack.gateway.transfers()).toHaveLength(1);
    expect(Number.parseInt(timeout, 10) * 1_000).toBeGreaterThan(Number(made["dialogflow-cx"]?.document.deadlineMs));
  });

  it("has a route for each state that its page tells of, and one for no answer", () => {
    const { transitionRoutes, eventHandlers, entryFulfillment } = JSON.parse(page);
    const routed = transitionRoutes.map(({ condition }: { condition: string }) => /"([a-z-]+)"/.exec(condition)?.[1]);
    const told = [...read(pageOf("dialogflow-cx")).matchAll(/ccgw_state = "([a-z-]+)"/g)].map(([, state]) => state);
    expect(routed).toEqual(told);
    expect(eventHandlers[0].event).toBe("webhook.error");
    expect(Object.keys(Object(made["dialogflow-cx"]?.document.targets))).toContain(entryFulfillment.tag);
  });
});

describe("HubSpot", () => {
  const sample = JSON.parse(read("examples/hubspot/sample.json"));

  it("sends what the functions take, signed by HubSpot's client", async () => {
    const answers = await send("hubspot", (clientSecret, isDry, connection) => {
      const dry = isDry ? { ccgw_dry_run: { value: "true" } } : {};
      const body = JSON.stringify({ ...sample, properties: { ...sample.properties, ...dry } });
      const timestamp = Date.now();
      const url = `${PUBLIC_BASE_URL}/v1/transfers/${connection}`;
      const signature = Signature.getSignature("POST", "v3", { clientSecret, requestBody: body, url, timestamp, signature: "" });
      return { body, headers: { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": String(timestamp) } };
    });
    expectOneTransfer(stack, answers);
  });

  it("makes properties that the functions read, and those that it sends are among them", () => {
    const names = JSON.parse(read("examples/hubspot/properties.json")).inputs.map(({ name }: { name: string }) => name);
    expect([...CONVENTIONAL_FIELDS]).toEqual(expect.arrayContaining(names));
    const sent = Object.keys(sample.properties).filter((name) => name.startsWith("ccgw_"));
    expect([...names, "ccgw_dry_run"]).toEqual(expect.arrayContaining(sent));
  });

  it("has a workflow that posts to the connection of its page", () => {
    const { actions } = JSON.parse(read("examples/hubspot/workflow.json"));
    expect(actions).toEqual([{ type: "WEBHOOK", method: "POST", url: "https://hooks.example.com/v1/transfers/hubspot" }]);
  });
});
