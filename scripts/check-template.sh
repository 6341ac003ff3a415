#!/usr/bin/env bash
# cfn-lint over the templates that would be deployed: production's, and one with every option set. Fails on whatever it finds.
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

options=(
  lexBotAliasArn=arn:aws:lex:eu-central-1:123456789012:bot-alias/BOTID12345/ALIASID123
  transferConcurrency=20
  lexConcurrency=5
  permissionsBoundaryArn=arn:aws:iam::123456789012:policy/boundary
  domainName=transfers.example.com
  publicBaseUrl=https://transfers.example.com
  domainCertificateArn=arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555
  vpcId=vpc-0123456789abcdef0
  vpcSubnetIds=subnet-0123456789abcdef0,subnet-0123456789abcdef1
  gatewayCidrs=10.20.30.40/32
  endpointsSecurityGroupId=sg-0123456789abcdef0
  dynamoDbPrefixListId=pl-01234567
  internetCidrs=0.0.0.0/0
  callbacksInVpc=true
)
serverless package --stage prod --package "$templates/prod"
serverless package --stage prod --package "$templates/options" "${options[@]/#/--param=}"

# W3005: the framework names roles in DependsOn beside referring to them.
"$tool/bin/cfn-lint" --regions eu-central-1 --ignore-checks W3005 -- "$templates"/*/cloudformation-template-update-stack.json
echo "cfn-lint $CFN_LINT: no finding"
