/** Connections and drafts for specifications of the core: the least that is valid, and what a test says over it. */
import { TransferError, type Violation } from "../../lib/errors.ts";
import { Connection } from "../../lib/transfer/connection.ts";
import { type Draft, parseTransferRequest, type TransferRequest } from "../../lib/transfer/request.ts";

export const CONNECTION = {
  schemaVersion: 1,
  source: "api",
  verification: { secrets: [{ id: "current", value: "never compared here" }] },
  gateway: "site-a",
} as const;

/** Agent 101 may do everything, unless said otherwise. A member that is undefined is left out. */
export function toConnection(over: Readonly<Record<string, unknown>> = {}): Connection {
  const document = { ...CONNECTION, agentId: "101", allow: { agents: "any", targets: "any", modes: "any" }, ...over };
  return Connection.parse(Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined)));
}

export const FIELDS = { callId: "1552524689-1", target: { type: "agent", address: "205" } } as const;

/** The request from the least fields and those said over them. */
export function parseFields(
  over: Readonly<Record<string, unknown>> = {},
  connection: Connection = toConnection(),
  beside: Omit<Draft, "fields"> = {},
): TransferRequest {
  return parseTransferRequest({ fields: { ...FIELDS, ...over }, ...beside }, connection);
}

/** What is wrong with it; fails where nothing is. */
export function violationsIn(parse: () => unknown): readonly Violation[] {
  try {
    parse();
  } catch (thrown) {
    if (thrown instanceof TransferError && thrown.code === "invalid-request" && thrown.errors !== undefined) return thrown.errors;
    throw thrown;
  }
  throw new Error("nothing is wrong with it");
}

export function pointersIn(parse: () => unknown): string[] {
  return violationsIn(parse).map(({ pointer }) => pointer);
}
