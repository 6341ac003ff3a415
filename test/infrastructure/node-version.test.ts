/** Under which Node the framework goes on. The plugin itself, with the version of somebody else's. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

const NodeVersion: new (serverless: object, options: object, tools: object, version?: string) => object = createRequire(import.meta.url)(
  "../../infrastructure/node-version.cjs",
);
const under = (version?: string) => new NodeVersion({}, {}, {}, version);

it.each(["18.20.8", "20.20.2", "22.12.0"])("says what to run instead under Node %s, in one sentence without a stack", (version) => {
  const message = `This is Node ${version}, and the functions are packaged with 24 or newer`;
  expect(() => under(version)).toThrow(message);
  expect(() => under(version)).toThrow("npx serverless");
  expect(() => under(version)).toThrow(expect.objectContaining({ stack: expect.stringMatching(new RegExp(`^${message}.*$`)) }));
});

it("says nothing under the one that runs the scripts, and newer ones", () => {
  for (const version of [undefined, "24.0.0", "26.1.0"]) expect(() => under(version)).not.toThrow();
});

it("comes before every other plugin, which may need a newer one", async () => {
  const text = await readFile(new URL("../../serverless.yml", import.meta.url), "utf8");
  const { plugins } = z.object({ plugins: z.array(z.string()) }).parse(parse(text, { logLevel: "silent" }));
  expect(plugins[0]).toBe("./infrastructure/node-version.cjs");
});
