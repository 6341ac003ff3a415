import { describe, expect, it } from "vitest";
import { exampleRequest } from "../support/stack.ts";
import { useStack } from "../support/use-stack.ts";

const CALL = "1552524689-16797284";
const OTHER_CALL = "1552524689-16797285";

const stack = useStack();

const WAYS: readonly [
  string,
  { readonly body?: object; readonly query?: string; readonly connection?: Readonly<Record<string, unknown>> },
][] = [
  ["in the body", { body: { dryRun: true } }],
  ["in the query", { query: "dryRun" }],
  ["in the query with a value", { query: "dryRun=true" }],
  ["in the query though the body says no", { query: "dryRun", body: { dryRun: false } }],
  ["in the body though the query says no", { query: "dryRun=false", body: { dryRun: true } }],
  ["of a test connection", { connection: { test: true } }],
  ["of a test connection though the body says no", { connection: { test: true }, body: { dryRun: false } }],
];

describe("a dry run", () => {
  it.each(WAYS)(
    "%s shows what would be sent, without the Guid, and no connection is made",
    async (_name, { body, query = "", ...documents }) => {
      const { connection } = stack.connect(documents);
      const before = stack.gateway.connections.opened;
      const answer = await stack.transfer(connection, { ...exampleRequest(CALL), ...body }, { query });
      expect(answer).toMatchObject({
        status: 200,
        body: {
          dryRun: true,
          request: { callId: CALL, agentId: "101", target: { type: "agent", address: "205" }, mode: "release-after-transfer" },
          wire: {
            method: "POST",
            url: `${stack.gateway.url}/agentgateway/resource/mediacall/101/transfer`,
            headers: { "Content-Type": "application/json; charset=UTF-8" },
            body: { callid: CALL, caller: "88880021", devicetype: 2, mode: 2, address: "205", calldata: "help" },
          },
        },
      });
      expect(answer.body).not.toHaveProperty("state");
      expect(answer.text).not.toContain(stack.gateway.guidOf("101"));
      expect(stack.gateway.connections.opened).toBe(before);
    },
  );

  it.each([
    ["dryRun=false", undefined],
    ["", false],
  ])("is not asked for by the query %j and the body's %j", async (query, dryRun) => {
    const { connection } = stack.connect();
    const answer = await stack.transfer(connection, { ...exampleRequest(CALL), dryRun }, { query });
    expect(answer.body.state).toBe("accepted");
  });

  it.each(["dryrun", "dry-run=true", "dryRun=yes", "dryRun=TRUE", "dryRun&a=b", "test=true"])(
    "that is misspelled as %s transfers nobody",
    async (query) => {
      const { connection } = stack.connect();
      const answer = await stack.transfer(connection, exampleRequest(CALL), { query });
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request", effect: "none" } });
      expect(stack.gateway.transfers()).toHaveLength(0);
    },
  );

  it("claims nothing: the delivery can still be transferred", async () => {
    const { connection } = stack.connect();
    const request = { ...exampleRequest(CALL), deliveryId: "run-1" };
    await stack.transfer(connection, { ...request, dryRun: true });
    expect((await stack.transfer(connection, request)).body).toMatchObject({ state: "accepted", replayed: false });
    expect((await stack.transfer(connection, { ...request, dryRun: true })).body).toMatchObject({ dryRun: true });
    expect(stack.gateway.transfers()).toHaveLength(1);
  });

  it("fails as the transfer would", async () => {
    const dry = { ...exampleRequest(CALL), dryRun: true };
    const codes = [
      await stack.transfer(stack.connect({ connection: { allow: {} } }).connection, dry),
      await stack.transfer(stack.connect({ agent: null }).connection, dry),
      await stack.transfer(stack.connect({ gateway: { url: "http://127.0.0.1" } }).connection, dry),
      await stack.transfer(stack.connect().connection, { ...dry, callId: "" }),
    ].map(({ body }) => body.code);
    expect(codes).toEqual(["forbidden", "misconfigured", "misconfigured", "invalid-request"]);
  });
});

describe("a connection that is always answered with 200", () => {
  const always = { connection: { reply: "always-200" } };

  it("is told of an accepted transfer that it is ok", async () => {
    const answer = await stack.transfer(stack.connect(always).connection, exampleRequest(CALL));
    expect(answer).toMatchObject({ status: 200, body: { ok: true, state: "accepted" } });
  });

  it("is told of an unknown and of a refused one that it is not", async () => {
    const { connection } = stack.connect(always);
    stack.gateway.addFault({ kind: "retcode", retcode: "100-007" });
    stack.gateway.addFault({ kind: "retcode", retcode: "200-012" });
    const unknown = await stack.transfer(connection, exampleRequest(CALL));
    const refused = await stack.transfer(connection, exampleRequest(OTHER_CALL));
    expect(unknown).toMatchObject({ status: 200, body: { ok: false, code: "gateway-error", effect: "unknown" } });
    expect(refused).toMatchObject({ status: 200, body: { ok: false, code: "gateway-refused", effect: "none" } });
    for (const { headers } of [unknown, refused]) expect(headers["content-type"]).toBe("application/json");
  });

  it("is told of a body that cannot be read", async () => {
    const answer = await stack.transfer(stack.connect(always).connection, "{");
    expect(answer).toMatchObject({ status: 200, body: { ok: false, code: "invalid-json" } });
  });

  it("is answered like everybody before it is verified", async () => {
    const { connection } = stack.connect(always);
    const answer = await stack.transfer(connection, exampleRequest(CALL), { headers: { authorization: "Bearer wrong" } });
    expect(answer).toMatchObject({
      status: 401,
      headers: { "content-type": "application/problem+json" },
      body: { code: "unauthenticated" },
    });
    expect(answer.body).not.toHaveProperty("ok");
  });
});
