/** Objects of the control interface that are told in words: which fields there are, and what each takes. The words are made of the schemas themselves. */
import * as z from "zod";

/** What is used of a JSON schema. */
interface Described {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Described[];
  readonly oneOf?: readonly Described[];
  readonly items?: Described;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
}

/** A strict object that names its fields to whoever gives it another one. */
export function defineFields<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const names = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? `no such field: ${issue.keys.join(", ")}; there are ${names}` : undefined),
  });
}

/** The error of a discriminated union: what there is to choose from. */
export function toChoices(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.code === "invalid_union" && Array.isArray(issue.options) ? `must be one of ${issue.options.join(", ")}` : undefined;
}

/** The fields of an object, or of each that a union is made of. `?` marks one that may be left out. */
export function describeFields(schema: z.ZodType): readonly Readonly<Record<string, string>>[] {
  return toObjects(parseDescription(schema)).map(({ properties = {}, required = [] }) =>
    Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [
        required.includes(name) ? name : `${name}?`,
        `${toWords(field)}${toDefault(field)}`,
      ]),
    ),
  );
}

/** It stays true to the JSON schema of objects, which no schema here leaves. */
function parseDescription(schema: z.ZodType): Described {
  return z.toJSONSchema(schema, { io: "input" }) as Described;
}

function toObjects(described: Described): readonly Described[] {
  return (described.oneOf ?? described.anyOf)?.flatMap(toObjects) ?? [described];
}

function toWords({ type, const: only, enum: options, anyOf, items, minimum, maximum }: Described): string {
  if (only !== undefined) return String(only);
  if (options !== undefined) return options.join(" | ");
  if (anyOf !== undefined) return anyOf.map(toWords).join(" | ");
  if (items !== undefined) return `array of ${toWords(items)}`;
  if (type === "integer") return `integer from ${minimum}${maximum === Number.MAX_SAFE_INTEGER ? "" : ` to ${maximum}`}`;
  return type ?? "anything";
}

function toDefault(field: Described): string {
  return field.default === undefined ? "" : `; ${field.default} unless given`;
}
