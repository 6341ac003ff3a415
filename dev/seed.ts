/** What the local stack's Secrets Manager starts with: the gateway `main`, its agent 101 and the connection `demo`. For loopback alone. */

export const DEMO_KEY = "local-demo-key";
export const DEMO_CONNECTION = "demo";
const GATEWAY = "main";
const AGENT = "101";

interface SeedOptions {
  readonly prefix: string;
  readonly gatewayUrl: string;
  readonly gatewayCa: string;
  readonly guid: string;
}

/** Name and document of each secret. */
export function createSeed({ prefix, gatewayUrl, gatewayCa, guid }: SeedOptions): readonly (readonly [string, unknown])[] {
  return [
    [`${prefix}/gateways/${GATEWAY}`, { schemaVersion: 1, url: gatewayUrl, ca: gatewayCa }],
    [`${prefix}/agents/${GATEWAY}/${AGENT}`, { schemaVersion: 1, session: "external", guid }],
    [
      `${prefix}/connections/${DEMO_CONNECTION}`,
      {
        schemaVersion: 1,
        source: "api",
        verification: { scheme: "shared-secret", secrets: [{ id: "local", value: DEMO_KEY }] },
        gateway: GATEWAY,
        agentId: AGENT,
        allow: { agents: "any", targets: "any", modes: "any" },
      },
    ],
  ];
}
