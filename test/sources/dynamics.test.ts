/** Dataverse's RemoteExecutionContext, without its columns: https://learn.microsoft.com/power-apps/developer/data-platform/use-webhooks */
import { describe, expect, it } from "vitest";
import { CORRELATION_ID, HEADERS, openContext as open, REQUEST, ROW_ID, UPDATE } from "../support/dynamics-context.ts";
import { readFixture } from "../support/fixture.ts";
import { configure, failureOf, openSource, resultOf, toWebhook } from "../support/open-source.ts";
import { ACCEPTED, REFUSED, UNKNOWN } from "../support/transfer-service.ts";
import { CANONICAL_ANSWERS, describeSource, type SourceContract } from "./source-contract.ts";

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

describe("source dynamics", () => {
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
    expect(verify(toWebhook({ body: UPDATE, query: "code=planted-secret" }))).toEqual(
      expect.objectContaining({ ok: false, reason: "missing-credential" }),
    );
  });
});
