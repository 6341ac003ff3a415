/** The connections, mappings and samples in the documents for whoever connects a caller, run through the code. */
import { describe, expect, it } from "vitest";
import { compileMapping } from "../lib/mapping/jsonata-mapping.ts";
import { ConfiguredConnection } from "../lib/sources/configured-connection.ts";
import { isFields, parseTransferRequest } from "../lib/transfer/request.ts";
import { blocksOf, connectionsAsWritten, connectionsIn, DOCUMENTS, IDS, PROOF, pageOf, toWebhook } from "./support/connect-documents.ts";
import { makeDrafts } from "./support/opened.ts";

/** Pages whose sample on the vendor's side is a body: as the vendor writes it, or as it is to be pasted. The others show parameters or slots. */
const WITHOUT_BODY = ["dialogflow-cx", "lex-v2", "rasa"];
const WITH_BODY = IDS.filter((id) => !WITHOUT_BODY.includes(id));
const MAPPED = IDS.filter((id) => mappingOf(id) !== undefined);
/** What these vendors always send. */
const NEVER_NULL = ["botpress: userId", "rasa: sender_id", "salesforce-outbound-message: Notification.sObject.Id"];
/** Ids that may come as numbers. */
const NUMBERS = [
  "chatwoot: id",
  "freshdesk: ticket_id",
  "generic: execution.id",
  "hubspot: vid",
  "intercom: data.item.id",
  "zendesk: ticket_id",
];

function mappingOf(id: string): string | undefined {
  return blocksOf(pageOf(id), "jsonata")[0];
}

/** The sample under a heading of a page, with what its placeholders may become. */
function sampleOf(id: string, heading: string): Buffer | undefined {
  const [sample] = ["json", "xml"].flatMap((language) => blocksOf(pageOf(id), language, heading));
  return sample === undefined ? undefined : Buffer.from(sample.replaceAll(/\{\{[^}]*\}\}/g, "1552524689-16797284"));
}

describe("the connections and mappings in the documents", () => {
  it.each(DOCUMENTS)("are JSON, and valid: %s", async (document) => {
    for (const text of blocksOf(document, "json")) expect(() => JSON.parse(text)).not.toThrow();
    for (const connection of connectionsIn(document)) {
      const { data, error } = await ConfiguredConnection.safeParseAsync(connection);
      expect(error?.issues).toBeUndefined();
      if (IDS.map(pageOf).includes(document)) expect(pageOf(data?.source.id ?? "")).toBe(document);
    }
    for (const expression of blocksOf(document, "jsonata")) await expect(compileMapping(expression)).resolves.toBeTypeOf("function");
  });

  it.each(DOCUMENTS)("are refused with the secret that is to be changed: %s", async (document) => {
    for (const connection of connectionsAsWritten(document)) {
      if (!JSON.stringify(connection).includes('"secrets"')) continue;
      const { error } = await ConfiguredConnection.safeParseAsync(connection);
      expect(error?.issues.map(({ path }) => path.join("."))).toEqual(["verification.secrets"]);
    }
  });

  it.each(MAPPED)("make valid requests of the sample of %s", async (id) => {
    const requests = await requestsOf(id, toWebhook(id), mappingOf(id));
    expect(requests.length).toBeGreaterThan(0);
    for (const request of requests) expect(request).toMatchObject({ callId: expect.stringMatching(/^\d{10}-\d+$/) });
  });

  it.each(WITH_BODY)("go with the body that is to be pasted for %s", async (id) => {
    const body = sampleOf(id, "On the vendor's side") ?? Buffer.of();
    expect(await requestsOf(id, { ...toWebhook(id), body })).toMatchObject([{ target: { type: "skill-queue", address: "31" } }]);
  });

  it.each(MAPPED.filter((id) => !WITHOUT_BODY.includes(id)))("read what the page of %s shows beside them", async (id) => {
    const body = sampleOf(id, "Mapping") ?? sampleOf(id, "On the vendor's side") ?? Buffer.of();
    const [request] = await requestsOf(id, { ...toWebhook(id), body }, mappingOf(id));
    expect(request).toMatchObject({ callId: "1552524689-16797284", target: { type: "skill-queue", address: "31" } });
    if (!["bot-framework", "botpress"].includes(id)) expect(request?.reference).toMatch(/\w$/);
  });

  it.each(
    MAPPED.flatMap((id) => [
      ...pathsIn(id).flatMap((path) => (NEVER_NULL.includes(`${id}: ${path}`) ? [] : [{ id, path, value: null }])),
      ...pathsIn(id).flatMap((path) => (NUMBERS.includes(`${id}: ${path}`) ? [{ id, path, value: 40221 }] : [])),
    ]),
  )("take what the vendor may send: $id, $path as $value", async ({ id, path, value }) => {
    const seen = await seenBy(id);
    const body = withValue(seen, path.split("."), value);
    expect(body).not.toEqual(seen);
    const fields = await (await compileMapping(mappingOf(id) ?? ""))({ body, headers: {}, query: {}, source: id, receivedAt: "" });
    const { settings } = await ConfiguredConnection.parseAsync(connectionsIn(pageOf(id))[0]);
    if (namesCall(id, path))
      expect(() => parseTransferRequest({ fields }, settings)).toThrow(expect.objectContaining({ code: "invalid-request" }));
    else expect(parseTransferRequest({ fields }, settings)).toMatchObject({ callId: expect.any(String) });
  });
});

/** What the page's first connection makes of a webhook. */
async function requestsOf(id: string, webhook: ReturnType<typeof toWebhook>, mapping?: string) {
  const { open, settings } = await ConfiguredConnection.parseAsync(Object.assign({}, connectionsIn(pageOf(id))[0], mapping && { mapping }));
  const opened = await open(webhook, PROOF);
  return (await makeDrafts(opened)).map((draft) => parseTransferRequest(draft, settings));
}

/** Where a page's mapping looks, in its body: the fields, and what they are in. */
function pathsIn(id: string): string[] {
  const paths = [...(mappingOf(id) ?? "").matchAll(/\bbody\.([\w.]+)/g)].map(([, path = ""]) => path.split("."));
  return [...new Set(paths.flatMap((path) => path.map((_name, index) => path.slice(0, index + 1).join("."))))];
}

function namesCall(id: string, path: string): boolean {
  const [, found = ""] = /"callId": body\.([\w.]+)/.exec(mappingOf(id) ?? "") ?? [];
  return `${found}.`.startsWith(`${path}.`);
}

/** The body that a mapping of this source sees of its sample. */
async function seenBy(id: string): Promise<unknown> {
  const connection = Object.assign({}, connectionsIn(pageOf(id))[0], { mapping: '{ "callId": "c-1", "seen": body }' });
  const { open } = await ConfiguredConnection.parseAsync(connection);
  const [draft] = await makeDrafts(await open(toWebhook(id), PROOF));
  return isFields(draft?.fields) ? draft.fields.seen : undefined;
}

function withValue(body: unknown, [name = "", ...path]: readonly string[], value: unknown): unknown {
  const fields = isFields(body) ? body : {};
  return { ...fields, [name]: path.length === 0 ? value : withValue(fields[name], path, value) };
}
