/** Whether a Guid that somebody writes into a secret by hand can be good there: not at a site that renews it each minute. */
import type { GatewaySite } from "../gateway/site.ts";
import type { KeptAgent } from "./documents.ts";
import type { Finding } from "./finding.ts";

export function checkExternalGuid(name: string, { access }: KeptAgent, site: GatewaySite | undefined): Finding | undefined {
  if (access.session !== "external") return undefined;
  const base = { name: "external-guid", subject: name } as const;
  if (site === undefined) return { ...base, verdict: "skipped", detail: "Its gateway's secret does not parse, or is not there." };
  if (site.authMode === 1) return { ...base, verdict: "ok", detail: "The site has authMode 1: the Guid stays for the whole session." };
  const hint = "have it handed over, or managed: docs/sessions.md#which-way-to-choose";
  if (site.authMode === 2)
    return {
      ...base,
      verdict: "warning",
      detail: "The site has authMode 2: a Guid lives two minutes, and one in a secret is stale by then.",
      hint,
    };
  const detail =
    "The gateway's secret has no authMode. In 2, the vendor's default, a Guid lives two minutes: one in a secret is stale by then.";
  const isOne = `if it is 1, ccgw gateway set ${name.replace(/\/.*/, "")} --auth-mode 1`;
  return { ...base, verdict: "warning", detail, hint: `${isOne}; if it is 2, ${hint}` };
}
