/** What `ccgw send --json` shows of an answer. */
import { describe, expect, it } from "vitest";
import { toShownBody } from "../../cli/send.ts";

describe("the answer that is shown to a program", () => {
  it("has nothing of the customer, and no address that opens the transfer's status", () => {
    const answer = {
      dryRun: true,
      statusUrl: "https://hooks.example.com/v1/transfers/crm/an-id?token=1.2.3",
      request: { callId: "1", caller: "88880021", callData: "help", callDataFields: { name: "Ann" } },
      wire: [{ callid: "1", caller: "88880021", calldata: "help" }],
    };
    expect(toShownBody(JSON.stringify(answer))).toEqual({
      ...{ dryRun: true, statusUrl: "(secret)" },
      ...{ request: { callId: "1" }, wire: [{ callid: "1" }] },
    });
  });

  it("has of a bot's answer what we say in it, and nothing that it gives back", () => {
    const kept = {
      ccgw_caller: "88880021",
      ccgw_call_data: "help",
      customerName: "Ann",
      name: "Ann",
      address: "1, Main St",
      profile: { name: "Ann" },
    };
    const intent = { name: "SpeakToAgent", slots: { Number: { value: { originalValue: "88880021" } } }, state: "Fulfilled" };
    const state = { sessionAttributes: { ...kept, ccgw_state: "accepted" }, intent, dialogAction: { type: "Close" } };
    const answer = { sessionState: state, requestAttributes: kept, messages: [{ content: "Goodbye, Ann." }] };
    expect(toShownBody(JSON.stringify(answer))).toEqual({
      sessionState: { sessionAttributes: { ccgw_state: "accepted" }, dialogAction: { type: "Close" } },
    });
  });

  it("is as it came where it is no JSON", () => {
    expect(toShownBody("<soap/>")).toBe("<soap/>");
  });
});
