import { describe, expect, it } from "vitest";
import { CONVENTIONAL_FIELDS, readConventionalFields } from "../../lib/mapping/conventional-fields.ts";
import { VIOLATIONS_MAX } from "../../lib/transfer/limits.ts";
import { violationsIn } from "../support/transfer-request.ts";

type Body = Readonly<Record<string, unknown>>;

describe("conventional fields", () => {
  it("make a request of a body that somebody else owns", () => {
    const body = {
      ticket: { id: 4711, ccgw_call_id: "not at the top" },
      ccgw_call_id: "1552524689-16797284",
      ccgw_agent_id: "101",
      ccgw_target: "agent:205",
      ccgw_skill_id: "3",
      ccgw_mode: "release-after-transfer",
      ccgw_caller: "88880021",
      ccgw_call_data: "help: Zoë 客",
      ccgw_reference: "ticket-4711",
      ccgw_delivery_id: "run-4711",
      ccgw_attempt: "2",
      ccgw_dry_run: "true",
    };
    expect(
      Object.keys(body)
        .filter((name) => name.startsWith("ccgw_"))
        .toSorted(),
    ).toEqual(CONVENTIONAL_FIELDS.toSorted());
    expect(readConventionalFields(body)).toEqual({
      callId: "1552524689-16797284",
      agentId: "101",
      target: { type: "agent", address: "205", skillId: 3 },
      mode: "release-after-transfer",
      caller: "88880021",
      callData: "help: Zoë 客",
      reference: "ticket-4711",
      deliveryId: "run-4711",
      attempt: "2",
      dryRun: true,
    });
  });

  it.each<[string, Body, Body]>([
    ["nothing", {}, {}],
    ["names that begin alike", { ccgwcallid: "1", CCGW_CALLID: "1", "ccgw-call": "1", my_ccgw_call_id: "1" }, {}],
    ["what a template left empty", { ccgw_call_id: "", ccgw_caller: "  ", ccgw_mode: null, ccgw_target: undefined, ccgw_skill_id: "" }, {}],
    [
      "a number without quotes",
      { ccgw_call_id: 4711, ccgw_agent_id: 101, ccgw_target: 31 },
      { callId: "4711", agentId: "101", target: "31" },
    ],
    [
      "texts without the blanks of their template",
      { ccgw_call_id: " 4711\n", ccgw_target: " agent:205 ", ccgw_skill_id: " 3 ", ccgw_dry_run: " true ", ccgw_call_data: " a  b " },
      { callId: "4711", target: { type: "agent", address: "205", skillId: 3 }, dryRun: true, callData: "a  b" },
    ],
    ["what is nearly a name, and empty", { CCGW_TARGET: " ", "ccgw-mode": null }, {}],
    ["a number that has lost digits", { ccgw_call_id: 2 ** 60 }, { callId: 2 ** 60 }],
    ["a fraction", { ccgw_call_id: 1.5 }, { callId: 1.5 }],
    ["what is no text", { ccgw_call_id: ["1"], ccgw_caller: true }, { callId: ["1"], caller: true }],
    ["a named target", { ccgw_target: "sales" }, { target: "sales" }],
    ["a queue", { ccgw_target: "skill-queue:31" }, { target: { type: "skill-queue", address: "31" } }],
    ["an access code", { ccgw_target: "access-code:888:80" }, { target: { type: "access-code", address: "888:80" } }],
    ["a type that is none", { ccgw_target: "fax:31" }, { target: { type: "fax", address: "31" } }],
    ["a target as an object", { ccgw_target: { type: "agent", address: "205" } }, { target: { type: "agent", address: "205" } }],
    [
      "a skill of a queue",
      { ccgw_target: "skill-queue:31", ccgw_skill_id: 3 },
      { target: { type: "skill-queue", address: "31", skillId: 3 } },
    ],
    [
      "a skill that is no number",
      { ccgw_target: "agent:205", ccgw_skill_id: "x" },
      { target: { type: "agent", address: "205", skillId: "x" } },
    ],
    ["no dry run", { ccgw_dry_run: "false" }, { dryRun: false }],
    ["a dry run as it is", { ccgw_dry_run: true }, { dryRun: true }],
    ["a dry run that nobody understands", { ccgw_dry_run: "yes" }, { dryRun: "yes" }],
  ])("read %s", (_what, body, fields) => {
    expect(readConventionalFields(body)).toEqual(fields);
  });

  it.each<[string, Body, string[]]>([
    ["a misspelled name", { ccgw_callid: "1", ccgw_call_id: "1" }, ["#/ccgw_callid"]],
    ["every misspelled name", { ccgw_: "1", "ccgw_a/b": "1" }, ["#/ccgw_", "#/ccgw_a~1b"]],
    ["a long name, in part", { [`ccgw_${"n".repeat(500)}`]: "1" }, [`#/ccgw_${"n".repeat(59)}`]],
    ["a name that is no Unicode", { "ccgw_\ud800": "1" }, ["#/ccgw_%EF%BF%BD"]],
    ["a skill without a target", { ccgw_skill_id: "3" }, ["#/ccgw_skill_id"]],
    ["a skill beside a named target", { ccgw_target: "sales", ccgw_skill_id: "3" }, ["#/ccgw_skill_id"]],
  ])("refuse %s", (_what, body, pointers) => {
    expect(violationsIn(() => readConventionalFields(body)).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it.each([
    ["CCGW_TARGET", "ccgw_target"],
    ["ccgw-mode", "ccgw_mode"],
    ["ccgw_Call-Id", "ccgw_call_id"],
    ["ccgw_callid", "ccgw_call_id"],
    ["ccgw_tagret", "ccgw_target"],
    ["ccgw_caler", "ccgw_caller"],
    ["ccgw_skillid", "ccgw_skill_id"],
    ["ccgw_call_idea", "ccgw_call_id"],
  ])("do not read %s, but say that it is %s", (name, meant) => {
    expect(violationsIn(() => readConventionalFields({ [name]: "1" }))).toEqual([
      { pointer: `#/${name}`, detail: `is not a known field; did you mean ${meant}?` },
    ]);
  });

  it.each(["ccgw_phone", "ccgw_call_id_old", "ccgw_", "ccgw_call_idxyz"])("do not guess what %s is", (name) => {
    expect(violationsIn(() => readConventionalFields({ [name]: "1" }))).toEqual([{ pointer: `#/${name}`, detail: "is not a known field" }]);
  });

  it.each(["{{ticket.id}}", "zendesk-{{ ticket.id }}", "{{a}}/{{b}}"])("refuse a placeholder that nobody replaced: %s", (value) => {
    const body = { ccgw_call_id: value, ccgw_target: value, ccgw_reference: value, ccgw_call_data: value };
    const detail = "holds a placeholder ({{…}}) that nobody replaced";
    expect(violationsIn(() => readConventionalFields(body))).toEqual([
      { pointer: "#/ccgw_call_id", detail },
      { pointer: "#/ccgw_target", detail },
      { pointer: "#/ccgw_reference", detail },
    ]);
  });

  it.each(["{{", "}}", "}}{{", "{a}", "{ {a} }"])("take for no placeholder: %s", (value) => {
    expect(readConventionalFields({ ccgw_reference: value })).toEqual({ reference: value });
  });

  it("list no more misspelled names than help somebody", () => {
    const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`ccgw_x${at}`, "1"]));
    const violations = violationsIn(() => readConventionalFields(body));
    expect(violations).toHaveLength(VIOLATIONS_MAX + 1);
    expect(violations.at(-1)).toEqual({ pointer: "#", detail: "has 4900 more violations" });
  });
});
