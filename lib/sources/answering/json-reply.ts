/** An answer in a caller's own JSON. */
import type { FailureCode } from "../../errors.ts";
import type { Reply } from "../source.ts";

export function toJsonReply(body: unknown, code: FailureCode | undefined, status = 200): Reply {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body), code };
}
