/**
 * Keeps the shape of verified webhooks of a connection whose `captureUntil` lies ahead: names and types, never values. Beside the transfer, which neither waits
 * for it nor fails with it; the answer waits for a second at most, and leaves in time.
 */
import { setImmediate } from "node:timers/promises";
import { type Log, toErrorFields } from "../log.ts";
import type { ConfiguredConnection } from "../sources/configured-connection.ts";
import type { Deadline } from "../transfer/invocation.ts";
import { mergeShapes, type Shape, type Shapes, toShape } from "../transfer/shape.ts";
import type { HttpRequest } from "./request.ts";

const TIMEOUT_MS = 1_000;
/** For rendering the answer. With no more left, nothing is kept. */
const RESERVE_MS = 300;

/** Called once the transfers have been begun: these go first. Rejects never. Reads nothing where nothing is to be captured. */
export type Capture = (request: HttpRequest, connection: ConfiguredConnection, deadline: Deadline) => Promise<void>;

export function createCapture({ shapes, log }: { readonly shapes: Shapes; readonly log: Log }): Capture {
  return async (request, { settings: { captureUntil: until }, source }, { signal, remainingMs }) => {
    const { webhook, requestId, connectionName: connection } = request;
    if (until === undefined || webhook.receivedAt >= new Date(until)) return;
    await setImmediate();
    if (remainingMs() <= RESERVE_MS) return;
    try {
      const shape = mergeShapes(
        bodyShape(source, webhook),
        mergeShapes(namesOf("headers", webhook.headers), namesOf("query", webhook.query)),
      );
      const timeoutMs = Math.max(0, Math.min(TIMEOUT_MS, Math.floor(remainingMs()) - RESERVE_MS));
      await shapes.add(connection, { until, shape }, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    } catch (error) {
      log.problem("shape not kept", { requestId, connection, ...toErrorFields(error) });
    }
  };
}

/** None of one that cannot be read: its caller is told so. */
function bodyShape({ readBody }: ConfiguredConnection["source"], webhook: HttpRequest["webhook"]): Shape {
  try {
    return toShape("body", readBody(webhook));
  } catch {
    return {};
  }
}

function namesOf(root: string, named: Readonly<Record<string, string>> | URLSearchParams): Shape {
  return toShape(root, Object.fromEntries(named instanceof URLSearchParams ? named : Object.entries(named)));
}
