// The secrets of one emulator, in memory: found by name, full ARN or partial ARN. It knows neither versions nor the wire, and reads
// no clock. Account 000000000000; partition `aws` whatever the region.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
import { randomInt } from "node:crypto";
import type { Secret } from "./secret.ts";

const ACCOUNT = "000000000000";
const SUFFIX_LENGTH = 6;
const SUFFIX_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export interface SecretStore {
  find(secretId: string): Secret | undefined;
  /** In the order in which they were created. */
  list(): readonly Secret[];
  save(secret: Secret): void;
  remove(name: string): void;
  clear(): void;
  /** Forgets the secrets whose recovery window is over. */
  purge(nowMs: number): void;
  /** A new ARN each time: a secret made again under an old name is another secret. */
  newArn(name: string): string;
}

export function createSecretStore(region: string): SecretStore {
  const secrets = new Map<string, Secret>();
  const prefix = `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:`;

  return {
    find(secretId) {
      if (!secretId.startsWith("arn:")) return secrets.get(secretId);
      const complete = [...secrets.values()].find((secret) => secret.arn === secretId);
      // An ARN that ends like a complete one is taken for one.
      if (complete !== undefined || /-[A-Za-z0-9]{6}$/.test(secretId)) return complete;
      return secretId.startsWith(prefix) ? secrets.get(secretId.slice(prefix.length)) : undefined;
    },
    list: () => [...secrets.values()],
    save: (secret) => void secrets.set(secret.name, secret),
    remove: (name) => void secrets.delete(name),
    clear: () => secrets.clear(),
    purge(nowMs) {
      for (const { name, deletionMs } of secrets.values()) {
        if (deletionMs !== undefined && deletionMs <= nowMs) secrets.delete(name);
      }
    },
    newArn: (name) => `${prefix}${name}-${newSuffix()}`,
  };
}

function newSuffix(): string {
  return Array.from({ length: SUFFIX_LENGTH }, () => SUFFIX_CHARACTERS.charAt(randomInt(SUFFIX_CHARACTERS.length))).join("");
}
