/** The password of an agent that we sign in. */
import { SignIn } from "../../lib/gateway/sign-in.ts";
import type { SecretInput } from "../secret-input.ts";

export function passwordInput(fromPipe: boolean | undefined): SecretInput {
  return {
    ...{ message: "The agent's password at the gateway", flag: "--password-stdin", fromPipe: fromPipe === true, variable: "CCGW_PASSWORD" },
    schema: SignIn.shape.password,
  };
}
