/**
 * A plugin of esbuild: beside each bundle, the packages that are in it, with their versions, licences and texts, for its zip. esbuild's own account of a bundle says
 * which those are: what was left out of it is not listed. Judges no licence: a test does.
 */
const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");

const FILE = "THIRD-PARTY-LICENSES.txt";
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
const STANDARD_TEXTS = {
  "Apache-2.0": join(__dirname, "..", "LICENSE"),
  MIT: join(__dirname, "license-texts", "MIT.txt"),
  "MIT-0": join(__dirname, "license-texts", "MIT-0.txt"),
};
const RULE = "=".repeat(80);
const TEXTS = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/** serverless-esbuild puts what is in this folder of its work into the zip of that function alone. */
const folderOf = (outdir, functionName) => join(dirname(outdir), `__only_${functionName}`);

module.exports = () => ({
  name: "third-party-licenses",
  setup(build) {
    build.initialOptions.metafile = true;
    const { outdir, absWorkingDir = process.cwd() } = build.initialOptions;
    build.onEnd(({ metafile }) => {
      const outputs = metafile?.outputs ?? {};
      const entries = Object.values(build.initialOptions.entryPoints);
      for (const [path, { entryPoint }] of Object.entries(outputs)) {
        // What is loaded on demand is an entry, too, of nobody's choice.
        if (!entries.includes(entryPoint)) continue;
        const folder = folderOf(outdir, basename(entryPoint, ".ts"));
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, FILE), toText(packagesOf(inputsOf(path, outputs), absWorkingDir)));
      }
    });
  },
});

/** Of a bundle and of all that it loads, at once or on demand. */
function inputsOf(path, outputs, seen = new Set()) {
  if (seen.has(path) || outputs[path] === undefined) return [];
  seen.add(path);
  const { inputs, imports } = outputs[path];
  return [...Object.entries(inputs), ...imports.flatMap((imported) => inputsOf(imported.path, outputs, seen))];
}

function packagesOf(inputs, workingFolder) {
  const folders = inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 && PACKAGE.exec(path)?.[0]) || []);
  return [...new Set(folders)]
    .map((folder) => readPackage(join(workingFolder, folder)))
    .toSorted((one, other) => (one.title < other.title ? -1 : 1));
}

function readPackage(folder) {
  const { name, version, license, author, repository } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const own = readdirSync(folder).filter((file) => TEXTS.test(file));
  const texts = own.toSorted().map((file) => readText(join(folder, file)));
  const holder = `Copyright (c) ${author?.name ?? author ?? "its authors"}, ${repository?.url ?? name}`;
  const text = texts.length > 0 ? texts : [holder, readStandardText(name, license)];
  return { title: `${name} ${version}: ${license}`, text: text.join("\n\n") };
}

/** A few are published without a text: then these are the licence's usual words. */
function readStandardText(name, license) {
  const file = STANDARD_TEXTS[license];
  if (file === undefined)
    throw new Error(`${name} comes without the text of its licence (${license}), which scripts/license-texts has not either`);
  return readText(file);
}

function readText(file) {
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n").trim();
}

/** Many have the same text: it stands there once, below all whose it is. */
function toText(packages) {
  const texts = Map.groupBy(packages, ({ text }) => text);
  const sections = [...texts].map(([text, those]) => `${RULE}\n${those.map(({ title }) => title).join("\n")}\n\n${text}\n`);
  return `Packages that are bundled here, each followed by its licence.\n${sections.join("")}`;
}
