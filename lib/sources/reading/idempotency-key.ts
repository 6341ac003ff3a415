/** The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header section 2.1): the delivery id of callers that can set headers. */
import type { Webhook } from "../../verification/scheme.ts";

/** It may come as the string of a structured field or, as widely done, bare. */
export function readIdempotencyKey({ headers }: Webhook): string | undefined {
  return headers["idempotency-key"]?.replace(/^"(.*)"$/, "$1");
}
