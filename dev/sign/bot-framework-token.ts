/**
 * Brings a token as Microsoft's Connector does: for the bot's app id and the service that the activity names. Nobody else can sign as Microsoft: it is the
 * local issuer's (dev/token-issuer.ts), whose address the connection names, or one of Microsoft's that is handed in as the secret.
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
import * as z from "zod";
import { StartError } from "../ports.ts";
import { tokensUrl } from "../token-issuer.ts";
import { type Sign, type Verification, withHeaders } from "./signer.ts";

const Activity = z.looseObject({ serviceUrl: z.string() });
const Settings = z.looseObject({ issuer: z.string().optional(), accepted: z.array(z.looseObject({ value: z.string() })).min(1) });

export const bringBotFrameworkToken: Sign = async (request, { verification, secret }) => {
  const token = secret === "" ? await askForToken(request.body, verification) : secret;
  return withHeaders(request, { authorization: `Bearer ${token}` });
};

/** Throws a `StartError` for a connection that takes Microsoft's own tokens alone. */
async function askForToken(body: string, verification: Verification): Promise<string> {
  const { issuer, accepted } = Settings.parse(verification);
  if (issuer === undefined)
    throw new StartError(
      "This connection takes tokens of Microsoft's alone. On this machine, give its verification the issuer and metadataUrl that the connection demo-bot-framework has; or set CCGW_SEND_SECRET to a token of Microsoft's.",
    );
  const { serviceUrl } = Activity.parse(JSON.parse(body));
  return askFor(issuer, { aud: accepted[0]?.value ?? "", serviceurl: serviceUrl });
}

async function askFor(issuer: string, claims: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(tokensUrl(issuer), { method: "POST", body: JSON.stringify(claims) });
  if (!response.ok) throw new Error(`the token issuer answered ${response.status}`);
  return response.text();
}
