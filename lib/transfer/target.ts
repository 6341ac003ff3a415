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
  .refine((value) => /^[1-9]\d{2,5}$/.test(value) && Number(value) >= AGENT_ID_MIN, `must be ${AGENT_ID_RULE}`);

/** A name of a connection, a gateway or a target: what a secret's name and a URL path can both carry as they are. */
export const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must match ^[a-z0-9][a-z0-9-]{0,62}$");

const address = plainText(ADDRESS_MAX_CHARACTERS);
const SKILL_ID_RULE = `a whole number from 0 to ${SKILL_ID_MAX}`;
const skillId = z
  .int({ error: expected(SKILL_ID_RULE) })
  .min(0, `must be ${SKILL_ID_RULE}`)
  .max(SKILL_ID_MAX, `must be ${SKILL_ID_RULE}`);

export const TARGET_TYPES = ["skill-queue", "agent", "access-code"] as const;

export const Target = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("skill-queue"), address }),
    z.strictObject({ type: z.literal("agent"), address, skillId: skillId.optional() }),
    z.strictObject({ type: z.literal("access-code"), address }),
  ],
  {
    error: (issue) =>
      issue.code === "invalid_union"
        ? `must be one of ${TARGET_TYPES.join(", ")}`
        : expected("an object, or the name of one of the connection's targets")(issue),
  },
);
export type Target = z.infer<typeof Target>;

export function isSameTarget(a: Target, b: Target): boolean {
  return a.type === b.type && a.address === b.address && skillOf(a) === skillOf(b);
}

export function skillOf(target: Target): number | undefined {
  return target.type === "agent" ? target.skillId : undefined;
}
