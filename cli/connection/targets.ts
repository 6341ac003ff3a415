/** Named targets as they are typed: `billing=skill-queue:31`, `ana=agent:205:3`. */
import type * as z from "zod";
import { hasAnyTarget } from "../../lib/transfer/permission.ts";
import { Name, Target } from "../../lib/transfer/target.ts";
import { findMistake } from "../asker.ts";
import { CommandError } from "../problem.ts";

const FORM = /^(?<name>[^=]+)=(?<type>[a-z-]+):(?<address>[^:]+)(:(?<skillId>\d+))?$/;

type NamedTarget = readonly [string, z.infer<typeof Target>];

/** Throws a `CommandError` that says what is wrong with it. */
export function parseTarget(text: string): NamedTarget {
  const { name = "", type, address, skillId } = FORM.exec(text)?.groups ?? {};
  if (type === undefined)
    throw new CommandError("--target is NAME=TYPE:ADDRESS, with TYPE skill-queue, agent or access-code: billing=skill-queue:31.");
  const target = Target.safeParse({ type, address, ...(skillId !== undefined && { skillId: Number(skillId) }) });
  const mistake = findMistake(name, Name) ?? target.error?.issues[0]?.message;
  if (!target.success || mistake !== undefined) throw new CommandError(`--target ${text}: ${mistake}.`);
  return [name, target.data];
}

/** Undefined where there is a target that it may use. */
export function findNoTarget(name: string, settings: Parameters<typeof hasAnyTarget>[0]): string | undefined {
  if (hasAnyTarget(settings)) return undefined;
  const example = "--target billing=skill-queue:31 --default-target billing";
  return `It may move sessions nowhere: each request is forbidden until it has a target: ccgw connection set ${name} ${example}`;
}

/** What is wrong with it, for whoever is asked. */
export function findTargetMistake(text: string): string | undefined {
  try {
    parseTarget(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
