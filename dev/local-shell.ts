/** A shell that is set up for the local stack, as the README says: whoever means AWS there would ask this machine, or be refused for its keys. */
import { StartError } from "./ports.ts";

const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])$/;
/** Of the README, for the local stack. */
const LOCAL_KEY = "local";

/** Throws a `StartError` that says what to unset. */
export function assertNotLocal(environment: Readonly<Record<string, string | undefined>>): void {
  const endpoints = Object.keys(environment).filter((name) => name.startsWith("AWS_ENDPOINT_URL") && isLoopback(environment[name]));
  const keys =
    environment.AWS_ACCESS_KEY_ID === LOCAL_KEY
      ? ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"].filter((name) => environment[name] !== undefined)
      : [];
  if (endpoints.length + keys.length === 0) return;
  throw new StartError(
    `This shell is set up for the local stack, not for an AWS account. First:\n\n  unset ${[...endpoints, ...keys].join(" ")}`,
  );
}

function isLoopback(url = ""): boolean {
  return URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
}
