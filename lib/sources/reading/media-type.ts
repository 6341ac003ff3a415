/** What kind of body a webhook says that it has. Only UTF-8, and not compressed: what is verified and what is read are then the same bytes. */
import { MIMEType } from "node:util";
import { TransferError } from "../../errors.ts";
import type { Webhook } from "../../verification/scheme.ts";

interface Expected {
  readonly is: (type: MIMEType) => boolean;
  /** As the caller is told to send it. */
  readonly mediaType: string;
}

/** Throws `unsupported-media-type`. */
export function assertMediaType({ headers }: Webhook, { is, mediaType }: Expected): void {
  const type = parseMediaType(headers["content-type"]);
  if (type === undefined || !is(type)) throw unsupported(`not ${mediaType}`, `Send the body with Content-Type: ${mediaType}.`);
  if (!["utf-8", "utf8"].includes(type.params.get("charset")?.toLowerCase() ?? "utf-8"))
    throw unsupported("not UTF-8", "Send the body in UTF-8.");
  if (![undefined, "identity"].includes(headers["content-encoding"]))
    throw unsupported("compressed", "Send the body without a Content-Encoding.");
}

/** Undefined where the bytes are not UTF-8. A byte order mark is left out. */
export function decodeUtf8(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function parseMediaType(contentType: string | undefined): MIMEType | undefined {
  try {
    return new MIMEType(contentType ?? "");
  } catch {
    return undefined;
  }
}

function unsupported(reason: string, detail: string): TransferError {
  return new TransferError("unsupported-media-type", { reason, detail });
}
