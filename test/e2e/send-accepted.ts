/** `npm run send` against `npm start`: what the gateway was asked for, and whether that was accepted, however its caller is told. */
import { expect, it } from "vitest";
import type { SendStack } from "../support/send-stack.ts";

export function itJudgesWhatWasAccepted(stack: SendStack): void {
  it("knows the call of a file of one's own, and shows what the gateway was asked for", async () => {
    const file = await stack.writeSample("api", "own.json", ["1552524689-16797284", "a-call-of-ours"]);
    const { code, output } = await stack.send(["api", file]);
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringMatching(/── At the gateway\n\{"callid":"a-call-of-ours".* → 0\n/),
    });
  });

  it.each([
    ["refused", { kind: "retcode", retcode: "200-012" }, /"a-call-refused".* → 200-012\n/, "gateway-refused"],
    ["unknown", { kind: "drop", when: "after-request", acts: true }, /"a-call-unknown".* → no retcode, and the call moved\n/, "unknown"],
    [
      "cut off",
      { kind: "drop", when: "during-request" },
      /\(a request that was cut off\) → no retcode, and the call did not move\n/,
      "unknown",
    ],
  ])("fails for what is %s, and shows it", async (what, fault, shown, said) => {
    const file = await stack.writeSample("api", `${what}.json`, ["1552524689-16797284", `a-call-${what}`]);
    await stack.control("/faults", fault);
    const { code, output } = await stack.send(["api", file]);
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringMatching(shown) });
    expect(output).toContain(said);
  });

  it("says that a repeat asked the gateway for nothing", async () => {
    const file = await stack.writeSample("api", "repeat.json", ["{", '{ "deliveryId": "of-a-file",'], ["16797284", "16797401"]);
    expect(await stack.send(["api", file])).toMatchObject({ code: 0, output: expect.stringContaining('"replayed": false') });
    expect(await stack.send(["api", file])).toMatchObject({
      code: 0,
      output: expect.stringContaining("── At the gateway\nnothing: answered from the record of an earlier delivery\n"),
    });
  });

  it.each([
    ["api", '"deliveryId": "id-of-a-file"'],
    ["generic", '"ccgw_delivery_id": "id-of-a-file"'],
  ])("leaves the delivery to the file of %s that names it", async (source, id) => {
    const file = await stack.writeSample(source, `${source}-id.json`, ["{", `{ ${id},`], [/16797\d+/, `167974${source.length}`]);
    const { code, output } = await stack.send([source, file]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('"deliveryId": "id-of-a-file"') });
  });

  it.each([
    ["a normal delivery", ['"deliveryMode": "expectReplies",', '"deliveryMode": "normal",'], '"state": "accepted"'],
    ["no delivery mode", ['"deliveryMode": "expectReplies",', ""], '"state": "accepted"'],
    ["an invoke", ['"type": "event",', '"type": "invoke",'], '"ccgw_state": "accepted"'],
  ] as const)("hears of a Bot Framework activity with %s", async (what, change, said) => {
    const file = await stack.writeSample(
      "bot-framework",
      `${what}.json`,
      change,
      ["16797291", String(what.length)],
      ["|0000012", `|${what}`],
    );
    const { code, output } = await stack.send(["bot-framework", file]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining(said) });
  });

  it("hears of a Salesforce message of one's own, and of its repeat", async () => {
    const file = await stack.writeSample(
      "salesforce-outbound-message",
      "message.xml",
      ["1552524689-16797284", "case-1026"],
      ["1552524690-16797285", "case-1027"],
      ["IjKAAV", "IjMAAV"],
      ["IjLAAV", "IjNAAV"],
    );
    // Both are sent at the same time: whichever arrives first.
    const both = String.raw`(?:.*"case-102[67]".* → 0\n){2}`;
    const first = await stack.send(["salesforce-outbound-message", file]);
    expect(first).toMatchObject({ code: 0, output: expect.stringMatching(new RegExp(`At the gateway\n${both}`)) });
    const again = await stack.send(["salesforce-outbound-message", file]);
    expect(again).toMatchObject({ code: 0, output: expect.stringMatching(new RegExp(`At the gateway\nnothing new; before:\n${both}`)) });
    for (const name of ["case-1026", "case-1027"]) expect(again.output).toMatch(new RegExp(`"${name}".* → 0\n`));
  });

  it("does not take a message that lacks one of its calls for accepted", async () => {
    const file = await stack.writeSample("salesforce-outbound-message", "half.xml", ["1552524690-16797285", ""], ["IjKAAV", "IjPAAV"]);
    const { code, output } = await stack.send(["salesforce-outbound-message", file]);
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("<Ack>true</Ack>") });
    expect(output).toMatch(/── Canonical request\n\[[^─]*"code": "invalid-request"/);
  });

  it("says that an acknowledgement of a deployed stack proves nothing, and hides the secret", async () => {
    const { code, output } = await stack.send(["salesforce-outbound-message", "--url", stack.url()], {
      CCGW_SEND_SECRET: "local-demo-key-of-salesforce-outbound-message",
    });
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("Acknowledged, which is no proof") });
    expect(output).toContain("── Canonical request\nnot shown: ");
    expect(output).not.toContain("local-demo-key");
  });

  it("shows all that arrives where it cannot read the connection", async () => {
    const file = await stack.writeSample("zendesk", "unread.json", [/1552524689-\d+/, "a-call-unread"]);
    await stack.control("/calls", { callid: "a-call-unread", agentId: "101" });
    const { code, output } = await stack.send(["zendesk", file], { SECRETS_MANAGER_PORT: "1" });
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("SECRETS_MANAGER_PORT") });
    expect(output).toMatch(/── At the gateway\n\{"callid":"a-call-unread".* → 0\n/);
  });
}
