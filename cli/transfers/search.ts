/** What transfers are found by beside their id: what the caller named them by, or their call. Both have an index: old ones are found, too. */
import { Name } from "../../lib/transfer/target.ts";
import { CommandError } from "../problem.ts";
import type { Listed, RecordBook } from "../record-book.ts";

export interface Search {
  readonly reference?: string | undefined;
  /** As it is typed: `main/1552524689-16797284`. */
  readonly call?: string | undefined;
  readonly connection?: string | undefined;
  /** Names of those that there are. */
  readonly connections: () => Promise<readonly string[]>;
  /** Of a reference, of each connection. */
  readonly max: number;
}

interface Searched extends Listed {
  /** Of a reference: the connections whose records were looked at. */
  readonly searched?: readonly string[];
}

/** Undefined where it is for neither. */
export async function searchTransfers(
  book: RecordBook,
  { reference, call, connection, connections, max }: Search,
): Promise<Searched | undefined> {
  if (call !== undefined) {
    const { gateway, callId } = parseCall(call);
    const { deliveries, isCut } = await book.byCall(gateway, callId, max);
    return { deliveries: deliveries.filter(({ pending }) => connection === undefined || pending?.connection === connection), isCut };
  }
  if (reference === undefined) return undefined;
  const searched = connection === undefined ? await connections() : [connection];
  return { ...(await book.byReference(searched, reference, max)), searched };
}

/** A record is found by its connection's name, and outlives it. */
export function toSearchedWords(searched: readonly string[], { connection }: Pick<Search, "connection">): string {
  const which = searched.length === 0 ? "no records, for there is no connection" : `the records of ${searched.join(", ")}`;
  return `Searched: ${which}.${connection === undefined ? " Those of a connection that was removed need --connection NAME." : ""}`;
}

export function parseCall(text: string): { readonly gateway: string; readonly callId: string } {
  const [gateway = "", ...parts] = text.split("/");
  const callId = parts.join("/");
  if (!Name.safeParse(gateway).success || callId === "") throw new CommandError("--call must be GATEWAY/CALLID: main/1552524689-16797284.");
  return { gateway, callId };
}
