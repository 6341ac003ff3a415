/** What is given to `npm run deploy` and `npm run remove`: what they need themselves. The framework is given all of it but what it does not know. */
import { StartError } from "../../dev/ports.ts";
import { assertStage } from "../../dev/stage-name.ts";

export interface Given {
  readonly stage: string;
  readonly region: string | undefined;
  readonly profile: string | undefined;
  /** Those of `flags` that are given. */
  readonly flags: ReadonlySet<string>;
  /** Everything else, as it is given. */
  readonly rest: readonly string[];
}

const NAMES: Readonly<Record<string, "stage" | "region" | "profile">> = {
  "--stage": "stage",
  "-s": "stage",
  "--region": "region",
  "-r": "region",
  // As the framework calls it, and as all other commands do.
  "--aws-profile": "profile",
  "--profile": "profile",
};
/** Of `npm start`, with addresses of this machine. */
const LOCAL_STAGE = "local";

/** Throws a `StartError` without a stage: nothing is deployed or removed by a default. */
export function parseCommandLine(given: readonly string[], flags: readonly string[] = []): Given {
  const values: { stage?: string; region?: string; profile?: string } = {};
  const found = new Set<string>();
  const rest: string[] = [];
  const left = [...given];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const [option = "", ...inline] = next.startsWith("--") ? next.split("=") : [next];
    const name = Object.hasOwn(NAMES, option) ? NAMES[option] : undefined;
    if (flags.includes(next)) found.add(next);
    else if (name === undefined) rest.push(next);
    else values[name] = toValue(option, inline.length > 0 ? inline.join("=") : left.shift());
  }
  const { stage, region, profile } = values;
  if (stage === undefined) throw new StartError("Which stage? Give --stage, as in: --stage prod");
  assertStage(stage);
  if (stage === LOCAL_STAGE)
    throw new StartError("The stage local is that of `npm start`, with addresses of this machine. Give another --stage.");
  return { stage, region, profile, flags: found, rest };
}

function toValue(option: string, value: string | undefined): string {
  if (value === undefined || value === "" || value.startsWith("-")) throw new StartError(`${option} needs a value.`);
  return value;
}
