/**
 * Source `api`: the canonical transfer request over HTTP, for programs and low-code tools that can write our body. It is answered in our own words.
 * No vendor's page: the format is this project's.
 */
import * as z from "zod";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { type Fields, invalidRequest, isFields } from "../transfer/request.ts";
import { sharedSecret } from "../verification/shared-secret.ts";
import { defineSource } from "./source.ts";

export const api = defineSource({
  id: "api",
  schemes: [sharedSecret],
  deadlineMs: DEADLINE_MAX_MS,
  payload: z.custom<Fields>(isFields, "must be an object"),
  toTransfer: (fields, { headers, query }) => ({
    fields,
    deliveryId: unquote(headers["idempotency-key"]),
    dryRun: parseDryRun(query),
  }),
  reply: (_outcome, canonical) => canonical,
});

/** A key may come as the string of a structured field (draft-ietf-httpapi-idempotency-key-header section 2.1) or, as widely done, bare. */
function unquote(key: string | undefined): string | undefined {
  return key?.replace(/^"(.*)"$/, "$1");
}

/** `?dryRun` or `?dryRun=true`. Anything else in the query is refused: a misspelled dry run must not transfer a customer. */
function parseDryRun(query: URLSearchParams): boolean {
  const unknown = [...query.keys()].filter((name) => name !== "dryRun");
  if (unknown.length > 0)
    throw invalidRequest([{ pointer: "#", detail: "has query parameters that are not known; the only one is dryRun" }]);
  const values = query.getAll("dryRun");
  if (values.some((value) => !["", "true", "false"].includes(value)))
    throw invalidRequest([{ pointer: "#/dryRun", detail: "must be true or false in the query" }]);
  return values.some((value) => value !== "false");
}
