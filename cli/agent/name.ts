/** An agent as commands take it: GATEWAY/ID. */
import { AgentId, Name } from "../../lib/transfer/target.ts";
import { assertValid } from "../asker.ts";
import { CommandError, NotFound } from "../problem.ts";
import type { SecretBook } from "../secret-book.ts";

interface NamedAgent {
  readonly gateway: string;
  readonly agentId: string;
}

/** Throws a `CommandError`. */
export function parseAgentName(name: string): NamedAgent {
  const [gateway = "", agentId = "", ...more] = name.split("/");
  if (agentId === "" || more.length > 0) throw new CommandError("An agent is named as GATEWAY/ID: main/101.");
  assertValid(gateway, { flag: "The gateway's name", schema: Name });
  assertValid(agentId, { flag: "The agent's id", schema: AgentId });
  return { gateway, agentId };
}

/** Throws `NotFound` where there is no such gateway. */
export async function requireGateway(book: SecretBook, gateway: string) {
  const kept = await book.read("gateways", gateway);
  if (kept === undefined) throw new NotFound(`There is no gateway ${gateway}: ccgw gateway add ${gateway} makes it.`);
  return book.parse("gateways", gateway, kept.document);
}
