/** What of others is in the packaged functions, held against esbuild's own account of a bundle that this file makes. */
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { unpack } from "../support/packaged-function.ts";

/** What may be handed on inside a work of another licence, as long as it is named and its text goes along. Another one wants somebody to read it first. */
const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0"];
const TITLE = /^(?<name>@?[\w./-]+) (?<version>\d+\.\d+\.\d+\S*): (?<license>.+)$/;
const Manifest = z.object({ name: z.string(), version: z.string() });
const HANDLERS = readdirSync("handlers").map((file) => basename(file, ".ts"));

/** Name and version of each package in the bundle of each handler. */
const bundled = new Map<string, readonly string[]>();
beforeAll(async () => {
  const options = createRequire(import.meta.url)("../../scripts/bundle-options.cjs")();
  const { outputFileExtension: _one, outputWorkFolder: _other, plugins, ...given } = options;
  // The last of them is what is looked at here.
  const others = plugins.slice(0, -1);
  for (const name of HANDLERS) {
    const { metafile } = await build({
      ...given,
      plugins: others,
      entryPoints: [`handlers/${name}.ts`],
      outdir: "unwritten",
      write: false,
      metafile: true,
    });
    const inputs = Object.values(metafile?.outputs ?? {}).flatMap((output) => Object.entries(output.inputs));
    const folders = inputs.flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 && path.includes("node_modules/") ? [toFolder(path)] : [],
    );
    bundled.set(name, [...new Set(folders)].map(toNameAndVersion).toSorted());
  }
});

function toFolder(path: string): string {
  const start = path.lastIndexOf("node_modules/") + "node_modules/".length;
  const [first = "", second = ""] = path.slice(start).split("/");
  return path.slice(0, start) + (first.startsWith("@") ? `${first}/${second}` : first);
}

function toNameAndVersion(folder: string): string {
  const { name, version } = Manifest.parse(JSON.parse(readFileSync(`${folder}/package.json`, "utf8")));
  return `${name} ${version}`;
}

interface Listed {
  readonly name: string;
  readonly license: string;
}

/** Sections of packages that have one text. */
async function readListed(functionName: string): Promise<{ readonly packages: readonly Listed[]; readonly texts: readonly string[] }> {
  const files = await unpack(inject("packageFolder"), `${functionName}.zip`);
  const listing = Buffer.from(files["THIRD-PARTY-LICENSES.txt"] ?? []).toString("utf8");
  const [, ...parts] = listing.split(/^={80}$\n/m);
  const sections = parts.map((part) => {
    const [titles = "", ...text] = part.split("\n\n");
    const packages = titles.split("\n").map((line) => {
      const { name, version, license = "" } = TITLE.exec(line)?.groups ?? {};
      return { name: `${name} ${version}`, license };
    });
    return { packages, text: text.join("\n\n") };
  });
  return { packages: sections.flatMap(({ packages }) => packages), texts: sections.map(({ text }) => text) };
}

it.each(HANDLERS)(
  "%s lists every package that it is bundled from, under licences that may be handed on, with their texts",
  async (name) => {
    const { packages, texts } = await readListed(name);
    expect(bundled.get(name)?.length).toBeGreaterThan(0);
    expect(packages.map((listed) => listed.name).toSorted()).toEqual(bundled.get(name));
    expect(packages.filter(({ license }) => !ALLOWED.includes(license))).toEqual([]);
    for (const text of texts) expect(text).toMatch(/copyright|licen[cs]e/i);
  },
);

describe("of a bundle of two packages, of which a third is not used", () => {
  const LICENSE = "Copyright (c) somebody\n\nTheir own words.";
  const packages = {
    "with-notice": { license: "Apache-2.0", files: { LICENSE, NOTICE: "This product includes something." }, is: "export default 1" },
    "without-text": { license: "MIT", author: "Nobody Else", files: {}, is: "export default 2" },
    unused: { license: "GPL-3.0-only", files: { LICENSE }, is: "export default 3" },
  };

  it("lists what is in it, with its notice, and with the licence's usual words where it has no text", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ccgw-bundle-"));
    for (const [name, { files, is, ...manifest }] of Object.entries(packages)) {
      const place = join(folder, "node_modules", name);
      await mkdir(place, { recursive: true });
      const written = {
        ...files,
        "package.json": JSON.stringify({ name, version: "1.2.3", sideEffects: false, ...manifest }),
        "index.js": is,
      };
      for (const [file, text] of Object.entries(written)) await writeFile(join(place, file), text);
    }
    await mkdir(join(folder, "handlers"));
    const source = 'import one from "with-notice"; import two from "without-text"; import three from "unused"; console.log(one, two);';
    await writeFile(join(folder, "handlers", "thing.ts"), source);
    const { plugins } = createRequire(import.meta.url)("../../scripts/bundle-options.cjs")();
    await build({ bundle: true, absWorkingDir: folder, entryPoints: ["handlers/thing.ts"], outdir: join(folder, "out/handlers"), plugins });

    const listing = await readFile(join(folder, "out/__only_thing/THIRD-PARTY-LICENSES.txt"), "utf8");
    await rm(folder, { recursive: true });
    expect(listing.match(/^.* 1\.2\.3: .*$/gm)).toEqual(["with-notice 1.2.3: Apache-2.0", "without-text 1.2.3: MIT"]);
    expect(listing).toContain("Their own words.\n\nThis product includes something.\n");
    expect(listing).toContain("Copyright (c) Nobody Else, without-text\n\nPermission is hereby granted");
  });
});
