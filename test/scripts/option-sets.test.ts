/** With which parameters the template is linted: all that there are. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

const require = createRequire(import.meta.url);
const { NAMES }: { NAMES: readonly string[] } = require("../../infrastructure/parameters.cjs");
const {
  OPTION_SETS,
  untried,
}: {
  OPTION_SETS: Readonly<Record<string, Readonly<Record<string, string>>>>;
  untried(names: readonly string[]): readonly string[];
} = require("../../scripts/option-sets.cjs");

it("leave no parameter out, and name one that is new", () => {
  expect(untried(NAMES)).toEqual([]);
  expect(untried([...NAMES, "aNewOne"])).toEqual(["aNewOne"]);
});

it("have no parameter that there is not, and no value that is empty, which the framework does not take, or has a space, which would be two", () => {
  for (const [name, value] of Object.values(OPTION_SETS).flatMap(Object.entries<string>)) {
    expect(NAMES).toContain(name);
    expect(value).toMatch(/^\S+$/);
  }
});

it("have another value than the default of each", async () => {
  const text = await readFile(new URL("../../serverless.yml", import.meta.url), "utf8");
  const { params } = z
    .object({ params: z.object({ default: z.record(z.string(), z.unknown()) }) })
    .parse(parse(text, { logLevel: "silent" }));
  const alike = NAMES.filter((name) =>
    Object.values(OPTION_SETS).every((set) => (set[name] ?? params.default[name]) === params.default[name]),
  );
  expect(alike).toEqual([]);
});
