/** A bus of EventBridge: the one file that knows its SDK. Each notice is an event of its own, for whoever in the account has a rule for it. */
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { toAsciiJson } from "../callbacks/notice.ts";
import type { Tell } from "../callbacks/tell-receiver.ts";
import { nameOf } from "./error-name.ts";

const SOURCE = "ccgateway-transfer-webhooks";
const DETAIL_TYPE = "TransferOutcome";
/** EventBridge answers in some ten milliseconds. */
const CONNECTION_TIMEOUT_MS = 500;
const REQUEST_TIMEOUT_MS = 3_000;
const ATTEMPTS_MAX = 2;

/** Endpoint, region and credentials come from the environment, as the SDK reads them. Never rejects. */
export function createTellEventBus(busName: string): Tell {
  const client = new EventBridgeClient({
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
  });
  return async (notice, signal) => {
    const Entries = [
      { EventBusName: busName, Source: SOURCE, DetailType: DETAIL_TYPE, Time: new Date(notice.at), Detail: toAsciiJson(notice) },
    ];
    try {
      const { Entries: [entry] = [] } = await client.send(new PutEventsCommand({ Entries }), { abortSignal: signal });
      // An answer of 200 may have taken nothing.
      if (entry?.EventId === undefined) return { kind: "retry", why: `not put: ${entry?.ErrorCode ?? "no answer"}` };
      return { kind: "delivered" };
    } catch (error) {
      return { kind: "retry", why: nameOf(error) };
    }
  };
}
