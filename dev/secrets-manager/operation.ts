// What an operation is: a parsed request body and the secrets in, the answer's body out, a fault thrown. It knows no HTTP.
import type * as z from "zod";
import { parseInput } from "./operation-inputs.ts";
import type { SecretStore } from "./secret-store.ts";

export interface OperationContext {
  readonly store: SecretStore;
  /** When the request arrived, Unix milliseconds. */
  readonly nowMs: number;
}

export type Operation = (body: unknown, context: OperationContext) => object;

export function defineOperation<S extends z.ZodType>(input: S, run: (input: z.output<S>, context: OperationContext) => object): Operation {
  return (body, context) => run(parseInput(input, body), context);
}
