/**
 * What the local stack's Secrets Manager starts with: the gateway `main`, its agent 101, the connection `demo` and one connection for each source. For
 * loopback alone.
 */
import { DEMOS } from "./demos.ts";

export const SECRETS_PREFIX = "ccgw/local";
export const DEMO_KEY = "local-demo-key";
export const DEMO_CONNECTION = "demo";
const GATEWAY = "main";
const AGENT = "101";

interface SeedOptions {
  readonly prefix: string;
  readonly gatewayUrl: string;
  readonly gatewayCa: string;
  readonly guid: string;
  /** Of the local issuer of tokens. */
  readonly issuer: string;
}

/** Name and document of each secret. */
export function createSeed({ prefix, gatewayUrl, gatewayCa, guid, issuer }: SeedOptions): readonly (readonly [string, unknown])[] {
  const own = {
    schemaVersion: 1,
    gateway: GATEWAY,
    agentId: AGENT,
    allow: { agents: "any", targets: "any", modes: "any" },
  };
  return [
    [`${prefix}/gateways/${GATEWAY}`, { schemaVersion: 1, url: gatewayUrl, ca: gatewayCa }],
    [`${prefix}/agents/${GATEWAY}/${AGENT}`, { schemaVersion: 1, session: "external", guid }],
    [
      `${prefix}/connections/${DEMO_CONNECTION}`,
      { ...own, source: "api", verification: { scheme: "shared-secret", secrets: [{ id: "local", value: DEMO_KEY }] } },
    ],
    ...DEMOS.map(
      ({ source, name, verification, connection }) =>
        [`${prefix}/connections/${name}`, { ...own, source, verification: verification({ issuer }), ...connection }] as const,
    ),
  ];
}
