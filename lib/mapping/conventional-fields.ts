/** The field names that work without a mapping: whoever writes the body names its fields `ccgw_…`. Anything else in it is not ours and is left alone. */
import type { Violation } from "../errors.ts";
import { invalidRequest, isFields } from "../transfer/request.ts";
import { capViolations, toPointer } from "../transfer/violations.ts";
import { findNearest } from "./nearest-name.ts";

const PREFIX = "ccgw_";
/** What people say, and a bot has collected, may hold anything. */
const CALL_DATA = "ccgw_call_data";

/** What each becomes. Their values come from templates, in which everything is text and what is missing is empty. */
const FIELDS = {
  ccgw_call_id: "callId",
  ccgw_agent_id: "agentId",
  ccgw_mode: "mode",
  ccgw_caller: "caller",
  ccgw_call_data: "callData",
  ccgw_reference: "reference",
  ccgw_delivery_id: "deliveryId",
  ccgw_attempt: "attempt",
} as const;
const OTHERS = ["ccgw_target", "ccgw_skill_id", "ccgw_dry_run"] as const;
export const CONVENTIONAL_FIELDS: readonly string[] = [...Object.keys(FIELDS), ...OTHERS];

/** `ccgw_target` is a target's name, or `agent:205`, `skill-queue:31`, `access-code:88880`. Throws `invalid-request` for a name that looks like one of these and is none, and for a placeholder. */
export function readConventionalFields(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = givenIn(body);
  refuse(given.flatMap(([name, value]) => [...toUnknown(name), ...toUnreplaced(name, value)]));
  const { ccgw_target, ccgw_skill_id: skillId, ccgw_dry_run: dryRun, ...texts } = Object.fromEntries(given);
  const target = withSkill(toTarget(ccgw_target), skillId);
  return {
    ...Object.fromEntries(Object.entries(texts).map(([name, value]) => [nameOf(name), toText(value)])),
    ...(target !== undefined && { target }),
    ...(dryRun !== undefined && { dryRun: toBoolean(dryRun) }),
  };
}

/** Throws `invalid-request` for a name that looks like one of these and is none, whatever it says. */
export function assertKnownNames(body: Readonly<Record<string, unknown>>): void {
  refuse(givenIn(body).flatMap(([name]) => toUnknown(name)));
}

/** What a template leaves where there was nothing. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

/** The field whose name this is, but for case and hyphens. */
function findMeant(name: string): string | undefined {
  const plain = name.toLowerCase().replaceAll("-", "_");
  return CONVENTIONAL_FIELDS.find((known) => known === plain);
}

/** What looks like a field of ours and says something. */
function givenIn(body: Readonly<Record<string, unknown>>): (readonly [string, unknown])[] {
  return Object.entries(body)
    .filter(([name]) => name.startsWith(PREFIX) || findMeant(name) !== undefined)
    .map(([name, value]) => [name, typeof value === "string" ? value.trim() : value] as const)
    .filter(([, value]) => !isEmpty(value));
}

function refuse(violations: readonly Violation[]): void {
  if (violations.length > 0) throw invalidRequest(capViolations(violations));
}

function toUnknown(name: string): Violation[] {
  if (CONVENTIONAL_FIELDS.includes(name)) return [];
  const meant = findMeant(name) ?? findNearest(name, CONVENTIONAL_FIELDS);
  const suggestion = meant === undefined ? "" : `; did you mean ${meant}?`;
  return [{ pointer: toPointer([name]), detail: `is not a known field${suggestion}` }];
}

function toUnreplaced(name: string, value: unknown): Violation[] {
  if (name === CALL_DATA || !CONVENTIONAL_FIELDS.includes(name) || !hasPlaceholder(value)) return [];
  return [{ pointer: toPointer([name]), detail: "holds a placeholder ({{…}}) that nobody replaced" }];
}

/** As ticket systems and low-code tools write one: left as it is where the template, or the field that it names, is wrong. */
function hasPlaceholder(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const start = value.indexOf("{{");
  return start !== -1 && value.indexOf("}}", start) !== -1;
}

function nameOf(name: string): string {
  return Object.entries(FIELDS).find(([conventional]) => conventional === name)?.[1] ?? name;
}

/** A number that a template left unquoted is the text of its digits. Of one that has lost some by now it would be another call's. */
function toText(value: unknown): unknown {
  return Number.isSafeInteger(value) ? String(value) : value;
}

function toTarget(target: unknown): unknown {
  const [, type, address] = (typeof target === "string" && /^([a-z-]+):(.*)$/.exec(target)) || [];
  return type === undefined ? toText(target) : { type, address };
}

/** A named target has its own, and a default one is complete: what is given is used or refused, never dropped. */
function withSkill(target: unknown, skillId: unknown): unknown {
  if (skillId === undefined) return target;
  if (!isFields(target))
    throw invalidRequest([{ pointer: "#/ccgw_skill_id", detail: "is only valid with a ccgw_target that begins with agent:" }]);
  return { ...target, skillId: toNumber(skillId) };
}

function toNumber(value: unknown): unknown {
  return typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
}

function toBoolean(value: unknown): unknown {
  return typeof value === "string" && ["true", "false"].includes(value) ? value === "true" : value;
}
