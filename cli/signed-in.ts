/** Managed agents whose secrets go: without one nobody can sign its agent out. Whether it is signed in a program cannot see. */
import type { Place } from "./place.ts";

/** `next` is what is to be done after it. */
export function tellSignedIn({ isLocal, functionName }: Place, only: readonly string[], next: string): readonly string[] {
  if (only.length === 0) return [];
  const name = functionName("sign-out-agents");
  const payload = JSON.stringify({ keepOut: true, only });
  return [
    `Stays signed in at its gateway, unless it is signed out first: ${only.join(", ")}. Within half a minute after that, before it is signed in again, ${next}:`,
    isLocal
      ? `  curl -s -w '\\n' -d '${payload}' ${process.env.AWS_ENDPOINT_URL_LAMBDA}/2015-03-31/functions/${name}/invocations`
      : `  aws lambda invoke --function-name ${name} --payload '${payload}' --cli-binary-format raw-in-base64-out --cli-read-timeout 0 /dev/stdout`,
  ];
}

/** Of the same ones, once their secrets are gone. */
export function tellLeft(agents: readonly string[]): readonly string[] {
  return agents.map((name) => `Where ${name} is signed in, its session lives on for up to five minutes.`);
}
