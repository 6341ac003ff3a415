/** A sample as its caller would have sent it, and what its proof would have said of it: the one is taken for proven. */
import type { Demo } from "../../dev/demo.ts";
import type { Claims, Proof, Webhook } from "../../lib/sources/source.ts";
import { isFields } from "../../lib/transfer/request.ts";

interface Sampling {
  readonly demo: Demo;
  readonly body: Buffer;
  readonly url: string;
  readonly verification: { readonly scheme: string };
  readonly receivedAt: Date;
}

export function toWebhook({ demo, body, url, verification, receivedAt }: Sampling): Webhook {
  return {
    method: "POST",
    url,
    query: new URLSearchParams(),
    headers: { "content-type": demo.contentType, ...demo.headers?.(body.toString("utf8"), verification) },
    body,
    receivedAt,
  };
}

/** Of a source that holds its proof against the body: as if both were of the same bot, or organization. */
export function toProof(source: string, body: Buffer): Proof {
  const claims = CLAIMS[source]?.(body.toString("utf8"));
  return claims === undefined ? {} : { claims };
}

const CLAIMS: Readonly<Record<string, (body: string) => Claims>> = {
  "bot-framework": (body) => {
    const { serviceUrl, channelId } = parseFields(body);
    return { serviceurl: serviceUrl, channels: [channelId] };
  },
  "salesforce-outbound-message": (body) => ({ organizations: [/<OrganizationId>([^<]*)</.exec(body)?.[1]] }),
};

function parseFields(body: string) {
  try {
    const json: unknown = JSON.parse(body);
    return isFields(json) ? json : {};
  } catch {
    return {};
  }
}
