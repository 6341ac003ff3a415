/** What is answered where nobody asks about a transfer, as schemas. */
import * as z from "zod";
import { AgentId, Mode, Name } from "../../lib/transfer/target.ts";
import { requestId } from "./answers.ts";
import { DescribedTarget, TargetName } from "./requests.ts";
import { told } from "./words.ts";

export const Connection = z
  .object({
    connection: told(Name, { title: "Connection", description: "Its name." }),
    source: told(z.string(), { title: "Source", description: "The kind of caller that it is." }),
    test: told(z.boolean(), { title: "Test", description: "Whether every delivery is a dry run." }),
    gateway: told(Name, { title: "Gateway", description: "Of its agents." }),
    agentId: told(AgentId.optional(), { title: "Agent ID", description: "Whose sessions it moves unless a request says otherwise." }),
    targets: told(z.array(z.object({ name: TargetName, ...DescribedTarget.shape })), {
      title: "Targets",
      description: "Where it can transfer to, by name: for drop-down lists.",
    }),
    defaults: told(
      z.object({
        target: told(z.union([Name, DescribedTarget]).optional(), { title: "Default Target", description: "A name, or type and address." }),
        mode: told(Mode.optional(), { title: "Default Mode", description: "Unless a request says otherwise." }),
      }),
      { title: "Defaults", description: "What a request can leave out." },
    ),
    allow: told(
      z.object({
        agents: told(z.union([z.literal("any"), z.array(AgentId)]).optional(), {
          title: "Allowed Agents",
          description: "Whose sessions it may move beside its own agent's.",
        }),
        targets: told(z.literal("any").optional(), { title: "Allowed Targets", description: "Unset: its named targets alone." }),
        modes: told(z.union([z.literal("any"), z.array(Mode)]), { title: "Allowed Modes", description: "`any`, or a list." }),
      }),
      { title: "Allow", description: "What else it may do." },
    ),
    requestId,
  })
  .describe("Which connection this is, and what it may do.");

export const Health = z
  .object({
    status: told(z.literal("ok"), { title: "Status", description: "It answers." }),
    version: told(z.string(), { title: "Version", description: "Of what is deployed." }),
  })
  .describe("The function runs.");

export const Acknowledgement = z
  .object({
    message: told(z.literal("success"), { title: "Message", description: "In the gateway's words." }),
    retcode: told(z.literal("0"), { title: "Retcode", description: "In the gateway's words." }),
  })
  .describe("Word for word what the gateway takes for an acknowledgement.");
