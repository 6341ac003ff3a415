/**
 * What stands in a setup file in the place of a secret: where it is to be had. `generate` makes one where there is none yet, `keep` leaves what is there; so
 * neither changes what is in use. A text that is no secret may have a file of its own beside it.
 */
import * as z from "zod";
import { isFields } from "../../lib/transfer/request.ts";

const Reference = z.union([
  z.strictObject({ fromEnv: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
  /** Relative to the setup file. */
  z.strictObject({ fromFile: z.string().min(1) }),
  /** The name of any secret in Secrets Manager, or `name#key` of one that is a JSON object. */
  z.strictObject({ fromSecret: z.string().min(1) }),
  z.strictObject({ generate: z.literal(true) }),
  z.strictObject({ keep: z.literal(true) }),
]);
export type Reference = Readonly<z.infer<typeof Reference>>;

const TextFile = z.strictObject({ file: z.string().min(1) });

export const REFERENCE_RULE =
  "must be one of { fromEnv: NAME }, { fromFile: path }, { fromSecret: name#key }, { generate: true }, { keep: true }: no secret stands in this file itself";

export function parseReference(value: unknown): Reference | undefined {
  return Reference.safeParse(value).data;
}

/** The path of a text in a file of its own. */
export function parseTextFile(value: unknown): string | undefined {
  return TextFile.safeParse(value).data?.file;
}

/** Where two of them meet, one takes the other's place instead of being merged with it. */
export function isReferring(value: unknown): boolean {
  return isFields(value) && (parseReference(value) !== undefined || parseTextFile(value) !== undefined);
}
