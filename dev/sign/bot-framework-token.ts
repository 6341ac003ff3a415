/**
 * Brings a token as Microsoft's Connector does: for the bot's app id and the service that the activity names. Nobody else can sign as Microsoft: it is the
 * local issuer's (dev/token-issuer.ts), whose address the connection names, or one of Microsoft's that is handed in as the secret.
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
import * as z from "zod";
import { tokensUrl } from "../token-issuer.ts";
import { type Sign, withHeaders } from "./signer.ts";

const Activity = z.looseObject({ serviceUrl: z.string() });
const Settings = z.looseObject({ issuer: z.string(), accepted: z.tuple([z.looseObject({ value: z.string() })]) });

export const bringBotFrameworkToken: Sign = async (request, { verification, secret }) => {
  const { issuer, accepted } = Settings.parse(verification);
  const { serviceUrl } = Activity.parse(JSON.parse(request.body));
  const token = secret === "" ? await askFor(issuer, { aud: accepted[0].value, serviceurl: serviceUrl }) : secret;
  return withHeaders(request, { authorization: `Bearer ${token}` });
};

async function askFor(issuer: string, claims: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(tokensUrl(issuer), { method: "POST", body: JSON.stringify(claims) });
  if (!response.ok) throw new Error(`the token issuer answered ${response.status}`);
  return response.text();
}
