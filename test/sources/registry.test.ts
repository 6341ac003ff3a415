/** No source without its contract: the suite is run over each that is registered, in the file that has its name. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SOURCES } from "../../lib/sources/all.ts";
import { invokedByLambda } from "../../lib/verification/invoked-by-lambda.ts";

function isInvoked({ schemes }: (typeof SOURCES)[number]): boolean {
  return schemes.every((scheme) => scheme === invokedByLambda);
}

function readTest(path: string): string {
  const url = new URL(path, import.meta.url);
  return existsSync(url) ? readFileSync(url, "utf8") : "";
}

describe("the contract of sources", () => {
  it.each(SOURCES.filter((source) => !isInvoked(source)).map(({ id }) => id))("is run over %s", (id) => {
    const text = readTest(`${id}.test.ts`);
    expect(text).toMatch(/^ *describeSource\(/m);
    expect(text).toContain(`id: "${id}",`);
  });

  // Nothing is posted to it and nothing signed: its own suite has the answers, over the function that is invoked.
  it("leaves out what is not called over HTTP, which has a suite of its own", () => {
    expect(SOURCES.filter(isInvoked).map(({ id }) => id)).toEqual(["lex-v2"]);
    expect(readTest("../lex/lex-v2.test.ts")).toContain("openSource(");
    expect(readTest("../lex/handler.test.ts")).toContain("startLex(");
  });
});
