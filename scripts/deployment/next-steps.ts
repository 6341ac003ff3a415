/** What is said after a deployment: where the API is, and which secrets it still wants, by the commands that make them. Pure. */

interface Deployed {
  /** As callers know it. */
  readonly url: string | undefined;
  readonly stage: string;
  readonly region: string;
  /** Of AWS's configuration files, where one was given. */
  readonly profile: string | undefined;
  readonly prefix: string;
  /** Of all secrets under the prefix. */
  readonly names: readonly string[];
}

const FOLDERS = ["gateways", "agents", "connections"] as const;
type Folder = (typeof FOLDERS)[number];

/** As the README has them: what is not given is asked for. */
const EXAMPLES: Readonly<Record<Folder, { readonly what: string; readonly name: string; readonly command: string }>> = {
  gateways: { what: "no gateway", name: "main", command: "gateway add main --url https://gateway.example.com:8043" },
  agents: { what: "no agent", name: "main/101", command: "agent add main/101" },
  connections: { what: "no connection", name: "crm", command: "connection add crm --gateway main --agent 101 --sheet crm-hand-over.md" },
};

export function describeNextSteps({ url, stage, region, profile, prefix, names }: Deployed): string {
  const inFolder = (folder: Folder) =>
    names.filter((name) => name.startsWith(`${prefix}/${folder}/`)).map((name) => name.slice(prefix.length + folder.length + 2));
  const found = { gateways: inFolder("gateways"), agents: inFolder("agents"), connections: inFolder("connections") };
  const missing = FOLDERS.filter((folder) => found[folder].length === 0);
  const gatewaysOfAgents = new Set(found.agents.map((name) => name.split("/")[0] ?? ""));
  const unknown = found.gateways.length === 0 ? [] : [...gatewaysOfAgents].filter((name) => !found.gateways.includes(name));
  const ccgw = (command: string) =>
    `npx ccgw ${command} --stage ${stage} --region ${region}${profile === undefined ? "" : ` --profile ${profile}`}`;
  const create = (folder: Folder) => `  ${EXAMPLES[folder].what}:\n    ${ccgw(EXAMPLES[folder].command)}`;
  const connection = found.connections[0] ?? EXAMPLES.connections.name;
  return [
    `API: ${url ?? "see the endpoint above"}`,
    ...FOLDERS.filter((folder) => found[folder].length > 0).map((folder) => `${folder}: ${found[folder].toSorted().join(", ")}`),
    ...(missing.length > 0
      ? ["", "Still missing, before anything can be transferred (README.md, Deploy, has more of it):", ...missing.map(create)]
      : []),
    ...unknown.map((name) => `\nThere are agents of the gateway ${name}, and no secret ${prefix}/gateways/${name}.`),
    "",
    `${missing.length > 0 ? "Then try" : "Try"} it, moving nobody:`,
    `  ${ccgw(`connection test ${connection}`)}`,
  ].join("\n");
}
