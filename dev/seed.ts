/**
 * What the local stack's Secrets Manager starts with: the gateway `main`, an agent for each way to hold a session, the connection `demo` and one connection for
 * each source. For loopback alone.
 */
import { DEMOS } from "./demos.ts";

export const SECRETS_PREFIX = "ccgw/local";
export const DEMO_KEY = "local-demo-key";
export const DEMO_CONNECTION = "demo";
export const GATEWAY = "main";
/** Somebody else keeps it signed in, and wrote its Guid into the secret. */
const AGENT = "101";
/** We keep it signed in. */
const MANAGED_AGENT = "102";
/** Somebody else keeps it signed in, and hands its Guid over. */
export const HANDED_OVER_AGENT = "104";
export const HAND_OVER_KEY = "local-hand-over-key";

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
    // Agent 101's Guid stays, as it would at a site in AUTHMODE 1.
    [`${prefix}/gateways/${GATEWAY}`, { schemaVersion: 1, url: gatewayUrl, ca: gatewayCa, authMode: 1 }],
    [`${prefix}/agents/${GATEWAY}/${AGENT}`, { schemaVersion: 1, session: "external", guid }],
    [
      `${prefix}/agents/${GATEWAY}/${MANAGED_AGENT}`,
      { schemaVersion: 1, session: "managed", signIn: { password: "local-demo-password-102", phonenum: "88880102" } },
    ],
    [
      `${prefix}/agents/${GATEWAY}/${HANDED_OVER_AGENT}`,
      {
        schemaVersion: 1,
        session: "handed-over",
        verification: { scheme: "shared-secret", secrets: [{ id: "local", value: HAND_OVER_KEY }] },
      },
    ],
    // At a deployment they are made of chance.
    [`${prefix}/keys/events`, { schemaVersion: 1, value: "local-demo-key-of-service-tokens" }],
    [`${prefix}/keys/records`, { schemaVersion: 1, value: "local-demo-key-of-records-of-transfers" }],
    [`${prefix}/keys/status`, { schemaVersion: 1, value: "local-demo-key-of-addresses-of-statuses" }],
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
