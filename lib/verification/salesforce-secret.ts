/**
 * The secret of a Salesforce Outbound Message, which is not signed and sends no header of yours: in the query of the endpoint's URL, or in a header that a
 * proxy adds. A sandbox that is copied from production posts with production's secret: so the connection lists the organizations that may use it.
 * https://developer.salesforce.com/docs/platform/api/guide/sforce-api-om-outboundmessaging-security.html
 */
import * as z from "zod";
import { defineScheme } from "./scheme.ts";
import { sharedSecretSettings, verifySharedSecret } from "./shared-secret.ts";

const USUAL = { in: ["query"], parameter: "key" } as const;

const Settings = sharedSecretSettings(USUAL).safeExtend({
  /** `OrganizationId`, of 15 or 18 characters. The source holds it against the message once that may be parsed. */
  organizations: z
    .array(z.string().regex(/^00D[A-Za-z0-9]{12}([A-Z0-5]{3})?$/, "must be an organization's id: 00D…, 15 or 18 characters"))
    .min(1),
});

export const salesforceSecret = defineScheme({
  id: "shared-secret",
  parameter: USUAL.parameter,
  places: USUAL.in,
  settings: () => Settings,
  verify(webhook, { organizations, ...settings }) {
    const verdict = verifySharedSecret(webhook, settings, USUAL);
    return verdict.ok ? { ...verdict, claims: { organizations } } : verdict;
  },
});
