/**
 * The OpenAPI 2.0 document, made from the 3.0 one for the tools that take no other: custom connectors of Microsoft's Power Platform and Logic Apps.
 * It is under 1 MB, and of several security definitions those tools take the first:
 * https://learn.microsoft.com/connectors/custom-connectors/define-openapi-definition. What 2.0 cannot say is dropped:
 * - `oneOf`: of answers, one object with what all of them may have; `target` of a request is the name of one of the connection's targets, which is also what a
 *   connection may use unless it is allowed more. Any other union is untyped.
 * - all but the first example of an answer, and those of requests and parameters; Bearer, which 2.0 does not know; the servers but one; HEAD, which no flow has.
 * - references to parameters and headers, which are written out: https://learn.microsoft.com/connectors/custom-connectors/openapi-extensions shows none.
 */
import { type Content, type Fields, METHODS, type OpenApiDocument, type Operation, type Reference, type Response } from "./document.ts";

/**
 * The drop-down list of targets, in both of Microsoft's ways, of which older flows know the first:
 * https://learn.microsoft.com/connectors/custom-connectors/openapi-extensions#use-dynamic-values
 */
const TARGETS = {
  "x-ms-dynamic-values": {
    operationId: "GetConnection",
    "value-collection": "targets",
    "value-path": "name",
    "value-title": "name",
    parameters: { connection: { parameter: "connection" } },
  },
  "x-ms-dynamic-list": {
    operationId: "GetConnection",
    itemsPath: "targets",
    itemValuePath: "name",
    itemTitlePath: "name",
    parameters: { connection: { parameterReference: "connection" } },
  },
};

/** In this order. */
const SECURITY = ["apiKey", "basic", "statusToken", "serviceToken"];
/** What a parameter has of its schema. */
const OF_PARAMETERS = ["type", "format", "enum", "default", "minimum", "maximum", "minLength", "maxLength", "pattern"];

export function toSwagger({ info, servers, tags, paths, components }: OpenApiDocument): Fields {
  const { host, protocol } = new URL(servers[0]?.url ?? "");

  function toSchema(schema: Fields): Fields {
    const { $ref, allOf, oneOf, anyOf, nullable, title, properties, items, additionalProperties, ...others } = schema;
    if (typeof $ref === "string") return { $ref: $ref.replace("#/components/schemas/", "#/definitions/") };
    const words = { ...others, ...(title !== undefined && { "x-ms-summary": title }) };
    if (Array.isArray(allOf) && allOf.length === 1) return { ...words, ...toSchema(toFields(allOf[0])) };
    const union = toList(oneOf ?? anyOf).map((each) => components.schemas[nameOf(each)] ?? toFields(each));
    if (union.length > 0) return union.every(({ type }) => type === "object") ? { ...words, ...toSchema(merge(union)) } : words;
    return {
      ...words,
      ...(nullable === true && { "x-nullable": true }),
      ...(properties !== undefined && { properties: mapValues(toFields(properties), (each) => toSchema(toFields(each))) }),
      ...(items !== undefined && { items: toSchema(toFields(items)) }),
      ...(additionalProperties !== undefined && {
        additionalProperties: typeof additionalProperties === "boolean" ? additionalProperties : toSchema(toFields(additionalProperties)),
      }),
    };
  }

  function toParameter(reference: Reference): Fields {
    const { schema, example: _dropped, ...others } = { ...components.parameters[nameOf(reference)] };
    return { ...others, ...pick(toFields(schema), OF_PARAMETERS) };
  }

  function toHeader(reference: Reference): Fields {
    const { schema, ...others } = { ...components.headers[nameOf(reference)] };
    return { ...others, ...schema };
  }

  function toBody(content: Content): Fields {
    return { name: "body", in: "body", required: true, schema: toSchema(Object.values(content)[0]?.schema ?? {}) };
  }

  function toResponse({ description, headers, content = {} }: Response): Fields {
    const [[type, { schema, examples = {} }] = ["", { schema: undefined }]] = Object.entries(content);
    const [example] = Object.values(examples);
    return {
      description,
      ...(schema !== undefined && { schema: toSchema(schema) }),
      headers: mapValues(headers, toHeader),
      ...(example !== undefined && { examples: { [type]: example.value } }),
    };
  }

  function toOperation(operation: Operation, ofPath: readonly Reference[]): Fields {
    const { parameters = [], requestBody, responses, security, ...others } = operation;
    return {
      ...others,
      ...(requestBody !== undefined && { consumes: ["application/json"] }),
      produces: ["application/json", "application/problem+json"],
      security: security.filter((each) => Object.keys(each).every((name) => SECURITY.includes(name))),
      parameters: [...[...ofPath, ...parameters].map(toParameter), ...(requestBody === undefined ? [] : [toBody(requestBody.content)])],
      responses: mapValues(responses, toResponse),
    };
  }

  const definitions = mapValues(components.schemas, toSchema);
  return {
    swagger: "2.0",
    info,
    host,
    basePath: "/",
    schemes: [protocol.replace(":", "")],
    tags,
    paths: mapValues(paths, ({ parameters = [], ...operations }) =>
      Object.fromEntries(
        METHODS.filter((method) => method !== "head").flatMap((method) => {
          const operation = operations[method];
          return operation === undefined ? [] : [[method, toOperation(operation, parameters)]];
        }),
      ),
    ),
    definitions: { ...definitions, TransferRequest: withTargetsByName(definitions.TransferRequest ?? {}) },
    securityDefinitions: Object.fromEntries(SECURITY.map((name) => [name, toSecurity(components.securitySchemes[name] ?? {})])),
  };
}

function withTargetsByName(request: Fields): Fields {
  const { target, ...properties } = toFields(request.properties);
  const { callId, ...others } = properties;
  const description = "Where the session goes: one of the connection's targets, by its name. The connection's default unless given.";
  return { ...request, properties: { callId, target: { ...toFields(target), type: "string", description, ...TARGETS }, ...others } };
}

/** One object that may be any of these: what all require is required, and a closed list has what any of them has. */
function merge(objects: readonly Fields[]): Fields {
  const properties: Record<string, Fields> = {};
  for (const [name, property] of objects.flatMap((object) => Object.entries(toFields(object.properties)))) {
    const known = properties[name];
    properties[name] = known === undefined ? toFields(property) : toEither(known, toFields(property));
  }
  const required = toList(objects[0]?.required).filter((name) => objects.every((object) => toList(object.required).includes(name)));
  return { type: "object", properties, ...(required.length > 0 && { required }) };
}

function toEither(one: Fields, other: Fields): Fields {
  const { enum: _closed, ...open } = one;
  if (!Array.isArray(one.enum) || !Array.isArray(other.enum)) return open;
  const description = [...new Set([one.description, other.description])].join(" ");
  return { ...open, description, enum: [...new Set([...one.enum, ...other.enum])] };
}

function toSecurity({ type, scheme, ...others }: Fields): Fields {
  return type === "http" ? { type: scheme, ...others } : { type, ...others };
}

/** Of a reference, the name in it. */
function nameOf(value: unknown): string {
  return String(toFields(value).$ref).split("/").at(-1) ?? "";
}

function toFields(value: unknown): Fields {
  return typeof value === "object" && !Array.isArray(value) ? { ...value } : {};
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function mapValues<Value, Made>(fields: Readonly<Record<string, Value>>, map: (value: Value) => Made): Record<string, Made> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value)]));
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
}
