/** Key material of our own, as the secrets under `{prefix}/keys` have it. */
import * as z from "zod";
import { isPlaceholder, PLACEHOLDER_RULE } from "../transfer/placeholder.ts";

/** As many as 128 bits need in hex. */
const KEY_MIN_CHARACTERS = 32;

export const KeyText = z
  .string()
  .min(KEY_MIN_CHARACTERS)
  .refine((key) => !isPlaceholder(key), PLACEHOLDER_RULE);
