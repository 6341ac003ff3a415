/** Another function, invoked over the real SDK at an endpoint on loopback. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createInvokeFunction } from "../../lib/invoke/lambda.ts";
import { type LambdaAnswer, type LambdaEndpoint, startLambdaEndpoint } from "../support/lambda-endpoint.ts";

const FUNCTION = "ccgateway-transfer-webhooks-prod-keep-session";
const AGENT = { gateway: "main", agentId: "102" };
const TAKEN: LambdaAnswer = { status: 202, body: "" };

let answers: (LambdaAnswer | undefined)[] = [];
let lambda: LambdaEndpoint;
beforeAll(async () => {
  lambda = await startLambdaEndpoint(() => (answers.length === 0 ? TAKEN : answers.shift()));
});
beforeEach(() => {
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_ENDPOINT_URL_LAMBDA", lambda.url);
});
afterEach(() => {
  vi.unstubAllEnvs();
  answers = [];
  lambda.takeRequests();
});
afterAll(() => lambda.stop());

function failure(status: number, type: string): LambdaAnswer {
  return { status, headers: { "x-amzn-errortype": type }, body: JSON.stringify({ Type: "User", message: "told to fail" }) };
}

describe("an invocation", () => {
  it("is one event that nobody waits for, with its payload", async () => {
    expect(await createInvokeFunction(FUNCTION)(AGENT)).toBeUndefined();
    const requests = lambda.takeRequests();
    expect(requests).toMatchObject([
      { method: "POST", path: `/2015-03-31/functions/${FUNCTION}/invocations`, headers: { "x-amz-invocation-type": "Event" } },
    ]);
    expect(JSON.parse(requests[0]?.body ?? "")).toEqual(AGENT);
  });

  it("has its payload in UTF-8", async () => {
    await createInvokeFunction(FUNCTION)({ name: "ü 客 😀" });
    expect(lambda.takeRequests()[0]?.body).toBe('{"name":"ü 客 😀"}');
  });

  it.each([
    [429, "TooManyRequestsException"],
    [500, "ServiceException"],
    [503, "ServiceUnavailable"],
  ])("is tried once more after %i %s", async (status, type) => {
    answers = [failure(status, type), TAKEN];
    await createInvokeFunction(FUNCTION)(AGENT);
    expect(lambda.takeRequests().map(({ body }) => JSON.parse(body))).toEqual([AGENT, AGENT]);
  });

  it.each([
    [429, "TooManyRequestsException", 2],
    [500, "ServiceException", 2],
    [404, "ResourceNotFoundException", 1],
    [403, "AccessDeniedException", 1],
  ])("that is answered with %i %s rejects with that name, after %i attempts", async (status, type, attempts) => {
    answers = Array.from({ length: 5 }, () => failure(status, type));
    await expect(createInvokeFunction(FUNCTION)(AGENT)).rejects.toMatchObject({ name: type });
    expect(lambda.takeRequests()).toHaveLength(attempts);
  });

  it("that is cut off rejects, after two attempts", async () => {
    answers = Array.from({ length: 5 }, () => undefined);
    await expect(createInvokeFunction(FUNCTION)(AGENT)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(lambda.takeRequests()).toHaveLength(2);
  });

  it("that nobody answers rejects, after two attempts", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket.on("error", () => undefined).resume())).listen(0, "127.0.0.1");
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      await promisify(server.close.bind(server))();
    });
    await once(server, "listening");
    const address = server.address();
    vi.stubEnv("AWS_ENDPOINT_URL_LAMBDA", `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
    await expect(createInvokeFunction(FUNCTION)(AGENT)).rejects.toMatchObject({ name: "TimeoutError" });
    expect(sockets).toHaveLength(2);
  });
});
