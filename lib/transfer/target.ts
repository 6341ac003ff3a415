/** Where a session goes: the device types of the vendor's page under names that people read. The wire numbers live in gateway/. */
import * as z from "zod";
import { ADDRESS_MAX_CHARACTERS, AGENT_ID_MAX, AGENT_ID_MIN, SKILL_ID_MAX } from "./limits.ts";
import { expected, plainText } from "./text.ts";

export const MODES = ["release-after-transfer", "blind"] as const;
export const Mode = z.enum(MODES, { error: expected(`one of ${MODES.join(", ")}`) });
export type Mode = z.infer<typeof Mode>;

const AGENT_ID_RULE = `a string of digits from ${AGENT_ID_MIN} to ${AGENT_ID_MAX}`;
export const AgentId = z
  .string({ error: expected(AGENT_ID_RULE) })
  .refine((value) => /^[1-9]\d{2,5}$/.test(value) && Number(value) >= AGENT_ID_MIN, `must be ${AGENT_ID_RULE}`)
  .meta({ pattern: "^[1-9][0-9]{2,5}$" });

/** A name of a connection, a gateway or a target: what a secret's name and a URL path can both carry as they are. */
export const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must match ^[a-z0-9][a-z0-9-]{0,62}$");

const address = plainText(ADDRESS_MAX_CHARACTERS);
const SKILL_ID_RULE = `a whole number from 0 to ${SKILL_ID_MAX}`;
const skillId = z
  .int({ error: expected(SKILL_ID_RULE) })
  .min(0, `must be ${SKILL_ID_RULE}`)
  .max(SKILL_ID_MAX, `must be ${SKILL_ID_RULE}`);

export const TARGET_TYPES = ["skill-queue", "agent", "access-code"] as const;

export const Target = z
  .strictObject(
    { type: z.enum(TARGET_TYPES, { error: expected(`one of ${TARGET_TYPES.join(", ")}`) }), address, skillId: skillId.optional() },
    {
      error: (issue) =>
        issue.code === "invalid_type" ? expected("an object, or the name of one of the connection's targets")(issue) : undefined,
    },
  )
  // With whatever else is wrong: all is told at once.
  .refine(({ type, skillId }) => skillId === undefined || type === "agent" || !TARGET_TYPES.includes(type), {
    path: ["skillId"],
    error: "is only valid with a target of type agent",
    when: ({ value }) => typeof value === "object" && value !== null,
  });
export type Target = z.infer<typeof Target>;

export function isSameTarget(a: Target, b: Target): boolean {
  return a.type === b.type && a.address === b.address && a.skillId === b.skillId;
}
