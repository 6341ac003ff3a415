/**
 * Source `salesforce-flow`: an HTTP callout action of a Salesforce Flow, with the canonical request as its body and the credential of its Named Credential.
 * The action cannot set a header for a call: the delivery id stands in the body.
 * https://help.salesforce.com/s/articleView?id=platform.flow_http_callout_considerations.htm
 */
import * as z from "zod";
import { isEmpty } from "../mapping/conventional-fields.ts";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { type Fields, isFields } from "../transfer/request.ts";
import { defineSharedSecret } from "../verification/shared-secret.ts";
import { replyCanonically } from "./answering/canonical.ts";
import { readOnlyDryRun } from "./reading/dry-run.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { defineSource } from "./source.ts";

/** Flow repeats nothing by itself. Of a flow that is built to ask again, under the same delivery id, what comes later is too late for the customer, too. */
const MAX_AGE_SECONDS = 300;

/** What a Named Credential adds: an API key's header, a bearer token, Basic. */
const namedCredential = defineSharedSecret({ in: ["api-key", "bearer", "basic"] });

export const salesforceFlow = defineSource({
  id: "salesforce-flow",
  schemes: [namedCredential],
  // It waits 120 s.
  deadlineMs: DEADLINE_MAX_MS,
  deliveryId: "unsigned",
  maxAgeSeconds: MAX_AGE_SECONDS,
  options: [],
  readsDryRun: true,
  readBody: readJsonBody,
  payload: z.looseObject({}, "must be an object"),
  toDrafts: (fields, { webhook: { query } }) => [{ fields: withoutBlanks(fields), dryRun: readOnlyDryRun(query) }],
  // Only bodies of a 2xx become the action's outputs, unless someone adds the others to the External Service by hand (second-hand): any other status is
  // the fault path, where a flow cannot tell a refused transfer from one that may have happened. So always 200 with ok, code and effect. Flow itself
  // repeats nothing.
  reply: (answering) => {
    const { canonical } = answering;
    return replyCanonically({ ...answering, canonical: (outcome) => canonical(outcome, { style: "always-200" }) });
  },
});

/** A variable of the flow that has no value comes as null or as an empty text. What is left of a target is its own to check, and so are the fields of call data. */
function withoutBlanks(fields: Fields): Fields {
  const given = Object.entries(fields).filter(([, value]) => !isEmpty(value));
  return Object.fromEntries(given.map(([name, value]) => [name, name === "target" && isFields(value) ? withoutBlanks(value) : value]));
}
