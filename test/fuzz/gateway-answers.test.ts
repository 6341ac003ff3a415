/** Whatever bytes a gateway answers: accepted is only what says so, and effect none only what is documented to come before acting. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toAnswer } from "../../lib/gateway/mapping.ts";
import { GatewaySite } from "../../lib/gateway/site.ts";
import { anyText, brokenText, fuzz, trickyName } from "../support/fuzz-settings.ts";
import { exampleRequest, type Stack, startStack } from "../support/stack.ts";

/** From the documents, written apart from the table in lib/. */
const BEFORE_ACTING = [
  ...["000-001", "000-002", "000-003", "000-004", "000-006", "100-006", "106-001", "106-004", "200-012"],
  ...["105-001", "105-002", "105-003", "105-004", "105-005", "105-006", "105-007"],
];
const CTI_BEFORE_ACTING = ["160007", "160015", "160021"].map((code) => `Unknown ERROR._${code}`);
const OF_SITE = "106-005";
const site = GatewaySite.parse({ schemaVersion: 1, url: "https://gateway.example", refusals: { [OF_SITE]: "other" } });

const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 3, maxLength: 3 });
const retcode = fc.oneof(
  fc.constantFrom("0", "00", "0.0", " 0", "0 ", "-0", "", OF_SITE, "000-000", "000-007", "100-007", "106-012", ...BEFORE_ACTING),
  fc.constantFrom(0, null, true, ["0"], { retcode: "0" }),
  fc.tuple(digits, digits).map(([group, code]) => `${group}-${code}`),
  fc.oneof(anyText(), brokenText(), trickyName()),
);
const message = fc.oneof(
  fc.constantFrom("success", "Unknown ERROR._160008", "see Unknown ERROR._160007", ...CTI_BEFORE_ACTING),
  fc.oneof(anyText(), fc.jsonValue()),
);
const answerText = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ retcode, message, result: fc.jsonValue() }, { requiredKeys: ["retcode"] }).map((json) => JSON.stringify(json)),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string() },
);
const answerBytes = fc.oneof(
  { weight: 5, arbitrary: answerText.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: answerText.map((text) => Buffer.from(text).subarray(0, -1)) },
);
const status = fc.oneof({ weight: 5, arbitrary: fc.constant(200) }, { weight: 1, arbitrary: fc.integer({ min: 201, max: 599 }) });

/** What the answer says, read without the code that is tested. */
function read(bytes: Buffer): { readonly retcode: unknown; readonly message: unknown } {
  try {
    const { retcode, message } = Object(JSON.parse(bytes.toString("utf8")));
    return { retcode, message };
  } catch {
    return { retcode: undefined, message: undefined };
  }
}

describe("any answer of a gateway", () => {
  it("is accepted, refused or unknown as its retcode proves", () => {
    const property = fc.property(answerBytes, status, (body, status) => {
      const answer = toAnswer({ status, body }, site, []);
      const said = read(body);
      const isAccepted = status === 200 && said.retcode === "0";
      const mayBeRefused =
        status === 200 &&
        !isAccepted &&
        ([...BEFORE_ACTING, OF_SITE].some((code) => code === said.retcode) || CTI_BEFORE_ACTING.includes(String(said.message).trim()));
      expect(answer.state === "accepted").toBe(isAccepted);
      if (answer.state === "refused") expect(mayBeRefused).toBe(true);
      if (status === 200 && BEFORE_ACTING.some((code) => code === said.retcode)) expect(answer.state).toBe("refused");
    });
    fc.assert(property, fuzz(3));
  });

  it("shows its words within limits, without control characters and without what is confidential", () => {
    const letters = fc.string({ unit: fc.constantFrom(..."abcdefgh0123456789"), minLength: 6, maxLength: 12 });
    const confidential = fc.array(letters, { minLength: 1, maxLength: 4 });
    const property = fc.property(confidential, anyText(300), anyText(300), (secrets, before, after) => {
      const text = [before, ...secrets, after, ...secrets.map((secret) => JSON.stringify(secret))].join(" ");
      const body = Buffer.from(JSON.stringify({ retcode: "100-007", message: text }));
      const { gateway } = toAnswer({ status: 200, body }, site, secrets);
      expect(gateway?.message.length).toBeLessThanOrEqual(200);
      expect(gateway?.message).not.toMatch(/\p{Cc}/u);
      expect(gateway?.message.isWellFormed()).toBe(true);
      expect(secrets.filter((secret) => gateway?.message.includes(secret))).toEqual([]);
    });
    fc.assert(property, fuzz());
  });
});

describe("any answer over the wire", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  it("is answered as accepted only where the retcode says so, and with effect unknown where nothing is proven", async () => {
    const { connection } = stack.connect();
    let calls = 0;
    const property = fc.asyncProperty(answerText, status, async (body, status) => {
      calls += 1;
      stack.gateway.reset();
      stack.gateway.addFault({ kind: "status", status, body });
      const answer = await stack.transfer(connection, exampleRequest(`call-${calls}`));
      const said = read(Buffer.from(body));
      const isAccepted = status === 200 && said.retcode === "0";
      expect(answer.body.state === "accepted").toBe(isAccepted);
      if (isAccepted) return expect(answer.status).toBe(200);
      const isRefused = answer.body.effect === "none";
      if (isRefused)
        expect([...BEFORE_ACTING, ...CTI_BEFORE_ACTING]).toEqual(expect.arrayContaining([isCti(said.message) ?? said.retcode]));
      else expect(answer).toMatchObject({ status: 202, body: { state: "unknown", effect: "unknown" } });
    });
    await fc.assert(property, fuzz(0.2));
  });
});

function isCti(message: unknown): string | undefined {
  return CTI_BEFORE_ACTING.find((text) => text === String(message).trim());
}
