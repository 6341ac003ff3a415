/**
 * Reads a request's body up to a limit. What comes beyond it is read and thrown away, so that the client can still read its answer.
 * It does not decode, and sets no time limit.
 */
import type { IncomingMessage } from "node:http";

const MAX_BODY_BYTES = 1_048_576;

export type LimitedBody = { readonly text: string } | "too-large" | "aborted";

export async function readLimitedBody(request: IncomingMessage): Promise<LimitedBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of request) {
      const chunk: Buffer = piece;
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
    }
  } catch {
    return "aborted";
  }
  return bytes > MAX_BODY_BYTES ? "too-large" : { text: Buffer.concat(chunks).toString("utf8") };
}
