/**
 * A plugin of esbuild: what a handler loads on demand comes in files beside it whose names begin with its own, which is how serverless-esbuild knows which zip a file
 * belongs to. Of a build of several handlers at once the files are everybody's.
 */
const { basename } = require("node:path");

module.exports = () => ({
  name: "own-chunks",
  setup({ initialOptions }) {
    const [entry, ...others] = Object.values(initialOptions.entryPoints);
    if (others.length === 0) initialOptions.chunkNames = `${basename(entry, ".ts")}.[name]-[hash]`;
  },
});
