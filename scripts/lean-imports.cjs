/**
 * A plugin of esbuild: leaves out of libraries what no function of ours comes to. It is most of what they are, and every start of a function would pay for it:
 * docs/performance.md.
 */
const { join } = require("node:path");

const FOLDER = join(__dirname, "bundled");
/** Modules that are bundled from a file of ours, by what they are imported as. */
const INSTEAD = {
  undici: "undici.js",
  "@aws-sdk/credential-provider-node": "credential-provider-node.js",
};
/** Modules that are loaded on demand, and never are, by what they are imported as. */
const UNUSED_ON_DEMAND = [
  // The AWS SDK's, in a browser.
  "bowser",
  // No operation that we call streams events.
  "@smithy/core/event-streams",
];
const UNUSED_FILES = [
  // No client of ours allows HTTP/2.
  "undici/lib/dispatcher/client-h2.js",
];
/** Files and folders that throw where they are loaded. */
const UNLOADED = [
  // Of a body that is a form: ours are texts.
  "undici/lib/web/",
  // For processors without SIMD, and what a machine with it refused: WebAssembly would be given a function.
  "undici/lib/llhttp/llhttp-wasm.js$",
];
const anyOf = (texts) => texts.map((text) => text.replaceAll(".", "\\.").replaceAll("/", "[\\\\/]")).join("|");

module.exports = () => ({
  name: "lean-imports",
  setup(build) {
    // undici's own way to say that its experimental parser stays out of a bundle.
    build.initialOptions.define = { ...build.initialOptions.define, esbuildDetection: "true" };
    build.onResolve({ filter: new RegExp(`^(?:${anyOf(Object.keys(INSTEAD))})$`) }, ({ path }) => ({ path: join(FOLDER, INSTEAD[path]) }));
    build.onResolve({ filter: new RegExp(`^(?:${anyOf(UNUSED_ON_DEMAND)})$`) }, ({ path, kind }) =>
      kind === "dynamic-import" ? { path, namespace: "unused" } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "unused" }, ({ path }) => ({ contents: toThrow(path) }));
    // They are loaded, and then not called.
    build.onLoad({ filter: new RegExp(`[\\\\/](?:${anyOf(UNUSED_FILES)})$`) }, ({ path }) => ({
      contents: `module.exports = () => { ${toThrow(path)} };`,
    }));
    build.onLoad({ filter: new RegExp(`[\\\\/](?:${anyOf(UNLOADED)})`) }, ({ path }) => ({ contents: toThrow(path) }));
  },
});

/** Whoever comes to it after all is told so, and not that something is undefined. */
function toThrow(path) {
  const name = path.replaceAll("\\", "/").split("node_modules/").at(-1);
  return `throw new Error(${JSON.stringify(`${name} is left out of this bundle: scripts/lean-imports.cjs`)});`;
}
