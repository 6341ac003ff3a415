import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRawGateway } from "../support/raw-gateway.ts";
import { type Stack, startStack } from "../support/stack.ts";

/** As the vendor's page prints them (cec_07_0460). */
const PAGE_GUID = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.AgentGateway1";
const PAGE_REQUEST =
  '{ "callid": "1552524689-16797284", "caller": "88880021", "devicetype": 2, "mode": 2, "address": "205", "calldata": "help" }';
const PAGE_ANSWER = '{ "message": "success", "retcode": "0" }';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

async function startGateway() {
  const answer = `HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: ${PAGE_ANSWER.length}\r\n\r\n${PAGE_ANSWER}`;
  return startRawGateway(({ socket, request }) => void request.then(() => socket.write(answer)));
}

/** What a gateway receives for a request with the documents given, as one text of bytes. */
async function bytesOf(request: object, agent: object = {}): Promise<string> {
  const gateway = await startGateway();
  const { connection } = stack.connect({ gateway: { url: gateway.url, ca: gateway.caPem }, agent: { guid: PAGE_GUID, ...agent } });
  const answer = await stack.transfer(connection, request);
  expect(answer).toMatchObject({ status: 200, body: { state: "accepted", gateway: { retcode: "0", message: "success" } } });
  expect(gateway.received).toHaveLength(1);
  return (gateway.received[0] ?? "").replace(new URL(gateway.url).host, "HOST");
}

const head = (length: number) =>
  [
    "POST /agentgateway/resource/mediacall/101/transfer HTTP/1.1",
    "host: HOST",
    "connection: close",
    "Content-Type: application/json; charset=UTF-8",
    `Guid: ${PAGE_GUID}`,
    `content-length: ${length}`,
    "\r\n",
  ].join("\r\n");

const EXAMPLE = {
  callId: "1552524689-16797284",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  caller: "88880021",
  callData: "help",
};

describe("on the wire", () => {
  it("a transfer is the vendor's example, byte for byte", async () => {
    const body = JSON.stringify(JSON.parse(PAGE_REQUEST));
    expect(await bytesOf(EXAMPLE)).toBe(head(body.length) + body);
  });

  it("nothing of what is ours goes along", async () => {
    const body = JSON.stringify(JSON.parse(PAGE_REQUEST));
    const ours = { deliveryId: "run-4711", reference: "ticket-4711", attempt: "2" };
    expect(await bytesOf({ ...EXAMPLE, ...ours })).toBe(head(body.length) + body);
  });

  it("text beyond ASCII is UTF-8, and its length is in bytes", async () => {
    const callData = "Zoë: 请帮忙 😀";
    const body = JSON.stringify({ ...JSON.parse(PAGE_REQUEST), calldata: callData });
    const bytes = Buffer.from(body, "utf8");
    expect(await bytesOf({ ...EXAMPLE, callData })).toBe(head(bytes.length) + bytes.toString("latin1"));
  });

  it("the Guid of a Set-GUID header is sent without its name", async () => {
    expect(await bytesOf(EXAMPLE, { guid: `JSESSIONID=${PAGE_GUID}` })).toContain(`\r\nGuid: ${PAGE_GUID}\r\n`);
  });

  it("cookies are one header", async () => {
    expect(await bytesOf(EXAMPLE, { cookies: "NSLB=7; ROUTE=a" })).toContain("\r\nCookie: NSLB=7; ROUTE=a\r\n");
  });

  it.each([
    [{ target: { type: "skill-queue", address: "31" }, mode: "blind" }, '{"callid":"1","devicetype":1,"mode":0,"address":"31"}'],
    [{ target: { type: "skill-queue", address: "31" } }, '{"callid":"1","devicetype":1,"mode":2,"address":"31"}'],
    [{ target: { type: "access-code", address: "88880" }, mode: "blind" }, '{"callid":"1","devicetype":4,"mode":0,"address":"88880"}'],
    [{ target: { type: "access-code", address: "88880" } }, '{"callid":"1","devicetype":4,"mode":2,"address":"88880"}'],
    [{ target: { type: "agent", address: "205" }, mode: "blind" }, '{"callid":"1","devicetype":2,"mode":0,"address":"205"}'],
    [{ target: { type: "agent", address: "205", skillId: 3 } }, '{"callid":"1","devicetype":2,"mode":2,"address":"205","skillId":3}'],
  ])("%j is %s", async (request, body) => {
    expect(await bytesOf({ callId: "1", ...request })).toBe(head(body.length) + body);
  });
});
