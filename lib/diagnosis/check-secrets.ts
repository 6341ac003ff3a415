/**
 * Whether AWS lets us in, which secrets there are, whether each parses and names only what is there, which captures were left, and which secrets are
 * used more than once.
 */
import { toTransferError } from "../errors.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { findLexNameMistake, lexV2 } from "../sources/lex-v2.ts";
import { findSharedSecrets, type SecretHolder } from "../verification/shared-between.ts";
import { type Documents, FOLDERS, type Names } from "./documents.ts";
import type { Finding } from "./finding.ts";
import { count } from "./scope.ts";

/** What AWS, or the way to it, says of who may not come in: by its error's name. */
const REFUSALS: Readonly<Record<string, { readonly detail: string; readonly hint: string }>> = {
  CredentialsProviderError: { detail: "There are none.", hint: "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" },
  ExpiredTokenException: { detail: "They have ended.", hint: "sign in at AWS again" },
  UnrecognizedClientException: { detail: "AWS does not know them.", hint: "look at AWS_PROFILE and the keys in the environment" },
  InvalidSignatureException: {
    detail: "AWS does not take their signature: a wrong secret key, or a clock that is minutes off.",
    hint: "look at AWS_SECRET_ACCESS_KEY and at this machine's clock",
  },
  AccessDeniedException: {
    detail: "AWS knows them, and they may not list secrets.",
    hint: "allow secretsmanager:ListSecrets: docs/doctor.md#what-it-needs",
  },
};
const NO_WAY = "Is the stack running, or is there a way from here to Secrets Manager? docs/network.md#did-it-work";
const TOO_LATE = { detail: "Secrets Manager has not listed the secrets in the time that there was.", hint: NO_WAY };

const TO_RENAME = "ccgw connection add makes one of that name, and ccgw connection remove takes this one away: docs/connect/lex-v2.md";

/** `names` is undefined where nothing can be read. */
export async function checkCredentials(secrets: Pick<Secrets, "list">, prefix: string, signal: AbortSignal) {
  try {
    // One after the other: what the first is refused for, the others would be.
    const list = async (folder: keyof Names) => (await secrets.list(folder, signal)).toSorted();
    const [gateways, agents, connections] = [await list("gateways"), await list("agents"), await list("connections")];
    const names: Names = { gateways, agents, connections };
    return { names, findings: [finding("ok", `AWS takes them: ${count(names)} documents are under ${prefix}.`)] };
  } catch (thrown) {
    const { message: cause } = toTransferError(thrown, "none");
    const refusal = (signal.aborted ? TOO_LATE : REFUSALS[cause]) ?? {
      detail: `Secrets Manager does not answer (${cause}).`,
      hint: NO_WAY,
    };
    return { names: undefined, findings: [finding("failed", refusal.detail, refusal.hint)] };
  }
  function finding(verdict: Finding["verdict"], detail: string, hint?: string): Finding {
    return { name: "credentials", verdict, detail, hint };
  }
}

interface Found {
  /** Those that are meant. */
  readonly names: Names;
  /** Of the whole stack. */
  readonly all: Names;
  readonly documents: Documents;
  readonly problems: ReadonlyMap<string, string>;
  readonly nowMs: number;
}

export function checkSecrets({ names, all, documents, problems, nowMs }: Found): readonly Finding[] {
  const failed = (subject: string, detail: string, hint: string): Finding => ({
    name: "secrets",
    verdict: "failed",
    subject,
    detail,
    hint,
  });
  const meant = FOLDERS.flatMap((folder) => names[folder].map((name) => `${folder}/${name}`));
  const ofNobody = namesOfNobody(names, documents, all);
  const absent = meant.filter((path) => !isListed(path, all) && !problems.has(path) && ofNobody.every(([, , missing]) => missing !== path));
  const broken = [...problems].filter(([path]) => meant.includes(path) || path.startsWith("keys/"));
  const misnamed = names.connections.flatMap((name) => {
    const mistake = documents.connections.get(name)?.source.id === lexV2.id ? findLexNameMistake(name) : undefined;
    return mistake === undefined ? [] : [[name, mistake] as const];
  });
  const findings = [
    ...misnamed.map(([name, mistake]) => failed(`connections/${name}`, `Its name ${mistake}.`, TO_RENAME)),
    ...absent.map((path) => failed(path, "There is no such secret.", toAdd(path))),
    ...broken.map(([path, problem]) => failed(path, problem, toMend(path, problem))),
    ...ofNobody.map(([subject, detail, path]) => failed(subject, detail, toAdd(path))),
  ];
  const left = findLeftCaptures(names, documents, nowMs);
  if (findings.length > 0) return [...findings, ...left];
  const counted = FOLDERS.map((folder) => `${names[folder].length} ${names[folder].length === 1 ? folder.slice(0, -1) : folder}`);
  return [{ name: "secrets", verdict: "ok", detail: `All of them parse: ${counted.join(", ")}, and the stack's keys.` }, ...left];
}

/** They do nothing any more, but that a version which does not know the field refuses the connection. */
function findLeftCaptures(names: Names, { connections }: Documents, nowMs: number): readonly Finding[] {
  return names.connections.flatMap((name): readonly Finding[] => {
    const until = connections.get(name)?.settings.captureUntil;
    if (until === undefined || Date.parse(until) > nowMs) return [];
    const detail = `has a capture that was left: its captureUntil, ${until}, is over.`;
    return [
      { name: "secrets", verdict: "warning", subject: `connections/${name}`, detail, hint: `ccgw connection capture ${name} --stop` },
    ];
  });
}

/** What a document names that is not there: who names it, in what words, and the path of what is missing. */
function namesOfNobody(names: Names, { agents, connections }: Documents, all: Names): (readonly [string, string, string])[] {
  const ofConnections = names.connections.flatMap((name) => {
    const { gateway = "", agentId } = connections.get(name)?.settings ?? {};
    if (gateway === "") return [];
    const wanted = [`gateways/${gateway}`, ...(agentId === undefined ? [] : [`agents/${gateway}/${agentId}`])];
    return wanted
      .filter((path) => !isListed(path, all))
      .map((path) => [`connections/${name}`, `names ${path}, which is not there.`, path] as const);
  });
  const ofAgents = names.agents.flatMap((name) => {
    const path = `gateways/${name.split("/")[0]}`;
    return isListed(path, all) || !agents.has(name) ? [] : [[`agents/${name}`, `is of ${path}, which is not there.`, path] as const];
  });
  return [...ofConnections, ...ofAgents];
}

function isListed(path: string, all: Names): boolean {
  return FOLDERS.some((folder) => path.startsWith(`${folder}/`) && all[folder].includes(path.slice(folder.length + 1)));
}

/** `gateways/main`: `ccgw gateway add main`. */
function toAdd(path: string): string {
  return `ccgw ${path.replace("s/", " add ")}`;
}

function toMend(path: string, problem: string): string {
  const inSecretsManager = "in Secrets Manager: README.md#configuration";
  if (path.startsWith("keys/"))
    return problem.startsWith("There is no")
      ? "deploy again, which makes the keys: README.md#deploy"
      : `put its version before back ${inSecretsManager}`;
  if (problem.endsWith("is not JSON")) return `write it anew ${inSecretsManager}`;
  // No command that sets a field takes a secret of a proof.
  if (problem.includes(" verification.secrets"))
    return `ccgw ${path.replace("s/", " rotate-secret ")} puts a new one in the place of what is wrong`;
  return `mend that field by ccgw ${path.replace("s/", " set ")}, or ${inSecretsManager}`;
}

/** Says names and ids alone. */
export function checkSharedSecrets(names: Names, { connections }: Documents): readonly Finding[] {
  const all = new Map([...connections].map(([name, { settings }]) => [name, settings]));
  const shared = findSharedSecrets(all).filter((group) => group.some(({ name }) => names.connections.includes(name)));
  if (shared.length === 0)
    return [{ name: "shared-secrets", verdict: "ok", detail: "No two connections, and no two receivers, have a secret in common." }];
  return shared.map(toSharing);
}

function toSharing(group: readonly SecretHolder[]): Finding {
  const callers = group.flatMap(({ name, secretId }) => (secretId === undefined ? [] : [`${name} as ${secretId}`]));
  const tellers = group.flatMap(({ name, secretId }) => (secretId === undefined ? [name] : []));
  const harm = [
    ...(callers.length === 0 ? [] : [`post as ${callers.length > 1 ? "each of them" : "the caller"}`]),
    ...(tellers.length === 0 ? [] : ["sign what a receiver takes for a callback"]),
  ].join(", and ");
  const uses = [...callers, ...tellers.map((name) => `callback of ${name}`)].join(", ");
  return {
    name: "shared-secrets",
    verdict: "warning",
    subject: [...new Set(group.map(({ name }) => name))].join(", "),
    detail: `One secret is used more than once (${uses}): whoever has it can ${harm}.`,
    hint: [
      "give each a secret of its own: ",
      ...(callers.length === 0 ? [] : ["ccgw connection rotate-secret NAME, and with --finish once the old one has ended"]),
      ...(callers.length === 0 || tellers.length === 0 ? [] : ["; "]),
      ...(tellers.length === 0 ? [] : ["docs/callbacks.md#change-the-secret"]),
    ].join(""),
  };
}
