/** An issuer of tokens on loopback: metadata, a key set, tokens by jose. Counts what is asked of it, and can be made to answer badly. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { instantAfter } from "./webhook.ts";

export interface TestIssuer {
  readonly url: string;
  readonly metadataUrl: string;
  readonly reads: { metadata: number; keys: number };
  readonly key: CryptoKey;
  readonly publicKey: CryptoKey;
  /** Each answers in the place of the usual one, while it is set. */
  answers: { metadata?: Answer; keys?: Answer };
  /** What the key set holds. */
  keys: Record<string, unknown>[];
  sign(
    claims: Readonly<Record<string, unknown>>,
    options?: { readonly kid?: string | undefined; readonly key?: CryptoKey; readonly alg?: string; readonly header?: object },
  ): Promise<string>;
  stop(): Promise<void>;
}

type Answer = (response: ServerResponse) => void;

export async function startTestIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const reads = { metadata: 0, keys: 0 };
  const server = createServer((request, response) => {
    const what = request.url === "/metadata" ? "metadata" : "keys";
    reads[what] += 1;
    const answer = issuer.answers[what];
    if (answer !== undefined) answer(response);
    else response.end(JSON.stringify(what === "metadata" ? { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` } : { keys: issuer.keys }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const issuer: TestIssuer = {
    url,
    metadataUrl: `${url}/metadata`,
    reads,
    key: privateKey,
    publicKey,
    answers: {},
    keys: [{ ...(await exportJWK(publicKey)), kid: "k1", use: "sig" }],
    sign: (claims, { kid = "k1", key = privateKey, alg = "RS256", header = {} } = {}) =>
      new SignJWT({ iss: url, exp: seconds(3_600), nbf: seconds(-10), ...claims }).setProtectedHeader({ alg, kid, ...header }).sign(key),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return issuer;
}

/** Of a token that is good for one second: with the tolerance of the clocks, a window both ways. */
export function validAt(atMs: number): { readonly nbf: number; readonly exp: number } {
  return { nbf: atMs / 1_000, exp: atMs / 1_000 + 1 };
}

/** The NumericDate of so many seconds after webhooks are received. */
export function seconds(offset: number): number {
  return instantAfter(offset * 1_000).getTime() / 1_000;
}
