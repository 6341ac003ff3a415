/** The descriptions of the API that tools import: as the code says, valid by others' validators, and within the limits of those who import them. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { FAILURES } from "../../lib/errors.ts";
import { ROUTES } from "../../lib/http/unrouted.ts";
import { CanonicalRequest } from "../../lib/transfer/request.ts";
import packageJson from "../../package.json" with { type: "json" };
import { toDescriptions } from "../../scripts/api/descriptions.ts";
import type { Content } from "../../scripts/api/document.ts";
import { toOpenApi } from "../../scripts/api/openapi.ts";
import { findFaults, OPEN_API, readDescription } from "../support/api-descriptions.ts";

const SWAGGER = JSON.parse(readDescription("swagger.json"));
const POSTMAN = JSON.parse(readDescription("postman-collection.json"));
const OPERATIONS = Object.entries(OPEN_API.paths).flatMap(([path, { parameters: _ofPath, ...operations }]) =>
  Object.entries(operations).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
);

describe("the descriptions of the API", () => {
  it("are what the code says", () => {
    for (const [path, text] of Object.entries(toDescriptions(packageJson.version))) expect(readDescription(path.slice(4))).toBe(text);
  });

  it.each([
    ["3.0", OPEN_API],
    ["2.0", SWAGGER],
  ])("are valid OpenAPI %s", async (version, document) => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe(version);
  });

  it("read alike as YAML 1.1 and 1.2", () => {
    const document = JSON.parse(JSON.stringify(toOpenApi(packageJson.version)));
    expect(OPEN_API).toEqual(document);
    expect(parse(readDescription("openapi.yaml"), { schema: "yaml-1.1" })).toEqual(document);
  });

  it("have every route", () => {
    const routes = OPERATIONS.map(({ route }) => route).toSorted();
    expect(routes).toEqual([...ROUTES, "HEAD /v1/transfers/{connection}"].toSorted());
    expect(new Set(OPERATIONS.map(({ operation }) => operation.operationId)).size).toBe(routes.length);
  });

  it("have no reference to what is not there", () => {
    for (const text of [JSON.stringify(OPEN_API), JSON.stringify(SWAGGER)]) {
      const document = JSON.parse(text);
      const references = [...text.matchAll(/"\$ref":"#([^"]+)"/g)].map(([, pointer = ""]) => pointer.slice(1).split("/"));
      expect(references.length).toBeGreaterThan(5);
      for (const names of references)
        expect(
          names.reduce((at, name) => at?.[name], document),
          names.join("/"),
        ).toBeDefined();
    }
  });
});

describe("the words of an operation", () => {
  /** https://help.salesforce.com/s/articleView?id=platform.external_services_schema_def_naming_description.htm */
  const SALESFORCE_MAX_CHARACTERS = 1_333;

  it.each(OPERATIONS)(
    "$route are there, and short enough for External Services",
    ({ operation: { operationId, summary, description, tags } }) => {
      expect(operationId).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(summary.length).toBeGreaterThan(0);
      expect(description.length).toBeLessThanOrEqual(SALESFORCE_MAX_CHARACTERS);
      expect(OPEN_API.tags.map(({ name }) => name)).toEqual(expect.arrayContaining([...tags]));
    },
  );
});

describe("an example", () => {
  const contents: [string, Content][] = OPERATIONS.flatMap(({ route, operation: { requestBody, responses } }) => [
    ...(requestBody === undefined ? [] : [[route, requestBody.content] as [string, Content]]),
    ...Object.entries(responses).flatMap(([status, { content }]): [string, Content][] =>
      content === undefined ? [] : [[`${route}: ${status}`, content]],
    ),
  ]);

  it.each(contents)("of %s is valid", (_of, content) => {
    const examples = Object.values(content).flatMap(({ schema, examples: all = {} }) =>
      Object.entries(all).map(([name, { value }]) => [name, findFaults(schema, value)]),
    );
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.filter(([, faults]) => faults?.length !== 0)).toEqual([]);
  });

  it("is there for every failure, as the table has it", () => {
    const told = contents.flatMap(([of, content]) =>
      Object.values(content).flatMap(({ examples = {} }) =>
        Object.values(examples).map(({ value }) => ({
          status: Number(of.split(": ")[1]),
          ...Object(value),
          of: Number(of.split(": ")[1]),
        })),
      ),
    );
    for (const [code, { status, retryable }] of Object.entries(FAILURES))
      expect(told, code).toContainEqual(expect.objectContaining({ code, of: status, retryable }));
  });
});

describe("the description of a transfer request", () => {
  const { TransferRequest } = OPEN_API.components.schemas;
  const complete = { callId: "1", agentId: "101", target: { type: "agent", address: "205" } };

  it.each([
    ["callId", 128],
    ["caller", 64],
    ["reference", 64],
    ["deliveryId", 255],
    ["attempt", 64],
  ])("has the length of %s that the functions take", (name, max) => {
    for (const [length, valid] of [
      [0, false],
      [1, true],
      [max, true],
      [max + 1, false],
    ] as const) {
      const request = { ...complete, [name]: "x".repeat(length) };
      expect([findFaults(TransferRequest ?? {}, request).length === 0, CanonicalRequest.safeParse(request).success]).toEqual([
        valid,
        valid,
      ]);
    }
  });

  it.each([
    { agentId: "100000" },
    { agentId: "01" },
    { mode: "sometimes" },
    { target: { type: "queue", address: "1" } },
    { target: { type: "agent", address: "x".repeat(25) } },
    { callDataFields: { a: [] } },
    { callDataFields: { a: null, b: 1, c: true } },
    { dryRun: "true" },
    { callid: "1" },
  ])("says of %j what the functions say", (fields) => {
    const request = { ...complete, ...fields };
    expect(findFaults(TransferRequest ?? {}, request).length === 0).toBe(CanonicalRequest.safeParse(request).success);
  });
});

describe("swagger.json", () => {
  const transfer = SWAGGER.paths["/v1/transfers/{connection}"].post;
  const { target } = SWAGGER.definitions.TransferRequest.properties;

  it("lists the targets of the connection that was chosen", () => {
    const { operationId, parameters } = target["x-ms-dynamic-values"];
    const list = SWAGGER.paths["/v1/connections/{connection}"].get;
    expect(target.type).toBe("string");
    expect(list.operationId).toBe(operationId);
    expect(Object.keys(parameters)).toEqual(
      list.parameters.filter(({ required }: { required?: true }) => required).map(({ name }: { name: string }) => name),
    );
    expect(transfer.parameters.map(({ name }: { name: string }) => name)).toContain(parameters.connection.parameter);
    expect(target["x-ms-dynamic-list"]).toMatchObject({ operationId, parameters: { connection: { parameterReference: "connection" } } });
    const { items } = list.responses[200].schema === undefined ? { items: undefined } : SWAGGER.definitions.Connection.properties.targets;
    expect(Object.keys(items.properties)).toContain(target["x-ms-dynamic-values"]["value-path"]);
  });

  it("names every field of a request, and shows few at first", () => {
    const fields: Record<string, Record<string, unknown>> = SWAGGER.definitions.TransferRequest.properties;
    expect(Object.keys(fields).toSorted()).toEqual(Object.keys(CanonicalRequest.shape).toSorted());
    for (const field of Object.values(fields))
      expect(field).toMatchObject({ "x-ms-summary": expect.any(String), description: expect.any(String) });
    const important = Object.entries(fields).filter(([, field]) => field["x-ms-visibility"] === "important");
    expect(important.map(([name]) => name)).toEqual(["callId", "target", "deliveryId"]);
  });
});

describe("the Postman collection", () => {
  interface Item {
    readonly id?: string;
    readonly name: string;
    readonly item?: readonly Item[];
    readonly request?: {
      readonly method: string;
      readonly url: { readonly raw: string; readonly variable: readonly { readonly value: string }[] };
      readonly body?: { readonly raw: string };
    };
    readonly response?: readonly { readonly id: string; readonly code: number; readonly body: string }[];
  }
  const items = (of: readonly Item[]): Item[] => of.flatMap((each) => (each.item === undefined ? [each] : items(each.item)));
  const all = items(POSTMAN.item);

  it("has every operation, by ids that are its own", () => {
    const requests = all.map(
      ({ request }) => `${request?.method} ${request?.url.raw.replace("{{baseUrl}}", "").replaceAll(/:(\w+)/g, "{$1}")}`,
    );
    expect([...new Set(requests)].toSorted()).toEqual(OPERATIONS.map(({ route }) => route).toSorted());
    const ids = all.flatMap(({ id, response = [] }) => [id, ...response.map((each) => each.id)]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("has nothing to fill in that is not a variable of it, and no secret", () => {
    const used = [...JSON.stringify(POSTMAN).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    const variables: readonly { readonly key: string; readonly value: string }[] = POSTMAN.variable;
    expect([...new Set(used)].toSorted()).toEqual(variables.map(({ key }) => key).toSorted());
    expect(variables.filter(({ key }) => /key|token/i.test(key)).map(({ value }) => value)).toEqual(["", "", ""]);
  });

  it("has bodies that are valid, each a delivery of its own", () => {
    const bodies = all
      .filter(({ name }) => name.startsWith("Transfer a session"))
      .map(({ request }) => JSON.parse(request?.body?.raw ?? ""));
    expect(bodies.length).toBeGreaterThan(3);
    for (const body of bodies) expect(findFaults(OPEN_API.components.schemas.TransferRequest ?? {}, body)).toEqual([]);
    const ids = bodies.flatMap(({ deliveryId }) => deliveryId ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
