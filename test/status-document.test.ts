/** docs/status.md, held against the code: its outcomes, its requests to the local stack, its secret and its links. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { DEMO_CONNECTION, DEMO_KEY } from "../dev/seed.ts";
import { StatusKey } from "../lib/secrets/status-key.ts";
import { OUTCOMES } from "../lib/transfer/outcome.ts";
import { parseTransferRequest } from "../lib/transfer/request.ts";
import { blocksOf, ROOT, read, withSecret } from "./support/connect-documents.ts";
import { readTables, unquote } from "./support/markdown-tables.ts";
import { toConnection } from "./support/transfer-request.ts";

const PATH = "docs/status.md";

describe("docs/status.md", () => {
  it("says what each outcome means", () => {
    const [table] = readTables(read(PATH));
    const outcomes = table?.rows.filter(([state = ""]) => unquote(state) === "accepted").map(([, outcome = ""]) => unquote(outcome));
    expect(outcomes?.toSorted()).toEqual([...OUTCOMES].toSorted());
  });

  it("has requests that the local stack takes", () => {
    const commands = blocksOf(PATH, "sh").join("\n");
    const posts = [...commands.matchAll(/(\S+\/v1\/transfers\/\S+) -H 'Authorization: Bearer ([^']+)'.* -d '([^']+)'/g)];
    expect(posts).toHaveLength(3);
    for (const [, address, key, body = ""] of posts) {
      expect([address, key]).toEqual([`http://127.0.0.1:3000/v1/transfers/${DEMO_CONNECTION}`, DEMO_KEY]);
      expect(() => parseTransferRequest({ fields: JSON.parse(body) }, toConnection())).not.toThrow();
    }
  });

  it("has a secret that the functions take", () => {
    const [secret = ""] = blocksOf(PATH, "json");
    expect(StatusKey.safeParse(JSON.parse(secret)).success).toBe(false);
    expect(StatusKey.safeParse(JSON.parse(withSecret(secret))).error).toBeUndefined();
  });

  it("links to files that there are", () => {
    const links = [...read(PATH).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
    expect(links.filter((path) => !existsSync(join(ROOT, dirname(PATH), path)))).toEqual([]);
  });
});
