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
    targets: z
      .array(z.object({ name: TargetName, ...DescribedTarget.shape }))
      .describe("Where it can transfer to, by name: for drop-down lists."),
    defaults: z
      .object({ target: z.union([Name, DescribedTarget]).optional(), mode: Mode.optional() })
      .describe("What a request can leave out."),
    allow: z
      .object({
        agents: z.union([z.literal("any"), z.array(AgentId)]).optional(),
        targets: z.literal("any").optional(),
        modes: z.union([z.literal("any"), z.array(Mode)]),
      })
      .describe("What else it may do. Unless `targets` is `any`, it may use its named targets alone."),
    requestId,
  })
  .describe("Which connection this is, and what it may do.");

export const Health = z
  .object({ status: z.literal("ok"), version: told(z.string(), { title: "Version", description: "Of what is deployed." }) })
  .describe("The function runs.");

export const Acknowledgement = z
  .object({ message: z.literal("success"), retcode: z.literal("0") })
  .describe("Word for word what the gateway takes for an acknowledgement.");
