/**
 * A plugin of the framework, before all others: under a Node that is too old it says so, and nothing else begins. What packages the functions would throw there, and
 * the framework wait for it for ever.
 */
const LEAST = 24;

module.exports = class NodeVersion {
  constructor(_serverless, _options, _tools, version = process.versions.node) {
    if (Number.parseInt(version, 10) >= LEAST) return;
    const message = `This is Node ${version}, and the functions are packaged with ${LEAST} or newer, which \`npm ci\` has put beside the framework. Run it as \`npx serverless …\`, or as \`npm run package\`, \`deploy\`, \`remove\` or \`start\`.`;
    // The framework prints the stack, where there is one.
    throw Object.assign(new Error(message), { stack: message });
  }
};
