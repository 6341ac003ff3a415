/** Dataverse's RemoteExecutionContext: https://learn.microsoft.com/power-apps/developer/data-platform/use-webhooks */
import { describe, expect, it } from "vitest";
import { readFixture } from "../support/fixture.ts";
import { configure, failureOf, openSource, resultOf, toWebhook } from "../support/open-source.ts";
import { ACCEPTED, REFUSED, UNKNOWN } from "../support/transfer-service.ts";
import { CANONICAL_ANSWERS, describeSource, type SourceContract } from "./source-contract.ts";

const UPDATE = new TextDecoder().decode(readFixture("dynamics/update.json"));
const CORRELATION_ID = "b374239d-4233-41a9-8b17-a86cb4f737b5";
const ROW_ID = "6d81597f-0f9f-e711-8122-000d3aa2331c";
const HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "x-ms-dynamics-organization": "orgname.crm4.dynamics.com",
  "x-ms-dynamics-entity-name": "incident",
  "x-ms-dynamics-request-name": "Update",
  "x-ms-correlation-request-id": CORRELATION_ID,
};
const REQUEST = {
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  callData: "Rückruf für Jörg Müller, Ticket CAS-01026",
  reference: "CAS-01026",
  deliveryId: `${CORRELATION_ID}/${ROW_ID}`,
};

const CONTRACT: SourceContract = {
  id: "dynamics",
  verification: {},
  secrets: { current: "key-current-1", next: "key-next-22", expired: "key-expired-333", wrong: "key-wrong-4444" },
  headers: HEADERS,
  sign: (_unsigned, secret) => ({ headers: { "x-api-key": secret } }),
  signsBody: false,
  body: readFixture("dynamics/update.json"),
  requests: [REQUEST],
  answers: { ...CANONICAL_ANSWERS, inProgress: { status: 503, body: { code: "duplicate-in-progress", effect: "unknown" } } },
  repeats: ({ status }) => [502, 503, 504].includes(status),
};

describeSource(CONTRACT);
describeSource({
  ...CONTRACT,
  variant: "WebhookKey",
  verification: { in: ["query"] },
  sign: (_unsigned, secret) => ({ headers: {}, query: new URLSearchParams({ code: secret }).toString() }),
});

interface Column {
  readonly key: string;
  readonly value: unknown;
}

/** The fixture with other columns in its target. */
function withColumns(...columns: readonly Column[]): string {
  const context = JSON.parse(UPDATE);
  context.InputParameters[0].value.Attributes.push(...columns);
  return JSON.stringify(context);
}

function open(body = UPDATE, headers: Readonly<Record<string, string>> = HEADERS, over: Readonly<Record<string, unknown>> = {}) {
  return openSource({ connection: { source: "dynamics", ...over }, body, headers });
}

async function recordOf(body: string): Promise<Readonly<Record<string, unknown>>> {
  const over = { mapping: '{ "callData": $string(body.record) }' };
  const { opened } = await open(body, HEADERS, over);
  return "drafts" in opened ? JSON.parse(Object(opened.drafts[0]?.fields).callData) : {};
}

describe("source dynamics", () => {
  it("makes one record of the row, its columns as plain values, what has changed before its image", async () => {
    expect(await recordOf(UPDATE)).toEqual({
      ticketnumber: "CAS-01026-X4B2",
      new_ccgw_reference: "CAS-01026",
      new_ccgw_call_data: "Rückruf für Jörg Müller, Ticket CAS-01026",
      customerid: "0c1f2b7a-5d10-4c8e-9b52-3f0f6f6c1a11",
      incidentid: ROW_ID,
      new_ccgw_call_id: "1552524689-16797284",
      new_ccgw_target: "agent:205",
      statuscode: 4,
      new_amount: 129.5,
      modifiedon: "2026-11-23T06:58:59.000Z",
      modifiedby: "75c2dd85-e89e-e711-8122-000d3aa2331c",
      modifiedonbehalfby: null,
    });
  });

  it.each([
    ["/Date(1506384247000)/", "2017-09-26T00:04:07.000Z"],
    ["/Date(1506409448000-0700)/", "2017-09-26T07:04:08.000Z"],
    ["/Date(-1)/", "1969-12-31T23:59:59.999Z"],
    ["/Date(8640000000000001)/", "/Date(8640000000000001)/"],
    ["/Date(x)/", "/Date(x)/"],
    ["see /Date(1)/", "see /Date(1)/"],
  ])("reads %s as %s", async (value, expected) => {
    expect(await recordOf(withColumns({ key: "when", value }))).toMatchObject({ when: expected });
  });

  it.each([
    ["a list", [1, 2]],
    ["a record of no known type", { a: 1 }],
    ["a truth value", true],
  ])("leaves %s as it is", async (_what, value) => {
    expect(await recordOf(withColumns({ key: "other", value }))).toMatchObject({ other: value });
  });

  it.each(["ccgw_call_id", "new_ccgw_call_id", "cr8a1_ccgw_call_id"])("finds the column %s", async (name) => {
    const { requests } = await open(UPDATE.replaceAll("new_ccgw_call_id", name));
    expect(requests()).toEqual([REQUEST]);
  });

  it("refuses two columns that say different things for one field, and names both", async () => {
    const { requests } = await open(withColumns({ key: "cr8a1_ccgw_call_id", value: "c-2" }));
    const errors = ["#/cr8a1_ccgw_call_id", "#/new_ccgw_call_id"].map((pointer) => expect.objectContaining({ pointer }));
    expect(requests).toThrow(expect.objectContaining({ code: "invalid-request", errors: expect.arrayContaining(errors) }));
  });

  it.each(["", " ", null, REQUEST.callId])("takes two columns for one field of which one is %j", async (value) => {
    const { requests } = await open(withColumns({ key: "cr8a1_ccgw_call_id", value }));
    expect(requests()).toEqual([REQUEST]);
  });

  it("finds the parameters of a custom API", async () => {
    const parameters = [
      { key: "ccgw_call_id", value: "c-1" },
      { key: "ccgw_target", value: "skill-queue:31" },
    ];
    const { requests } = await open(JSON.stringify({ MessageName: "new_HandOver", InputParameters: parameters }));
    expect(requests()).toMatchObject([{ callId: "c-1", target: { type: "skill-queue", address: "31" }, deliveryId: CORRELATION_ID }]);
  });

  it("names the delivery after the operation and the row: several may change in one", async () => {
    const ofRow = async (id: string) => (await open(UPDATE.replaceAll(ROW_ID, id))).requests()[0]?.deliveryId;
    expect(await ofRow("row-1")).not.toBe(await ofRow("row-2"));
    expect(await ofRow("row-1")).toBe(await ofRow("row-1"));
  });

  it("leaves the delivery to be derived where no operation is named", async () => {
    const { "x-ms-correlation-request-id": _id, ...others } = HEADERS;
    expect((await open(UPDATE, others)).requests()).toEqual([{ ...REQUEST, deliveryId: undefined }]);
  });

  it.each(["true", "True", ""])("refuses what Dataverse has cut (x-ms-dynamics-msg-size-exceeded: %j), and says why", async (value) => {
    const { InputParameters: _cut, PostEntityImages: _too, ...rest } = JSON.parse(UPDATE);
    const { opened } = await open(JSON.stringify(rest), { ...HEADERS, "x-ms-dynamics-msg-size-exceeded": value });
    const detail = expect.stringContaining("256 KB");
    expect(opened).toMatchObject({ error: { code: "invalid-request", errors: [{ pointer: "#/InputParameters", detail }] } });
  });

  it.each([
    ["no parameters", "{}"],
    ["parameters of another form", '{"InputParameters":{"Target":1},"PostEntityImages":[{"key":1}]}'],
    ["a target that is a reference", '{"InputParameters":[{"key":"Target","value":{"Id":"1","LogicalName":"incident"}}]}'],
  ])("misses the call in a context with %s", async (_what, body) => {
    const { requests } = await open(body);
    expect(requests).toThrow(expect.objectContaining({ code: "invalid-request" }));
  });

  it("shows its mapping what Dataverse wrote, its headers, and no secret from the address", async () => {
    const mapping = '{ "callId": body.InputParameters[key="Target"].value.LogicalName, "callData": $string([headers, query]) }';
    const connection = { source: "dynamics", mapping, verification: { in: ["query"], secrets: [{ id: "a", value: "planted-secret" }] } };
    const { opened } = await openSource({
      connection,
      body: UPDATE,
      headers: HEADERS,
      query: "code=planted-secret&code=rotated-away&tag=1",
    });
    const [{ fields } = { fields: undefined }] = "drafts" in opened ? opened.drafts : [];
    expect(fields).toMatchObject({ callId: "incident" });
    expect(JSON.parse(Object(fields).callData)).toEqual([
      {
        "content-type": "application/json; charset=utf-8",
        "x-ms-dynamics-organization": "orgname.crm4.dynamics.com",
        "x-ms-dynamics-entity-name": "incident",
        "x-ms-dynamics-request-name": "Update",
      },
      { tag: "1" },
    ]);
  });

  it.each([
    ["accepted", resultOf(ACCEPTED), 200],
    ["unknown", resultOf(UNKNOWN), 202],
    ["refused", resultOf(REFUSED), 422],
    ["without time to send it", failureOf("deadline-exceeded"), 503],
    ["in progress", failureOf("duplicate-in-progress"), 503],
    ["a bug before it was sent", failureOf("internal"), 500],
    ["a bug after it was sent", failureOf("internal", "unknown"), 202],
  ])("tells by the status of a transfer that is %s: %s", async (_what, outcome, status) => {
    expect((await open()).reply(outcome).status).toBe(status);
  });

  it.each([
    [{ in: ["header"], header: "x-ccgw-key" }, { headers: { "x-ccgw-key": "planted-secret" } }],
    [{}, { headers: { authorization: "Bearer planted-secret" } }],
    [{ in: ["query"], parameter: "Key1" }, { query: "Key1=planted-secret" }],
  ])("is proven as %j says", async (settings, proof) => {
    const verification = { ...settings, secrets: [{ id: "a", value: "planted-secret" }] };
    const { verify } = await configure({ source: "dynamics", verification });
    expect(verify(toWebhook({ body: UPDATE, ...proof }))).toMatchObject({ ok: true, secretId: "a" });
    expect(verify(toWebhook({ body: UPDATE, query: "code=planted-secret" }))).toEqual({ ok: false, reason: "missing-credential" });
  });
});
