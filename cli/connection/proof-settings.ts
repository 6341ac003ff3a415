/**
 * What a scheme has to be told beside its secret: asked for where a person types, each answer held against the functions' own schema at once, and else named, with an
 * example of `--verification`.
 */

import type { Source } from "../../lib/sources/source.ts";
import { inOurWords } from "../../lib/transfer/issue-words.ts";
import { TIMESTAMP_UNITS } from "../../lib/verification/freshness.ts";
import { HmacProfile } from "../../lib/verification/hmac.ts";
import { CommandError } from "../problem.ts";
import type { Prompter } from "../prompter.ts";
import type { Document } from "../secret-book.ts";
import { proofKindOf } from "./proof.ts";

/** In the place of what is asked for later. */
const STAND_INS = { secrets: "stands-in-for-a-secret", accepted: "00000000-0000-4000-8000-000000000000" } as const;
/** By the schemes that have to be told more. */
const EXAMPLES: Readonly<Record<string, Document>> = {
  hmac: { scheme: "hmac", header: "x-signature", encoding: "base64", signed: "{body}" },
  "bot-framework-token": { channels: ["directline"] },
  "shared-secret": { organizations: ["00D5g00000ABCDeEAH"] },
};
const LISTS: Readonly<Record<string, { readonly field: string; readonly message: string }>> = {
  "bot-framework-token": { field: "channels", message: "The channels that may ask for a transfer, as directline (separated by commas)" },
  "shared-secret": { field: "organizations", message: "The Salesforce organizations that may use it, as 00D… (separated by commas)" },
};

interface Asking {
  readonly source: Source;
  readonly scheme: string;
  readonly prompter: Prompter | undefined;
}

/** Those that were given, and those that the scheme cannot do without. */
export async function askProofSettings(given: Document, { source, scheme, prompter }: Asking): Promise<Document> {
  const missing = findMissing(given, { source, scheme });
  const example = EXAMPLES[scheme];
  if (missing.length === 0 || example === undefined) return given;
  if (prompter === undefined)
    throw new CommandError(
      `--verification must say how ${scheme} is proven (${missing.join(", ")} is missing), as in --verification '${JSON.stringify(example)}'`,
    );
  const asked: Record<string, unknown> = { ...given };
  /** Of one answer, among those before it. */
  const checkOf = (field: string, toValue: (answer: string) => unknown) => (answer: string) =>
    findIssues({ ...asked, [field]: toValue(answer) }, { source, scheme }).find(({ path: [top] }) => top === field)?.message;
  const list = LISTS[scheme];
  if (list !== undefined) {
    const { field, message } = list;
    return { ...given, [field]: toList(await prompter.text({ message, check: checkOf(field, toList) })) };
  }
  const ask = async (field: string, message: string, initial?: string) => {
    asked[field] ??= await prompter.text({ message, initial, check: checkOf(field, String) });
  };
  const choose = (message: string, values: readonly string[]) =>
    prompter.choose(
      message,
      values.map((value) => ({ value, label: value })),
    );
  const { algorithm, encoding } = HmacProfile.shape;
  await ask("header", "The header that has the signature, as x-signature");
  asked.algorithm ??= await choose("By which hash is it signed?", algorithm.unwrap().options);
  asked.encoding ??= await choose("How is the signature written?", encoding.unwrap().options);
  await ask("prefix", "What stands before the signature, as sha256= (may be left empty)");
  await ask("signed", "What is signed, of {method}, {url}, {timestamp} and {body}", DEFAULTS.signed);
  if (String(asked.signed).includes("{timestamp}") && asked.timestamp === undefined) {
    const [unit] = TIMESTAMP_UNITS;
    const check = checkOf("timestamp", (header) => ({ header, unit }));
    const header = await prompter.text({ message: "The header that has the time of signing, as x-timestamp", check });
    asked.timestamp = { header, unit: await choose("In which unit is that time?", TIMESTAMP_UNITS) };
  }
  // What is as it would be anyway is not written.
  const isUsual = ([field, value]: [string, unknown]) =>
    !Object.hasOwn(given, field) && Object.entries(DEFAULTS).some(([name, usual]) => name === field && usual === value);
  return Object.fromEntries(Object.entries(asked).filter((entry) => !isUsual(entry)));
}

const DEFAULTS = HmacProfile.parse({ header: "any" });

function findMissing(settings: Document, scheme: Omit<Asking, "prompter">): readonly string[] {
  const fields = findIssues(settings, scheme).map(({ path: [field = ""] }) => String(field));
  return [...new Set(fields)].filter((field) => !Object.hasOwn(settings, field));
}

function findIssues(settings: Document, { source, scheme }: Omit<Asking, "prompter">) {
  const { kept } = proofKindOf(scheme);
  const standIn = kept === "nothing" ? {} : { [kept]: [{ id: "first", value: STAND_INS[kept] }] };
  const verifier = source.schemes.find(({ id }) => id === scheme)?.verifier({ test: false });
  const { error } = verifier?.safeParse({ ...settings, scheme, ...standIn }, { error: inOurWords }) ?? {};
  return (error?.issues ?? []).filter(({ path: [field] }) => field !== undefined && field !== kept);
}

function toList(answer: string): readonly string[] {
  return answer.split(",").map((each) => each.trim());
}
