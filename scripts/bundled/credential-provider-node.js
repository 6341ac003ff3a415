/** Where AWS's clients find credentials on Lambda: in the environment, and nowhere else. */
export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";
