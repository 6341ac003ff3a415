/** How a new connection's caller is proven: its scheme, and the secret, brought or made. */
import type { Source } from "../../lib/sources/source.ts";
import type { Asker } from "../asker.ts";
import { type ChosenSecret, chooseSecret } from "../chosen-secret.ts";
import { CommandError } from "../problem.ts";
import type { Document } from "../secret-book.ts";
import type { SecretEnds } from "../secret-input.ts";
import { proofKindOf, valueSchema } from "./proof.ts";
import { askProofSettings } from "./proof-settings.ts";

/** Never on a command line. */
const SECRET_FIELDS = ["secrets", "accepted"];
const FIRST = "first";

export interface ProofWanted {
  readonly verification?: Document | undefined;
  readonly accept?: string | undefined;
  readonly secretStdin?: true | undefined;
  readonly sheet?: string | undefined;
}

interface Asking {
  readonly source: Source;
  readonly asker: Asker;
  readonly ends: SecretEnds;
}

interface AskedProof {
  readonly verification: Document;
  /** The file that the secret goes into, where it was made here. */
  readonly sheet?: string | undefined;
  /** Of that secret. */
  readonly value?: string | undefined;
}

export async function askProof(wanted: ProofWanted & { readonly name: string }, asking: Asking): Promise<AskedProof> {
  const { verification: given = {} } = wanted;
  const { source, asker, ends } = asking;
  for (const field of SECRET_FIELDS)
    if (Object.hasOwn(given, field)) throw new CommandError(`--verification is not for ${field}: see --secret-stdin and --accept.`);
  const scheme = await askScheme(given, asking);
  const settings = await askProofSettings(given, { source, scheme, prompter: ends.prompter });
  const { kept, message } = proofKindOf(scheme);
  if (kept === "nothing") return { verification: { ...settings, scheme } };
  if (kept === "accepted") {
    const value = await asker.text({ flag: "--accept", given: wanted.accept, message, schema: valueSchema(source, scheme, settings) });
    return { verification: { ...settings, scheme, accepted: [{ id: FIRST, value }] } };
  }
  const { value, sheet } = await chooseConnectionSecret({ ...wanted, scheme, settings }, asking, ends);
  return { verification: { ...settings, scheme, secrets: [{ id: FIRST, value }] }, ...(sheet !== undefined && { sheet, value }) };
}

async function askScheme(settings: Document, { source, ends: { prompter } }: Asking): Promise<string> {
  const [usual, ...others] = source.schemes;
  if (typeof settings.scheme === "string") {
    if (source.schemes.some(({ id }) => id === settings.scheme)) return settings.scheme;
    throw new CommandError(`--verification: the scheme of ${source.id} must be one of ${source.schemes.map(({ id }) => id).join(", ")}.`);
  }
  if (others.length === 0 || prompter === undefined) return usual.id;
  return prompter.choose(
    "How does it prove itself?",
    source.schemes.map(({ id }) => ({ value: id, label: id })),
  );
}

export interface SecretWanted {
  readonly name: string;
  readonly scheme: string;
  readonly settings: Document;
  readonly secretStdin?: true | undefined;
  readonly sheet?: string | undefined;
}

/** Of a scheme that has secrets. */
export function chooseConnectionSecret(
  { name, scheme, settings, secretStdin, sheet }: SecretWanted,
  { source, asker }: Pick<Asking, "source" | "asker">,
  ends: SecretEnds,
): Promise<ChosenSecret> {
  const { message, make } = proofKindOf(scheme);
  const schema = valueSchema(source, scheme, settings);
  const input = { message, flag: "--secret-stdin", fromPipe: secretStdin === true, variable: "CCGW_SECRET", schema };
  return chooseSecret({ input, make, sheet, usualSheet: `${name}-hand-over.md` }, ends, asker);
}
