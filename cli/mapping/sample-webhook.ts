/** A sample as its caller would have sent it, and what its proof would have said of it: the one is taken for proven. */
import type { Demo } from "../../dev/demo.ts";
import type { Claims, Proof, Webhook } from "../../lib/sources/source.ts";
import { isFields } from "../../lib/transfer/request.ts";

/** In the place of the ids that callers make up for each webhook. It says so wherever it is shown. */
export const EXAMPLE_ID = "example-of-an-id";
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

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
    headers: { "content-type": demo.contentType, ...withExamples(demo.headers?.(body.toString("utf8"), verification)) },
    body,
    receivedAt,
  };
}

function withExamples(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, UUID.test(value) ? EXAMPLE_ID : value]));
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
