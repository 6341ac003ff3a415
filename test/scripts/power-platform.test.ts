/** What Microsoft publishes that a custom connector of the Power Platform has to be, rule by rule. Whether the platform takes it, only the platform can say. */
import { describe, expect, it } from "vitest";
import { readDescription } from "../support/api-descriptions.ts";

const SWAGGER = JSON.parse(readDescription("swagger.json"));
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Readonly<Record<string, unknown>>[];
  readonly responses: Readonly<Record<string, object>>;
}
const OPERATIONS: readonly Operation[] = Object.values<Record<string, Operation>>(SWAGGER.paths).flatMap((path) => Object.values(path));
const byId = (operation: Operation) => [operation.operationId, operation] as const;

/** Every object of the document, and where it stands; what an example has is none of its own. */
function* objectsIn(value: unknown, path = ""): Generator<readonly [string, Readonly<Record<string, unknown>>]> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield [path, { ...value }];
  for (const [name, each] of Object.entries(value)) if (name !== "examples") yield* objectsIn(each, `${path}/${name}`);
}
const OBJECTS = [...objectsIn(SWAGGER)];

/** https://learn.microsoft.com/connectors/custom-connectors/define-openapi-definition */
describe("the definition", () => {
  it("is OpenAPI 2.0, in less than 1 MB", () => {
    expect(SWAGGER.swagger).toBe("2.0");
    expect(Buffer.byteLength(readDescription("swagger.json"))).toBeLessThan(1_000_000);
  });

  it("proves callers by one key in a header before anything else: of several definitions, the first is taken", () => {
    expect(Object.values(SWAGGER.securityDefinitions)[0]).toMatchObject({ type: "apiKey", in: "header" });
  });
});

/** https://learn.microsoft.com/connectors/custom-connectors/connector-string-guidance */
describe("the words of", () => {
  it("the connector have no more than 30 characters as a title, and neither the word API nor a product of the platform", () => {
    const { title, description } = SWAGGER.info;
    expect(title.length).toBeLessThanOrEqual(30);
    expect(`${title} ${description}`).not.toMatch(/\bAPI\b|Power (?:Platform|Automate|Apps)|Copilot/);
  });

  it.each(OPERATIONS.map(byId))("%s are a short name without a slash, which ends with a letter or a digit", (_id, { summary }) => {
    expect(summary).toMatch(/^[^/]{1,79}[A-Za-z0-9]$/);
  });
});

/** https://learn.microsoft.com/connectors/custom-connectors/coding-standards */
describe("the operation", () => {
  it.each(OPERATIONS.map(byId))("%s has an id in Pascal case, and a description that is a sentence", (id, { description }) => {
    expect(id).toMatch(/^(?:[A-Z][a-z]+)+$/);
    expect(description).toMatch(/\.$/);
  });

  it("has an id of its own", () => {
    expect(new Set(OPERATIONS.map(({ operationId }) => operationId)).size).toBe(OPERATIONS.length);
  });
});

/** https://learn.microsoft.com/connectors/custom-connectors/openapi-extensions */
describe("what the platform shows", () => {
  it.each(OPERATIONS.map(byId))("of the parameters of %s has a title and a description", (_id, { parameters }) => {
    for (const parameter of parameters.filter((each) => each.in !== "body"))
      expect(parameter).toMatchObject({ "x-ms-summary": expect.any(String), description: expect.any(String) });
  });

  it("of each field of a request or an answer has a title", () => {
    const fields = OBJECTS.filter(([path, field]) => /\/properties\/[^/]+$/.test(path) && field.$ref === undefined);
    expect(fields.length).toBeGreaterThan(50);
    expect(fields.filter(([, field]) => typeof field["x-ms-summary"] !== "string").map(([path]) => path)).toEqual([]);
  });

  it("is important, advanced or internal, and what it does not know of is not there", () => {
    const KNOWN = ["x-ms-summary", "x-ms-visibility", "x-ms-url-encoding", "x-ms-dynamic-values", "x-ms-dynamic-list"];
    const names = OBJECTS.flatMap(([, object]) => Object.keys(object).filter((name) => name.startsWith("x-ms-")));
    expect([...new Set(names)].toSorted()).toEqual(KNOWN.toSorted());
    const shown = OBJECTS.flatMap(([, object]) => object["x-ms-visibility"] ?? []);
    expect(["important", "advanced", "internal"]).toEqual(expect.arrayContaining([...new Set(shown)]));
  });
});

/** https://github.com/microsoft/PowerPlatformConnectors, schemas/apiDefinition.swagger.schema.json, which editors hold a definition against */
describe("Microsoft's schema of a definition", () => {
  it("knows no union, and of a reference nothing beside it", () => {
    for (const [path, object] of OBJECTS) {
      expect(
        ["oneOf", "anyOf", "not", "nullable", "const"].filter((name) => Object.hasOwn(object, name) && !path.endsWith("/properties")),
      ).toEqual([]);
      if (typeof object.$ref === "string") expect(object).toEqual({ $ref: expect.stringMatching(/^#\/definitions\/\w+$/) });
    }
  });

  it("knows one type of each thing, and answers by their status alone", () => {
    const types = OBJECTS.filter(([path]) => !path.endsWith("/properties")).flatMap(([, { type }]) => (type === undefined ? [] : [type]));
    expect(["string", "number", "integer", "boolean", "array", "object", "apiKey", "basic"]).toEqual(
      expect.arrayContaining([...new Set(types)]),
    );
    for (const { responses } of OPERATIONS) for (const status of Object.keys(responses)) expect(status).toMatch(/^(?:\d{3}|default)$/);
  });
});
