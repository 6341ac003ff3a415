import { signWithSharedSecret } from "../../dev/sign/shared-secret.ts";
import { JSON_HEADERS, readFixture, SECRETS } from "../support/fixture.ts";
import { proofBy } from "../support/proof-by.ts";
import { CANONICAL_ANSWERS, describeSource, type SourceContract } from "./source-contract.ts";

const CONTRACT: SourceContract = {
  id: "freshdesk",
  verification: { scheme: "shared-secret" },
  secrets: SECRETS,
  headers: JSON_HEADERS,
  sign: proofBy(signWithSharedSecret, { in: ["api-key"] }),
  signsBody: false,
  body: readFixture("freshdesk/ticket.json"),
  requests: [
    {
      callId: "1552524689-16797284",
      agentId: "101",
      target: { type: "skill-queue", address: "31" },
      mode: "release-after-transfer",
      caller: "88880021",
      callData: "Ticket 40221: Zähler falsch abgelesen 客户",
      reference: "40221",
    },
  ],
  answers: {
    ...CANONICAL_ANSWERS,
    inProgress: { status: 503, body: { status: 503, code: "duplicate-in-progress" } },
    misconfigured: { status: 422, body: { status: 422, code: "misconfigured" } },
  },
  // "If it is because of an issue at the recipient's end."
  repeats: ({ status }) => status >= 500,
};

describeSource(CONTRACT);

describeSource({
  ...CONTRACT,
  variant: "as a form, with Basic",
  verification: { scheme: "shared-secret", in: ["basic"], username: "f" },
  sign: proofBy(signWithSharedSecret, { in: ["basic"], username: "f" }),
  headers: { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" },
  body: readFixture("freshdesk/ticket.form"),
  unreadable: { malformed: "a=%zz", notAnObject: "a=1&a=2" },
});
