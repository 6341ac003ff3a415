/**
 * Stands in for the issuers of tokens (Microsoft's, Google's) on this machine: metadata, keys, and a token of any claims for whoever asks, so that
 * `npm run send` can bring one. Keys live in memory, for loopback alone; it refuses what a web page may send.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import * as z from "zod";
import { readLimitedBody } from "./gateway-simulator/limited-body.ts";

const LOOPBACK = "127.0.0.1";
const LOCAL_AUTHORITY = /^(127\.0\.0\.1|localhost)(:\d+)?$/i;
const METADATA_PATH = "/.well-known/openid-configuration";
const KEYS_PATH = "/keys";
const TOKENS_PATH = "/tokens";
const ALGORITHM = "RS256";
/** As long as one run of a sample needs, and a slow machine. */
const VALID_SECONDS = 300;

const Claims = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export interface TokenIssuer {
  /** Also what its tokens have as `iss`. */
  readonly url: string;
  readonly metadataUrl: string;
  stop(): Promise<void>;
}

export function issuerUrl(port: number): string {
  return `http://${LOOPBACK}:${port}`;
}

export function metadataUrl(issuer: string): string {
  return `${issuer}${METADATA_PATH}`;
}

/** Where a token is to be had: `POST` with the claims, answered by the token as text. */
export function tokensUrl(issuer: string): string {
  return `${issuer}${TOKENS_PATH}`;
}

export async function startTokenIssuer({ port }: { readonly port: number }): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const key = { ...(await exportJWK(publicKey)), kid: "local", use: "sig", alg: ALGORITHM };
  const server = createServer((request, response) => void serve(request, response));
  let url = "";

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const origin = request.headers.origin?.replace(/^https?:\/\//, "");
    if (!LOCAL_AUTHORITY.test(request.headers.host ?? "") || (origin !== undefined && !LOCAL_AUTHORITY.test(origin)))
      return send(response, 403, { error: "only for this machine" });
    const asked = `${request.method} ${request.url}`;
    if (asked === `GET ${METADATA_PATH}`)
      return send(response, 200, { issuer: url, jwks_uri: `${url}${KEYS_PATH}`, id_token_signing_alg_values_supported: [ALGORITHM] });
    if (asked === `GET ${KEYS_PATH}`) return send(response, 200, { keys: [key] });
    if (asked !== `POST ${TOKENS_PATH}`) return send(response, 404, { error: "not found" });

    const received = await readLimitedBody(request);
    const claims = typeof received === "string" ? undefined : Claims.safeParse(parseJson(received.text)).data;
    if (claims === undefined) return send(response, 400, { error: "must be an object of claims" });
    const token = new SignJWT({ ...claims }).setProtectedHeader({ alg: ALGORITHM, kid: "local", typ: "JWT" });
    const signed = await token.setIssuer(url).setIssuedAt().setNotBefore("0s").setExpirationTime(`${VALID_SECONDS}s`).sign(privateKey);
    response.writeHead(200, { "content-type": "application/jwt", "cache-control": "no-store" }).end(signed);
  }

  await once(server.listen(port, LOOPBACK), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  url = issuerUrl(address.port);
  return {
    url,
    metadataUrl: metadataUrl(url),
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function send(response: ServerResponse, status: number, json: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify(json));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
