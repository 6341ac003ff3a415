/** `npm run describe-api`: writes the descriptions of the API that tools import, from the schemas and the failures of lib/. With `--check`, says which are behind. */
import { readFileSync, writeFileSync } from "node:fs";
import packageJson from "../package.json" with { type: "json" };
import { toDescriptions } from "./api/descriptions.ts";

const isCheck = process.argv.includes("--check");
const behind = Object.entries(toDescriptions(packageJson.version)).filter(([path, text]) => read(path) !== text);
if (!isCheck) for (const [path, text] of behind) writeFileSync(toUrl(path), text);

for (const [path] of behind) console.log(isCheck ? `${path} is not what the code says: npm run describe-api` : `${path} written`);
if (behind.length === 0) console.log("the descriptions of the API are what the code says");
process.exitCode = isCheck && behind.length > 0 ? 1 : 0;

function toUrl(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(toUrl(path), "utf8");
  } catch {
    return undefined;
  }
}
