/** `npm run send` to connections of one's own, made as docs/connect says: each is proven as it asks for itself. */
import { expect, it } from "vitest";
import { isFields } from "../../lib/transfer/request.ts";
import { connectionsIn, pageOf } from "../support/connect-documents.ts";
import type { SendStack } from "../support/send-stack.ts";

/** A document of the source's page, which may use what the sample names. */
function documentOf(source: string, index = 0, verification: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const document = connectionsIn(pageOf(source))[index];
  if (!isFields(document) || !isFields(document.verification)) throw new Error("no connection");
  return { ...document, allow: { targets: "any" }, verification: { ...document.verification, ...verification } };
}

function secretOf({ verification }: Record<string, unknown>): string {
  return JSON.parse(JSON.stringify(verification)).secrets[0].value;
}

export function itProvesItselfToEachConnection(stack: SendStack): void {
  it.each<[string, string, Record<string, unknown>]>([
    ["the header that the page of Dynamics recommends", "dynamics", documentOf("dynamics")],
    [
      "Dataverse's WebhookKey",
      "dynamics",
      documentOf("dynamics", 0, { in: ["query"], secrets: [{ id: "a", value: "code-in-the-address" }] }),
    ],
    ["the header of Botpress, which its document leaves out", "botpress", documentOf("botpress")],
    ["HubSpot's older hash", "hubspot", documentOf("hubspot", 0, { scheme: "hubspot-v2" })],
    ["a digest of one's own", "generic", documentOf("generic", 1)],
  ])("proves itself with %s", async (what, source, document) => {
    const connection = what.toLowerCase().replaceAll(/[^a-z]+/g, "-");
    expect(await stack.createConnection(connection, document)).toContain(`"Name":"ccgw/local/connections/${connection}"`);
    const { code, output } = await stack.send([source, "--connection", connection], { CCGW_SEND_SECRET: secretOf(document) });
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("\nAccepted.") });
    expect(output).not.toContain(secretOf(document));
  });

  it("proves itself to a deployed connection as it is told", async () => {
    const document = documentOf("hubspot", 0, { scheme: "hubspot-v2" });
    await stack.createConnection("deployed", document);
    const given = ["hubspot", "--url", stack.url(), "--connection", "deployed"];
    const environment = { CCGW_SEND_SECRET: secretOf(document) };
    expect(await stack.send(given, environment)).toMatchObject({ code: 1, output: expect.stringContaining("── Answer\n401") });
    const { output } = await stack.send([...given, "--verification", '{"scheme":"hubspot-v2"}'], environment);
    expect(output).toContain("x-hubspot-signature-version: v2");
    expect(output).not.toContain("── Answer\n401");
  });

  it("brings a token of the local issuer where the connection names it, and says so where it does not", async () => {
    await stack.createConnection("bot-of-microsoft", documentOf("bot-framework"));
    const nothing = await stack.send(["bot-framework", "--connection", "bot-of-microsoft"]);
    expect(nothing).toMatchObject({ code: 2, output: expect.stringMatching(/issuer and metadataUrl/) });
    const issuer = stack.issuer();
    const local = { issuer, metadataUrl: `${issuer}/.well-known/openid-configuration` };
    await stack.createConnection("bot-of-mine", documentOf("bot-framework", 0, local));
    const { code, output } = await stack.send(["bot-framework", "--connection", "bot-of-mine"]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("\nAccepted.") });
  });

  it("says that a dry run moved nobody, whoever is told so", async () => {
    for (const source of ["dialogflow-cx", "salesforce-outbound-message", "zendesk"]) {
      const organizations = source.startsWith("salesforce") ? { organizations: ["00D5g00000ABCDeEAH"] } : {};
      const document = { ...documentOf(source, 0, organizations), test: true };
      await stack.createConnection(`test-${source}`, document);
      const { code, output } = await stack.send([source, "--connection", `test-${source}`], { CCGW_SEND_SECRET: secretOf(document) });
      expect({ code, output }).toMatchObject({ code: 1, output: expect.stringMatching(/\nDry run: nobody was moved\.\n$/) });
      expect(output).toContain("── At the gateway\nnothing\n");
    }
  });

  it("speaks of the demo's secret only where another one may mend it", async () => {
    const hint = expect.stringContaining("the demo's secret");
    await stack.createConnection(
      "of-another-organization",
      documentOf("salesforce-outbound-message", 0, { organizations: ["00D000000000009"] }),
    );
    const secret = { CCGW_SEND_SECRET: "" };
    expect((await stack.send(["salesforce-outbound-message", "--connection", "of-another-organization"], secret)).output).toEqual(hint);
    expect((await stack.send(["zendesk", "--connection", "no-such-connection"])).output).not.toEqual(hint);
    const channel = await stack.writeSample("bot-framework", "channel.json", ['"channelId": "directline"', '"channelId": "webchat"']);
    expect((await stack.send(["bot-framework", channel])).output).not.toEqual(hint);
  });
}
