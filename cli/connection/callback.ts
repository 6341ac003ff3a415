/** Who is told how a connection's transfers ended, and what signs that: a secret that somebody brings, or one that is made here, before those that sign already. */
import { Callback } from "../../lib/transfer/callback.ts";
import { isFields } from "../../lib/transfer/request.ts";
import type { Asker } from "../asker.ts";
import { chooseSecret, makeWebhookSecret } from "../chosen-secret.ts";
import type { Edit } from "../edit.ts";
import { mergeFields } from "../merge-patch.ts";
import { CommandError } from "../problem.ts";
import type { Document } from "../secret-book.ts";
import { findSecret, type SecretEnds } from "../secret-input.ts";

const { url: Address, secrets: Secrets } = Callback.shape;

export interface CallbackChange {
  readonly name: string;
  /** Its address; true for what is in the environment. */
  readonly callback?: string | true | undefined;
  readonly callbackSecretStdin?: true | undefined;
  readonly callbackNewest?: true | undefined;
  readonly sheet?: string | undefined;
}

interface Asking {
  readonly ends: SecretEnds;
  readonly asker: Asker;
}

export async function changeCallback(
  document: Document,
  wanted: CallbackChange,
  { ends, asker }: Asking,
): Promise<Pick<Edit, "document" | "sheet">> {
  const { name, callback: asked, callbackSecretStdin, callbackNewest, sheet } = wanted;
  const before = isFields(document.callback) ? document.callback : {};
  const url = await findAddress(wanted, ends);
  const signing = Array.isArray(before.secrets) ? before.secrets : [];
  if (asked === true && url === undefined && before.url === undefined)
    throw new CommandError("--callback has no address: give it, or one with a query as CCGW_CALLBACK_URL in the environment.");
  // What is left exported is for whichever command asks for it.
  const isBrought = callbackSecretStdin || (asked !== undefined && ends.environment.CCGW_CALLBACK_SECRET);
  const isChosen = isBrought || sheet !== undefined || (url !== undefined && signing.length === 0);
  if (isChosen && url === undefined && signing.length === 0)
    throw new CommandError("What signs a callback goes with --callback, its address.");
  const input = {
    ...{ message: "The secret that signs its callbacks", flag: "--callback-secret-stdin", fromPipe: callbackSecretStdin === true },
    ...{ variable: "CCGW_CALLBACK_SECRET", schema: Secrets.element },
  };
  const usualSheet = `${name}-callback.md`;
  const chosen = isChosen ? await chooseSecret({ input, make: makeWebhookSecret, sheet, usualSheet }, ends, asker) : undefined;
  const secrets: readonly unknown[] = chosen === undefined ? signing : [chosen.value, ...signing.filter((each) => each !== chosen.value)];
  const kept = callbackNewest ? secrets.slice(0, 1) : secrets;
  if (callbackNewest && kept.length === 0) throw new CommandError(`--callback-newest: ${name} has no callback.`);
  if (url === undefined && kept === signing) return { document };
  const callback = { ...(url !== undefined && { url }), secrets: kept };
  const changed = mergeFields(document, { callback });
  if (chosen?.sheet === undefined) return { document: changed };
  return { document: changed, sheet: { file: chosen.sheet, text: toCallbackSheet(name, chosen.value) } };
}

/** One with a query may have a secret of the receiver in it. */
async function findAddress({ callback }: CallbackChange, { environment, stdin }: SecretEnds): Promise<string | undefined> {
  if (callback === undefined) return undefined;
  if (callback !== true && callback.includes("?"))
    throw new CommandError("--callback is not for an address with a query, which may be a secret: CCGW_CALLBACK_URL is.");
  const message = "The callback's address";
  const input = { message, flag: "--callback", fromPipe: false, variable: "CCGW_CALLBACK_URL", schema: Address };
  return callback === true ? findSecret(input, { environment, stdin, prompter: undefined }) : callback;
}

function toCallbackSheet(name: string, secret: string): string {
  return `# Callbacks of ${name}

This file has a secret. Pass it on as one, and delete it.

Each callback is signed as Standard Webhooks says (https://www.standardwebhooks.com), by this secret:

    ${secret}

What arrives, how to verify it, and what to answer: docs/callbacks.md.
`;
}
