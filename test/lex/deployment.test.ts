/** Who may invoke the Lex function, as the package would deploy it. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { DEADLINE_MAX_MS } from "../../lib/transfer/connection.ts";

const Template = z.object({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.unknown() })),
});
type Template = z.infer<typeof Template>;

/** What the framework makes of the parameter. */
const lex: (resolvers: { resolveConfigurationProperty(): Promise<object> }) => Promise<object> = createRequire(import.meta.url)(
  "../../infrastructure/lex.cjs",
);
const ALIAS = "arn:aws:lex:eu-central-1:123456789012:bot-alias/BOT/ALIAS";
const FUNCTION = "ReceiveDashlexLambdaFunction";

let template: Template;
beforeAll(async () => {
  template = Template.parse(JSON.parse(await readFile(join(inject("packageFolder"), "cloudformation-template-update-stack.json"), "utf8")));
});

describe("the deployed Lex function", () => {
  it("may be invoked by the one bot that the operator names, of this account", async () => {
    expect(await lex({ resolveConfigurationProperty: async () => ({ lexBotAliasArn: ALIAS }) })).toEqual({
      Resources: {
        LexMayInvoke: {
          Type: "AWS::Lambda::Permission",
          Properties: {
            Action: "lambda:InvokeFunction",
            FunctionName: { "Fn::GetAtt": [FUNCTION, "Arn"] },
            Principal: "lexv2.amazonaws.com",
            SourceArn: ALIAS,
            SourceAccount: { Ref: "AWS::AccountId" },
          },
        },
      },
    });
  });

  it("may be invoked by nobody unless one is named", async () => {
    expect(await lex({ resolveConfigurationProperty: async () => ({ lexBotAliasArn: "" }) })).toEqual({});
    const permissions = Object.values(template.Resources).filter(
      ({ Type, Properties }) => Type === "AWS::Lambda::Permission" && JSON.stringify(Properties).includes(FUNCTION),
    );
    expect(permissions).toEqual([]);
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
