/** What is said after a deployment: where the API is, and which secrets it still wants. Pure. */

interface Deployed {
  /** As callers know it. */
  readonly url: string | undefined;
  readonly region: string;
  readonly prefix: string;
  /** Of the key that the stack has for secrets, where it has one. */
  readonly keyAlias: string | undefined;
  /** Of all secrets under the prefix. */
  readonly names: readonly string[];
}

const FOLDERS = ["gateways", "agents", "connections"] as const;
type Folder = (typeof FOLDERS)[number];

const EXAMPLES: Readonly<Record<Folder, { readonly what: string; readonly name: string; readonly file: string }>> = {
  gateways: { what: "no gateway", name: "main", file: "gateway.json" },
  agents: { what: "no agent", name: "main/101", file: "agent.json" },
  connections: { what: "no connection", name: "crm", file: "connection.json" },
};

export function describeNextSteps({ url, region, prefix, keyAlias, names }: Deployed): string {
  const inFolder = (folder: Folder) =>
    names.filter((name) => name.startsWith(`${prefix}/${folder}/`)).map((name) => name.slice(prefix.length + folder.length + 2));
  const found = { gateways: inFolder("gateways"), agents: inFolder("agents"), connections: inFolder("connections") };
  const missing = FOLDERS.filter((folder) => found[folder].length === 0);
  const gatewaysOfAgents = new Set(found.agents.map((name) => name.split("/")[0] ?? ""));
  const unknown = found.gateways.length === 0 ? [] : [...gatewaysOfAgents].filter((name) => !found.gateways.includes(name));
  const create = (folder: Folder) => {
    const { what, name, file } = EXAMPLES[folder];
    const key = keyAlias === undefined ? "" : ` --kms-key-id ${keyAlias}`;
    return `  ${what}:\n    aws secretsmanager create-secret --region ${region} --name ${prefix}/${folder}/${name}${key} --secret-string file://${file}`;
  };
  const connection = found.connections[0] ?? EXAMPLES.connections.name;
  return [
    `API: ${url ?? "see the endpoint above"}`,
    ...FOLDERS.filter((folder) => found[folder].length > 0).map((folder) => `${folder}: ${found[folder].toSorted().join(", ")}`),
    ...(missing.length > 0
      ? ["", "Still missing, before anything can be transferred (README.md, Deploy, has the files):", ...missing.map(create)]
      : []),
    ...unknown.map((name) => `\nThere are agents of the gateway ${name}, and no secret ${prefix}/gateways/${name}.`),
    "",
    `${missing.length > 0 ? "Then try" : "Try"} it, moving nobody, with the secret of a connection of the source api:`,
    `  curl -s "${url ?? "$URL"}/v1/transfers/${connection}?dryRun" -H "Authorization: Bearer $SECRET" -H 'Content-Type: application/json' -d '{"callId":"1552524689-16797284"}'`,
  ].join("\n");
}
