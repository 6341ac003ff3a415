/** The committed descriptions of the API, and what they say of an answer, by a validator that is not ours. */
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import { parse } from "yaml";
import type { Content, OpenApiDocument } from "../../scripts/api/document.ts";

export function readDescription(name: string): string {
  return readFileSync(new URL(`../../api/${name}`, import.meta.url), "utf8");
}

export const OPEN_API: OpenApiDocument = parse(readDescription("openapi.yaml"));

/** What callers may find more in an answer later, no answer has today: a field that the description does not name is a mistake in it. */
function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== "object" || value === null) return value;
  const closed = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, close(each)]));
  return "properties" in closed ? { additionalProperties: false, ...closed } : closed;
}

// OpenAPI has words that JSON Schema has not.
const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ components: close(OPEN_API.components) }, "api");

const compiled = new Map<string, ValidateFunction>();

function compile(schema: object): ValidateFunction {
  const text = JSON.stringify(close(schema)).replaceAll('"#/components/', '"api#/components/');
  const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text));
  compiled.set(text, validate);
  return validate;
}

/** What is wrong with a value, by a schema of the document. */
export function findFaults(schema: object, value: unknown): string[] {
  const validate = compile(schema);
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What an answer has that the description of its operation does not, or the other way round. */
export function findLies(operationId: string, { status, headers, text }: Told): string[] {
  const response = findOperation(operationId).responses[status];
  if (response === undefined) return [`${operationId} has no ${status}`];
  const names = Object.fromEntries(Object.keys(response.headers).map((name) => [name.toLowerCase(), name]));
  const ofHeaders = Object.entries(headers).flatMap(([name, value]) => {
    if (name === "content-type") return [];
    const header = OPEN_API.components.headers[names[name] ?? ""];
    return header === undefined
      ? [`${status} has no header ${name}`]
      : findFaults(header.schema, value).map((fault) => `header ${name}${fault}`);
  });
  return [...ofHeaders, ...findLiesInBody(response.content, headers["content-type"], text)];
}

function findLiesInBody(content: Content | undefined, type: string | undefined, text: string): string[] {
  if (content === undefined) return text === "" ? [] : ["there is a body"];
  const media = content[type ?? ""];
  if (media === undefined) return [`no ${type}`];
  const body = JSON.parse(text);
  const faults = findFaults(media.schema, body);
  if (typeof body.code !== "string" || faults.length > 0) return faults;
  const codes = Object.values(content).flatMap(({ examples = {} }) => Object.values(examples).map(({ value }) => Object(value).code));
  return codes.includes(body.code) || body.ok !== undefined ? [] : [`no example of ${body.code}`];
}

function findOperation(operationId: string) {
  const all = Object.values(OPEN_API.paths).flatMap(({ parameters: _ofPath, ...operations }) => Object.values(operations));
  const found = all.find((operation) => operation.operationId === operationId);
  if (found === undefined) throw new Error(`no operation ${operationId}`);
  return found;
}
