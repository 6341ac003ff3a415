/** Every file that describes the API to a tool, as text. The same code makes the same text. */
import { stringify } from "yaml";
import { toOpenApi } from "./openapi.ts";
import { toPostman } from "./postman.ts";
import { toSwagger } from "./swagger.ts";

const HEADING = "# Made by `npm run describe-api`: what is changed here is lost. What to import where: docs/api.md.\n";

/** By path. */
export function toDescriptions(version: string): Readonly<Record<string, string>> {
  const document = toOpenApi(version);
  return {
    // Some tools read YAML 1.1, in which more plain words are something else: what is none in either is quoted.
    "api/openapi.yaml": HEADING + stringify(document, { schema: "yaml-1.1", aliasDuplicateObjects: false, lineWidth: 0 }),
    "api/swagger.json": `${JSON.stringify(toSwagger(document), null, 2)}\n`,
    "api/postman-collection.json": `${JSON.stringify(toPostman(document), null, 2)}\n`,
  };
}
