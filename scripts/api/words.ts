/** How a field is told of: a schema of ours, with words for people and tools beside it. The words are in the description alone, never in what is deployed. */
import type * as z from "zod";

interface Words {
  /** A few words, each with a capital letter, for a tool's form. */
  readonly title: string;
  readonly description: string;
  readonly example?: unknown;
  /** How tools of the Power Platform show it. */
  readonly "x-ms-visibility"?: "important" | "advanced" | "internal";
}

export function told<Schema extends z.ZodType>(schema: Schema, { title, description, ...others }: Words): Schema {
  return schema.meta({ title, description, ...others });
}
