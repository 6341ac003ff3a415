/** What has been packaged, as the framework has written it down. */
import { readFileSync } from "node:fs";

interface Packaged {
  readonly stage: string;
  readonly folder: string;
}

export function describePackaged({ stage, folder }: Packaged): string {
  const { service } = JSON.parse(readFileSync(`${folder}/serverless-state.json`, "utf8"));
  return `Packaged: the stage ${stage} for ${service.provider.region}, in ${folder}.`;
}
