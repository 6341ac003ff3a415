/** All commands. */
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import packageJson from "../package.json" with { type: "json" };
import { createAgentAdd } from "./agent/add.ts";
import { createAgentList } from "./agent/list.ts";
import { createAgentRemove } from "./agent/remove.ts";
import { createAgentRotateSecret } from "./agent/rotate-secret.ts";
import { createAgentSet } from "./agent/set.ts";
import { createAgentSetPassword } from "./agent/set-password.ts";
import { createAgentShow } from "./agent/show.ts";
import { createConnectionAdd } from "./connection/add.ts";
import { createConnectionCapture } from "./connection/capture.ts";
import { createConnectionDisable, createConnectionEnable } from "./connection/enable.ts";
import { createConnectionList } from "./connection/list.ts";
import { createConnectionRemove } from "./connection/remove.ts";
import { createConnectionRotateSecret } from "./connection/rotate-secret.ts";
import { createConnectionSet } from "./connection/set.ts";
import { createConnectionShow } from "./connection/show.ts";
import { createConnectionTest } from "./connection/test.ts";
import { createDoctor } from "./doctor.ts";
import { createExplain } from "./explain/explain.ts";
import { createGatewayAdd } from "./gateway/add.ts";
import { createGatewayList } from "./gateway/list.ts";
import { createGatewayRemove } from "./gateway/remove.ts";
import { createGatewaySet } from "./gateway/set.ts";
import { createGatewayShow } from "./gateway/show.ts";
import { createMap } from "./mapping/map.ts";
import { createPause, createPauses, createResume } from "./pause.ts";
import { createRedrive } from "./redrive.ts";
import { createSend } from "./send.ts";
import { createApply } from "./setup-file/apply.ts";
import { createDiff } from "./setup-file/diff.ts";
import { createExport } from "./setup-file/export.ts";
import { createTargetsList } from "./targets/list.ts";
import { createTransfersForget } from "./transfers/forget.ts";
import { createTransfersList } from "./transfers/list.ts";
import { createTransfersShow } from "./transfers/show.ts";
import { createTransfersTail } from "./transfers/tail.ts";

interface Group {
  readonly description: string;
  readonly commands: readonly (() => CommandUnknownOpts)[];
}

/** By what they are about, and those that are about no one kind of thing. */
const GROUPS: Readonly<Record<string, Group>> = {
  agent: {
    description: "who is signed in at a gateway, and holds the sessions that are moved",
    commands: [
      createAgentAdd,
      createAgentList,
      createAgentRemove,
      createAgentRotateSecret,
      createAgentSet,
      createAgentSetPassword,
      createAgentShow,
    ],
  },
  connection: {
    description: "callers that may ask for transfers",
    commands: [
      createConnectionAdd,
      createConnectionCapture,
      createConnectionDisable,
      createConnectionEnable,
      createConnectionList,
      createConnectionRemove,
      createConnectionRotateSecret,
      createConnectionSet,
      createConnectionShow,
      createConnectionTest,
    ],
  },
  gateway: {
    description: "CC-Gateway sites",
    commands: [createGatewayAdd, createGatewayList, createGatewayRemove, createGatewaySet, createGatewayShow],
  },
  targets: { description: "where a gateway could move a session to", commands: [createTargetsList] },
  transfers: {
    description: "what became of transfers",
    commands: [createTransfersForget, createTransfersList, createTransfersShow, createTransfersTail],
  },
};
const COMMANDS: readonly (() => CommandUnknownOpts)[] = [
  createApply,
  createDiff,
  createDoctor,
  createExplain,
  createExport,
  createMap,
  createPause,
  createPauses,
  createRedrive,
  createResume,
  createSend,
];

interface Saying {
  /** What commander says of a mistake; on standard error unless given. */
  readonly say?: (words: string) => void;
}

export function createProgram({ say }: Saying = {}): CommandUnknownOpts {
  const program = new Command("ccgw")
    .description(
      "Sets up gateways, agents and connections, tells what became of transfers, holds them back, and says what is wrong: of the local stack (npm start) or, with --stage NAME, of a deployed one.",
    )
    .version(packageJson.version)
    .showHelpAfterError("(--help says more)");
  for (const create of COMMANDS) program.addCommand(create());
  for (const [name, { description, commands }] of Object.entries(GROUPS)) {
    const group = new Command(name).description(description);
    for (const create of commands) group.addCommand(create());
    program.addCommand(group);
  }
  throwMistakes(program, say);
  return program;
}

/** Of each command: a mistake is thrown instead of ending the process, after commander has said what it is. */
function throwMistakes(command: CommandUnknownOpts, say: Saying["say"]): void {
  command.exitOverride();
  if (say !== undefined) command.configureOutput({ writeErr: say });
  for (const each of command.commands) throwMistakes(each, say);
}
