/** What a stage may be called: what AWS takes as the name of all that is named after it. The one rule for packaging and for every command with `--stage`. */
const { GRANTS } = require("./grants.cjs");

/** What Lambda takes as a function's name: service, stage and function, with hyphens between. Nothing else that is named so may have fewer characters. */
const FUNCTION_NAME_MAX = 64;

/** What is wrong with it, in words for whoever chose it; undefined where nothing is. */
function toStageProblem(stage, service) {
  if (!/^[A-Za-z0-9-]+$/.test(stage))
    return `The name of the stage "${stage}" has to be letters, digits and hyphens: AWS takes nothing else in the name of a stack.`;
  const longest = Object.keys(GRANTS).reduce((one, other) => (other.length > one.length ? other : one));
  const most = FUNCTION_NAME_MAX - `${service}--${longest}`.length;
  if (stage.length <= most) return undefined;
  return `The name of the stage "${stage}" has ${stage.length} characters, and may have ${most} ("${stage.slice(0, most)}"): Lambda takes ${FUNCTION_NAME_MAX} in a function's name, as in ${service}-STAGE-${longest}.`;
}

module.exports = { toStageProblem };
