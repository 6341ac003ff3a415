/** Who may invoke the Lex function, as the package would deploy it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { DEADLINE_MAX_MS } from "../../lib/transfer/connection.ts";

const Template = z.object({
  Conditions: z.record(z.string(), z.unknown()),
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Condition: z.string().optional(), Properties: z.unknown() })),
});
type Template = z.infer<typeof Template>;

const FUNCTION = "ReceiveDashlexLambdaFunction";

let template: Template;
beforeAll(async () => {
  template = Template.parse(JSON.parse(await readFile(join(inject("packageFolder"), "cloudformation-template-update-stack.json"), "utf8")));
});

describe("the deployed Lex function", () => {
  it("may be invoked by the one bot that the operator names, of this account, and by nobody unless one is named", () => {
    const permissions = Object.values(template.Resources).filter(
      ({ Type, Properties }) => Type === "AWS::Lambda::Permission" && JSON.stringify(Properties).includes(FUNCTION),
    );
    expect(permissions).toMatchObject([
      {
        Condition: "LexBotIsKnown",
        Properties: {
          Action: "lambda:InvokeFunction",
          FunctionName: { "Fn::GetAtt": [FUNCTION, "Arn"] },
          Principal: "lexv2.amazonaws.com",
          SourceArn: "",
          SourceAccount: { Ref: "AWS::AccountId" },
        },
      },
    ]);
    expect(template.Conditions.LexBotIsKnown).toEqual({ "Fn::Not": [{ "Fn::Equals": ["", ""] }] });
  });

  it("has no route, and time for the longest deadline", () => {
    const { Properties } = template.Resources[FUNCTION] ?? {};
    expect(Properties).toMatchObject({ Handler: "handlers/receive-lex.handler", Timeout: 28 });
    expect(28_000).toBeGreaterThan(DEADLINE_MAX_MS);
    const routes = Object.values(template.Resources).filter(({ Type }) => Type.startsWith("AWS::ApiGatewayV2"));
    expect(routes.length).toBeGreaterThan(0);
    expect(JSON.stringify(routes)).not.toContain("ReceiveDashlex");
  });
});
