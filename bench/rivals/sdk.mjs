/** A function that does nothing but load the Secrets Manager client, as its package comes, and make one. */
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

const client = new SecretsManagerClient({});

export const handler = async () => {
  const region = await client.config.region();
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ region }) };
};
