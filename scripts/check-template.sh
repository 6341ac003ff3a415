#!/usr/bin/env bash
# cfn-lint over the templates that would be deployed: production's, and those of the sets of option-sets.cjs. Fails on whatever it finds.
# Needs Python 3 with pip, which neither `npm start` nor `npm test` does: cfn-lint goes into .build.
set -euo pipefail
cd "$(dirname "$0")/.."

CFN_LINT=1.58.0
tool=.build/cfn-lint-$CFN_LINT
templates=.build/templates

if [ ! -x "$tool/bin/cfn-lint" ]; then
  python3 -m venv "$tool"
  "$tool/bin/python" -m pip install --quiet --disable-pip-version-check "cfn-lint==$CFN_LINT"
fi

# serverless-esbuild leaves a copy of each function that it zips.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# A folder of a set that there is no more would be linted, too.
rm -rf "$templates"
serverless package --stage prod --package "$templates/prod"
sets=$(node scripts/option-sets.cjs)
while read -r name options; do
  # Its words are parameters: no value has a space.
  # shellcheck disable=SC2086
  serverless package --stage prod --package "$templates/$name" $options
done <<<"$sets"

# W3005: the framework names roles in DependsOn beside referring to them.
"$tool/bin/cfn-lint" --regions eu-central-1 --ignore-checks W3005 -- "$templates"/*/cloudformation-template-update-stack.json
echo "cfn-lint $CFN_LINT: no finding"
