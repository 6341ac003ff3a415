/** As which bot a conversation is told what became of its transfer: its password, which is brought. All else of it is among the settings. */

import { Connector } from "../../lib/transfer/connector.ts";
import { isFields } from "../../lib/transfer/request.ts";
import { mergeFields } from "../merge-patch.ts";
import { CommandError } from "../problem.ts";
import type { Document } from "../secret-book.ts";
import { requireSecret, type SecretEnds } from "../secret-input.ts";

export interface ConnectorChange {
  readonly name: string;
  readonly appPasswordStdin?: true | undefined;
  readonly settings?: Document | undefined;
}

/** It is asked for where there is a connector without one. */
export async function changeConnector(
  document: Document,
  { name, appPasswordStdin, settings }: ConnectorChange,
  ends: SecretEnds,
): Promise<Document> {
  // What is left exported is for whichever command asks for it.
  const isBrought = appPasswordStdin || (isFields(settings?.connector) && ends.environment.CCGW_APP_PASSWORD);
  const { connector } = document;
  if (!isFields(connector)) {
    if (appPasswordStdin) throw new CommandError(`${name} has no connector: --settings makes one, as docs/handoff-status.md says.`);
    return document;
  }
  if (!isBrought && connector.appPassword !== undefined) return document;
  const input = {
    ...{ message: "The password of the bot's app", flag: "--app-password-stdin", fromPipe: appPasswordStdin === true },
    ...{ variable: "CCGW_APP_PASSWORD", schema: Connector.shape.appPassword },
  };
  return mergeFields(document, { connector: { appPassword: await requireSecret(input, ends) } });
}
