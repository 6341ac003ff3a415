/** An event of a bus, put over the real SDK at an endpoint on loopback. */
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createTellEventBus } from "../../lib/queue/event-bridge.ts";
import { NOTICE, toNotice } from "../callbacks/callback-notice.ts";
import { listenOnLoopback } from "../support/raw-gateway.ts";
import { stubAws } from "../support/sqs.ts";

const PUT = { FailedEntryCount: 0, Entries: [{ EventId: "11111111-2222-3333-4444-555555555555" }] };
const SIGNAL = new AbortController().signal;

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Answers with the next of these, and the last from then on. Keeps what it was asked. */
async function startEventBridge(...answers: readonly Answer[]) {
  const requests: { readonly target: unknown; readonly body: { readonly Entries: Record<string, unknown>[] } }[] = [];
  const server = createServer(async (request, response) => {
    requests.push({ target: request.headers["x-amz-target"], body: JSON.parse(await text(request)) });
    const { status, body } = answers[Math.min(requests.length, answers.length) - 1] ?? { status: 500, body: {} };
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
  });
  const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  stubAws({ EVENTBRIDGE: url });
  onTestFinished(async () => {
    server.closeAllConnections();
    await once(server.close(), "close");
  });
  return requests;
}
afterEach(() => void vi.unstubAllEnvs());

describe("an event of a bus", () => {
  it("is the notice, at the time that it tells of", async () => {
    const requests = await startEventBridge({ status: 200, body: PUT });
    const notice = { ...NOTICE, reference: "客 😀" };
    expect(await createTellEventBus("outcomes")(toNotice(notice), SIGNAL)).toEqual({ kind: "delivered" });
    expect(requests.map(({ target }) => target)).toEqual(["AWSEvents.PutEvents"]);
    const [{ Detail, ...entry } = {}, ...others] = requests[0]?.body.Entries ?? [];
    expect(others).toEqual([]);
    expect(entry).toEqual({
      EventBusName: "outcomes",
      Source: "ccgateway-transfer-webhooks",
      DetailType: "TransferOutcome",
      Time: Date.parse(NOTICE.at) / 1_000,
    });
    expect(Detail).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(String(Detail))).toEqual(notice);
  });

  it.each<[string, Answer, string]>([
    [
      "is not taken by an answer of 200",
      { status: 200, body: { FailedEntryCount: 1, Entries: [{ ErrorCode: "ThrottlingException", ErrorMessage: "planted" }] } },
      "not put: ThrottlingException",
    ],
    ["is not among what was taken", { status: 200, body: { FailedEntryCount: 0, Entries: [] } }, "not put: no answer"],
    ["is refused", { status: 400, body: { __type: "AccessDeniedException", message: "planted" } }, "AccessDeniedException"],
  ])("that %s is repeated", async (_what, answer, why) => {
    await startEventBridge(answer);
    expect(await createTellEventBus("outcomes")(toNotice(), SIGNAL)).toEqual({ kind: "retry", why });
  });

  it("is tried twice at once where EventBridge fails", async () => {
    const requests = await startEventBridge({ status: 500, body: { __type: "InternalException" } }, { status: 200, body: PUT });
    expect(await createTellEventBus("outcomes")(toNotice(), SIGNAL)).toEqual({ kind: "delivered" });
    expect(requests).toHaveLength(2);
  });

  it("that nobody takes is repeated", async () => {
    stubAws({ EVENTBRIDGE: "http://127.0.0.1:1" });
    expect(await createTellEventBus("outcomes")(toNotice(), SIGNAL)).toEqual({ kind: "retry", why: "ECONNREFUSED" });
    await startEventBridge({ status: 200, body: PUT });
    expect(await createTellEventBus("outcomes")(toNotice(), AbortSignal.abort())).toEqual({ kind: "retry", why: "AbortError" });
  });
});
