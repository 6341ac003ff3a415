/** When an Outbound Message is acknowledged, and in which words: the WSDL's `notificationsResponse`. */
import { describe, expect, it } from "vitest";
import { FAILURES, type FailureCode, failureOf as rowOf, TransferError, type Violation } from "../../lib/errors.ts";
import type { Outcome } from "../../lib/sources/source.ts";
import { DRY_RUN, failureOf, resultOf } from "../support/open-source.ts";
import { MESSAGE, openMessage as open } from "../support/salesforce-message.ts";
import { ACCEPTED, REFUSED, UNKNOWN } from "../support/transfer-service.ts";

const CALL_MOVED: Outcome = { kind: "failure", error: new TransferError("call-busy", { reason: "planted", retryable: false }) };

function acknowledgement(value: boolean): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>${value}</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>`;
}

describe("source salesforce-outbound-message", () => {
  it.each([
    ["accepted", [resultOf(ACCEPTED), resultOf(ACCEPTED)], true],
    ["refused", [resultOf(ACCEPTED), resultOf(REFUSED)], true],
    ["unknown", [resultOf(UNKNOWN), resultOf(ACCEPTED)], true],
    ["a dry run", [DRY_RUN, DRY_RUN], true],
    ["invalid", [failureOf("invalid-request"), resultOf(ACCEPTED)], true],
    ["without time to send it", [resultOf(ACCEPTED), failureOf("deadline-exceeded")], false],
    ["not sent, the gateway being away", [failureOf("gateway-unreachable"), resultOf(UNKNOWN)], false],
    ["of a call that another delivery is moving", [resultOf(ACCEPTED), failureOf("call-busy")], false],
    ["of a call that another delivery has moved", [resultOf(ACCEPTED), CALL_MOVED], true],
    ["too old", [resultOf(ACCEPTED), failureOf("expired")], true],
    ["in progress, which nobody can call undone", [resultOf(ACCEPTED), failureOf("duplicate-in-progress")], true],
  ])("acknowledges a message of which one is %s: %s", async (_what, outcomes, acknowledged) => {
    const { reply } = await open();
    expect(reply(...outcomes)).toMatchObject({
      status: 200,
      headers: { "content-type": "text/xml; charset=utf-8" },
      body: acknowledgement(acknowledged),
    });
  });

  it.each(codes().flatMap((code) => (["none", "unknown"] as const).map((effect) => [code, effect] as const)))(
    "withholds its acknowledgement of %s with effect %s where a repeat is of use alone",
    async (code, effect) => {
      const { reply } = await open();
      // Of a record that could not be read, nobody else asks what it holds.
      const repeated = rowOf(code).retryable && (effect === "none" || code === "store-unavailable");
      expect(reply(failureOf(code, effect), resultOf(ACCEPTED))).toMatchObject({ status: 200, body: acknowledgement(!repeated), code });
    },
  );
});

describe("the fault of a message that cannot be read", () => {
  it.each<[string, readonly Violation[] | undefined, string]>([
    [
      "the first violation",
      [
        { pointer: "#/a", detail: "<is> & is not" },
        { pointer: "#/b", detail: "is" },
      ],
      ": #/a &lt;is&gt; &amp; is not",
    ],
    ["no violation where there is none", undefined, ""],
  ])("says what the organization's queue shows: %s", async (_what, errors, words) => {
    const { reply } = await open(MESSAGE.replaceAll("OrganizationId>", "Organization>"));
    const { body } = reply({ kind: "failure", error: new TransferError("invalid-request", { reason: "planted", errors }) });
    expect(body).toContain(`<faultstring>invalid-request: The request is not valid${words}</faultstring>`);
  });
});

function codes(): FailureCode[] {
  return Object.keys(FAILURES).filter((code): code is FailureCode => Object.hasOwn(FAILURES, code));
}
