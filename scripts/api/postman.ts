/**
 * A Postman collection (v2.1.0), made from the OpenAPI document: a request for each example of a body, and every example of an answer saved with the first of
 * them. Ours and not Postman's own converter, which makes up values and ids anew each time, sets every optional header, and brings 80 packages.
 * https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html
 */
import { createHash } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { type Content, type Fields, METHODS, type OpenApiDocument, type Operation, type Reference } from "./document.ts";
import { EXAMPLE_CALL_ID } from "./examples.ts";

/** What whoever imports it fills in: as the local stack of `npm start` has it. */
const VARIABLES = {
  baseUrl: "http://127.0.0.1:3000",
  connection: "demo",
  apiKey: "",
  callId: EXAMPLE_CALL_ID,
  transferId: "",
  gateway: "main",
  agentId: "101",
  agentKey: "",
  serviceToken: "",
};

/** By the security scheme that an operation names first, and for an agent's session a key of its own. */
const SCHEMES: Readonly<Record<string, Fields>> = { serviceToken: withKey("service_token", "serviceToken") };
const AGENT_SESSIONS = withKey("x-api-key", "agentKey");

export function toPostman({ info, tags, paths, components }: OpenApiDocument): Fields {
  function toRequest(
    method: string,
    path: string,
    { description, security, requestBody, parameters = [] }: Operation,
    body?: unknown,
  ): Fields {
    const [scheme] = security.flatMap((each) => Object.keys(each));
    const auth = scheme === undefined ? { type: "noauth" } : path.startsWith("/v1/agent-sessions/") ? AGENT_SESSIONS : SCHEMES[scheme];
    const optional = parameters.map((reference: Reference) => components.parameters[reference.$ref.split("/").at(-1) ?? ""]);
    const toChoice = (place: string) =>
      optional.flatMap((parameter) =>
        parameter?.in === place
          ? [{ key: parameter.name, value: parameter.example ?? "", description: parameter.description, disabled: true }]
          : [],
      );
    const route = path.slice(1).replaceAll(/\{(\w+)\}/g, ":$1");
    const query = toChoice("query");
    return {
      method: method.toUpperCase(),
      description,
      ...(auth !== undefined && { auth }),
      header: [...(requestBody === undefined ? [] : [{ key: "Content-Type", value: "application/json" }]), ...toChoice("header")],
      url: {
        raw: `{{baseUrl}}/${route}`,
        host: ["{{baseUrl}}"],
        path: route.split("/"),
        ...(query.length > 0 && { query }),
        variable: [...path.matchAll(/\{(\w+)\}/g)].map(([, key]) => ({ key, value: `{{${key}}}` })),
      },
      ...(body !== undefined && { body: { mode: "raw", raw: toText(body), options: { raw: { language: "json" } } } }),
    };
  }

  function toItems(method: string, path: string, operation: Operation): Fields[] {
    const bodies = Object.entries(toExamples(operation.requestBody?.content ?? {}));
    const requests =
      bodies.length === 0
        ? [{ name: operation.summary, id: operation.operationId, request: toRequest(method, path, operation) }]
        : bodies.map(([id, { summary, value }]) => ({
            name: bodies.length === 1 ? operation.summary : `${operation.summary}: ${summary}`,
            id: `${operation.operationId}/${id}`,
            request: toRequest(method, path, operation, value),
          }));
    return requests.map(({ name, id, request }, at) => ({
      id: toId(id),
      name,
      request,
      response: at === 0 ? toResponses(operation, request) : [],
    }));
  }

  return {
    info: {
      _postman_id: toId("collection"),
      name: info.title,
      description: info.description,
      schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    },
    auth: withKey("x-api-key", "apiKey"),
    variable: Object.entries(VARIABLES).map(([key, value]) => ({ key, value, type: "string" })),
    item: tags.map(({ name, description }) => ({
      name,
      description,
      item: Object.entries(paths).flatMap(([path, item]) =>
        METHODS.flatMap((method) => (item[method]?.tags.includes(name) === true ? toItems(method, path, item[method]) : [])),
      ),
    })),
  };
}

function toResponses({ operationId, responses }: Operation, originalRequest: Fields): Fields[] {
  return Object.entries(responses).flatMap(([status, { description, content = {} }]): Fields[] => {
    const saved = { originalRequest, status: STATUS_CODES[status] ?? "", code: Number(status) };
    if (Object.keys(content).length === 0)
      return [{ id: toId(`${operationId}/${status}`), name: description, ...saved, header: [], body: "" }];
    return Object.entries(content).flatMap(([type, { examples = {} }]) =>
      Object.entries(examples).map(([name, { summary, value }]) => ({
        id: toId(`${operationId}/${status}/${name}`),
        name: summary,
        ...saved,
        _postman_previewlanguage: "json",
        header: [{ key: "Content-Type", value: type }],
        body: toText(value),
      })),
    );
  });
}

function toExamples(content: Content): NonNullable<Content[string]["examples"]> {
  return Object.values(content)[0]?.examples ?? {};
}

/** The call is whoever imports it to say. */
function toText(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(`"${EXAMPLE_CALL_ID}"`, '"{{callId}}"');
}

function withKey(header: string, variable: string): Fields {
  const settings = { key: header, value: `{{${variable}}}`, in: "header" };
  return { type: "apikey", apikey: Object.entries(settings).map(([key, value]) => ({ key, value, type: "string" })) };
}

/** The same for the same name, in the form of a UUID. */
function toId(name: string): string {
  const hex = createHash("sha256").update(`ccgateway-transfer-webhooks/${name}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}
