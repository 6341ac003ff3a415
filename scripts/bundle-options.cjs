/** How the handlers are bundled, for `npm run build`, for serverless-esbuild (which wants a function from CommonJS) and so for all that is deployed. */
const leanImports = require("./lean-imports.cjs");
const ownChunks = require("./own-chunks.cjs");
const thirdPartyLicenses = require("./third-party-licenses.cjs");

module.exports = () => ({
  bundle: true,
  // What not every request needs is in files of its own, which nothing reads before.
  splitting: true,
  minify: true,
  // Names in the stack traces that an operator reads.
  keepNames: true,
  platform: "node",
  target: "node24",
  format: "esm",
  outputFileExtension: ".mjs",
  // Of this process alone: packaging, which clears its folder, must not take the bundles from under a running local stack.
  outputWorkFolder: `.esbuild/${process.pid}`,
  mainFields: ["module", "main"],
  conditions: ["import", "module", "node"],
  plugins: [leanImports(), ownChunks(), thirdPartyLicenses()],
  // CommonJS dependencies require Node's own modules.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});
