// An emulator on a free port and the AWS SDK's own client for it, both gone when the test is over. No assertions of its own.
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { onTestFinished } from "vitest";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";

export const START_MS = Date.parse("2030-01-02T10:00:00.250Z");
export const HOUR_MS = 3_600_000;

export interface Clock {
  nowMs: number;
}

export async function startWithClient(options: { readonly region?: string; readonly log?: (line: string) => void } = {}): Promise<{
  readonly emulator: SecretsManagerEmulator;
  readonly client: SecretsManagerClient;
  readonly clock: Clock;
}> {
  const clock: Clock = { nowMs: START_MS };
  const emulator = await startSecretsManagerEmulator({ port: 0, now: () => clock.nowMs, ...options });
  // One attempt: a retry would hide what the emulator answered first.
  const client = createClient(emulator.url);
  onTestFinished(async () => {
    client.destroy();
    await emulator.stop();
  });
  return { emulator, client, clock };
}

export function createClient(endpoint: string, maxAttempts = 1): SecretsManagerClient {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return new SecretsManagerClient({ endpoint, region: "us-east-1", credentials, maxAttempts });
}

/** A ClientRequestToken, and so a VersionId, of the least length. */
export function token(label: string): string {
  return label.padEnd(32, "-");
}
