/**
 * Scheme `invoked-by-lambda`: a caller that invokes a function of its own, where IAM proves who it is. Over HTTP nothing proves it: whoever posts to
 * such a connection is refused.
 */
import * as z from "zod";
import { defineScheme, refused } from "./scheme.ts";

export const invokedByLambda = defineScheme({
  id: "invoked-by-lambda",
  settings: () => z.strictObject({ scheme: z.literal("invoked-by-lambda") }),
  verify: () => refused("missing-credential"),
});
