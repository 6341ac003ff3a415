/** Salesforce's SOAP: https://developer.salesforce.com/docs/platform/api/guide/sforce-api-om-outboundmessaging-wsdl.html */
import { describe, expect, it } from "vitest";
import { readFixture } from "../support/fixture.ts";
import { failureOf } from "../support/open-source.ts";
import {
  CLAIMS,
  FIRST,
  HEADERS,
  MESSAGE,
  ORGANIZATION,
  openMessage as open,
  SECOND,
  SESSION_ID,
  VERIFICATION,
} from "../support/salesforce-message.ts";
import { describeSource } from "./source-contract.ts";

const ACKNOWLEDGED = { status: 200, headers: { "content-type": "text/xml; charset=utf-8" }, body: /<Ack>true<\/Ack>/ };
const FAULT = { status: 500, headers: ACKNOWLEDGED.headers, body: /<faultstring>invalid-request: / };

describeSource({
  id: "salesforce-outbound-message",
  verification: { organizations: [ORGANIZATION] },
  secrets: { current: "key-current-1", next: "key-next-22", expired: "key-expired-333", wrong: "key-wrong-4444" },
  claims: CLAIMS,
  headers: HEADERS,
  sign: (_unsigned, secret) => ({ headers: {}, query: new URLSearchParams({ key: secret }).toString() }),
  signsBody: false,
  body: readFixture("salesforce-outbound-message/notifications.xml"),
  requests: [FIRST, SECOND],
  firstUnreadable: MESSAGE.replace(/sf:Subject>(.*?)<\/sf:Subject>/, "sf:ccgw_cal_id__c>$1</sf:ccgw_cal_id__c>"),
  unreadable: { malformed: "<soapenv:Envelope>", notAnObject: "<Ack>true</Ack>" },
  answers: {
    accepted: ACKNOWLEDGED,
    replayed: ACKNOWLEDGED,
    unknown: ACKNOWLEDGED,
    refused: ACKNOWLEDGED,
    busy: { ...ACKNOWLEDGED, body: /<Ack>false<\/Ack>/ },
    inProgress: ACKNOWLEDGED,
    dryRun: ACKNOWLEDGED,
    misconfigured: ACKNOWLEDGED,
    malformed: FAULT,
    empty: FAULT,
    notAnObject: FAULT,
    otherType: { ...FAULT, body: /<faultstring>unsupported-media-type: / },
  },
});

describe("source salesforce-outbound-message", () => {
  it.each([
    [
      "other prefixes",
      MESSAGE.replaceAll("soapenv", "S").replaceAll("sf:", "x.y:").replaceAll("xmlns:sf", "xmlns:x.y").replaceAll("xsi", "i"),
    ],
    ["a prefix for the notifications", withPrefix(MESSAGE)],
    ["CDATA", MESSAGE.replace("Müller &amp; Söhne, Fall 00001026", "<![CDATA[Müller & Söhne, Fall 00001026]]>")],
    ["character references", MESSAGE.replace("Müller &amp; Söhne", "M&#xFC;ller &#38; S&#246;hne")],
    ["fields of a package, in capitals", MESSAGE.replaceAll("ccgw_call_id__c", "Acme1__CCGW_Call_Id__c")],
  ])("reads a message with %s", async (_what, body) => {
    expect((await open(body)).requests()).toEqual([FIRST, SECOND]);
  });

  it("shows its mapping one notification with the vendor's names, and nothing of the session", async () => {
    const mapping = '{ "callId": body.Notification.sObject.ccgw_call_id__c, "target": "t", "callData": $string(body) }';
    const targets = { t: { type: "agent", address: "205" } };
    const [first] = (await open(MESSAGE, { mapping, targets, callDataOverflow: "truncate" })).requests();
    const seen = JSON.parse(first?.callData ?? "");
    expect(seen).toEqual({
      OrganizationId: ORGANIZATION,
      ActionId: "04k5g000000XyZaAAK",
      Notification: {
        Id: FIRST.deliveryId,
        sObject: {
          type: "Case",
          Id: "5005g00000LmNoPAAV",
          CaseNumber: "00001026",
          ContactId: null,
          CreatedDate: "2026-11-23T06:58:41.000Z",
          Priority: "High",
          Subject: "Zahlung & Mahnung – Rückruf <dringend>",
          ccgw_agent_id__c: null,
          ccgw_call_id__c: FIRST.callId,
          ccgw_call_data__c: FIRST.callData,
          ccgw_reference__c: FIRST.reference,
          ccgw_target__c: "agent:205",
        },
      },
    });
  });

  it("keeps neither the session's id nor the addresses for it", async () => {
    const { opened } = await open();
    expect(JSON.stringify(opened)).toContain(FIRST.callId);
    expect(JSON.stringify(opened)).not.toMatch(/planted|SessionId|my\.salesforce\.com/);
  });

  it.each([
    ["no notification", MESSAGE.replaceAll(/<Notification>[\s\S]*?<\/Notification>/g, "")],
    ["101 notifications", withNotifications(101)],
    ["no organization", MESSAGE.replace(/<OrganizationId>.*<\/OrganizationId>/, "")],
    ["a notification without an id", MESSAGE.replace("<Id>04l5g00001GhIjKAAV</Id>", "")],
    ["a notification without a record", MESSAGE.replace(/<sObject[\s\S]*?<\/sObject>/, "")],
    ["another envelope", MESSAGE.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")],
    ["an envelope of no namespace", MESSAGE.replace("<soapenv:Envelope", "<Envelope").replace("</soapenv:Envelope", "</Envelope")],
    [
      "notifications of no namespace",
      withPrefix(MESSAGE)
        .replace(/<out:(notifications .*)>/, "<$1>")
        .replace("</out:notifications", "</notifications"),
    ],
    ["another namespace", MESSAGE.replace("http://soap.sforce.com/2005/09/outbound", "urn:other")],
  ])("refuses a message with %s, whole", async (_what, body) => {
    const { opened, reply } = await open(body);
    expect(opened).toMatchObject({ error: { code: "invalid-request" } });
    const fault = reply(failureOf("invalid-request"));
    expect(fault).toMatchObject({ status: 500, code: "invalid-request" });
    expect(fault.body).toContain("<soapenv:Fault><faultcode>soapenv:Client</faultcode><faultstring>invalid-request: ");
    expect(fault.body).not.toContain(SESSION_ID);
  });

  it("takes 100 notifications", async () => {
    expect((await open(withNotifications(100))).requests()).toHaveLength(100);
  });

  it("lets one notification that cannot be mapped fail alone", async () => {
    const mapping =
      '{ "callId": $exists(body.Notification.sObject.ContactId.id) ? $error("x") : body.Notification.sObject.ccgw_call_id__c }';
    const { opened, requests } = await open(MESSAGE.replace("0035g00000QrStUAAV", "<sf:id>1</sf:id>"), {
      mapping,
      defaults: { target: FIRST.target },
    });
    expect(opened).toMatchObject({
      drafts: [
        { fields: { callId: FIRST.callId }, deliveryId: FIRST.deliveryId },
        { problem: { code: "misconfigured" }, deliveryId: SECOND.deliveryId },
      ],
    });
    expect(requests).toThrow(expect.objectContaining({ code: "misconfigured" }));
  });

  it.each([
    ["the 18 characters of it", [ORGANIZATION], true],
    ["the 15 characters of it", [ORGANIZATION.slice(0, 15)], true],
    ["it and another", ["00D000000000001", ORGANIZATION], true],
    ["another", ["00D000000000001"], false],
    ["it in another case", [ORGANIZATION.toLowerCase()], false],
    ["none", undefined, false],
  ])("takes a message of its organization where the connection lists %s: %s", async (_what, organizations, taken) => {
    const opened = open(MESSAGE, {}, organizations === undefined ? {} : { organizations });
    if (taken) await expect(opened).resolves.toBeDefined();
    else await expect(opened).rejects.toMatchObject({ code: "unauthenticated", effect: "none" });
  });

  it("hands over what its scheme verified", async () => {
    const { connection } = await open();
    const verified = connection.verify({ ...webhookOf("key=key-that-is-live"), headers: HEADERS });
    expect(verified).toEqual({ ok: true, secretId: "current", claims: { organizations: [ORGANIZATION] } });
  });

  it.each([[{}], [{ organizations: [] }], [{ organizations: ["00D5g"] }], [{ organizations: ["0015g00000ABCDeEAH"] }]])(
    "needs organizations in its connection: not %j",
    async (organizations) => {
      const { secrets } = VERIFICATION;
      await expect(open(MESSAGE, { verification: { secrets, ...organizations } })).rejects.toThrow(/organizations/);
    },
  );
});

/** Whose default namespace is bound to a prefix instead. */
function withPrefix(message: string): string {
  return message
    .replace('xmlns="http://soap', 'xmlns:out="http://soap')
    .replaceAll(
      /<(\/?)(notifications|OrganizationId|ActionId|SessionId|EnterpriseUrl|PartnerUrl|Notification|Id|sObject)([ >])/g,
      "<$1out:$2$3",
    );
}

function withNotifications(count: number): string {
  const [notification = ""] = /<Notification>[\s\S]*?<\/Notification>/.exec(MESSAGE) ?? [];
  const many = Array.from({ length: count }, (_, index) =>
    notification.replace(FIRST.deliveryId, `04l5g0000${String(index).padStart(6, "0")}`),
  );
  return MESSAGE.replaceAll(/<Notification>[\s\S]*<\/Notification>/g, many.join("\n"));
}

function webhookOf(query: string) {
  const url = `https://hooks.example.com/v1/transfers/any?${query}`;
  return {
    method: "POST",
    url,
    query: new URLSearchParams(query),
    body: Buffer.from(MESSAGE),
    receivedAt: new Date("2026-11-23T07:00:00Z"),
  };
}
