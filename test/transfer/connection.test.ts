import { describe, expect, it } from "vitest";
import { Connection } from "../../lib/transfer/connection.ts";
import { CONNECTION } from "../support/transfer-request.ts";

const QUEUE = { type: "skill-queue", address: "30" };

describe("a connection's document", () => {
  it("is complete with what proves the caller and where its gateway is", () => {
    expect(Connection.parse(CONNECTION)).toEqual({
      ...CONNECTION,
      enabled: true,
      test: false,
      targets: {},
      defaults: {},
      allow: { modes: ["release-after-transfer"] },
      reply: "native",
      texts: {},
      callDataFormat: "json",
      callDataOverflow: "reject",
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["the shortest deadline", { deadlineMs: 1_000 }],
    ["the longest deadline", { deadlineMs: 25_000 }],
    ["the longest name", { gateway: "g".repeat(63) }],
    ["a name that begins with a digit", { gateway: "4711-site" }],
    ["a named target and a default that names it", { targets: { desk: QUEUE }, defaults: { target: "desk" } }],
    ["a default target in full", { defaults: { target: QUEUE } }],
    ["default call data of 2048 bytes", { defaults: { callData: `${"客".repeat(682)}ab` } }],
    ["longer default call data where it may be cut", { defaults: { callData: "x".repeat(2049) }, callDataOverflow: "truncate" }],
    [
      "longer default call data of which the end may be kept",
      { defaults: { callData: "x".repeat(2049) }, callDataOverflow: "truncate-oldest" },
    ],
    ["the longest mapping", { mapping: "m".repeat(16_384) }],
    ["texts by language", { texts: { accepted: { default: "a", de: "b", "de-CH": "c" }, unknown: { fr: "d" }, failed: {} } }],
    ["every reply", { reply: "always-200" }],
    ["every permission", { allow: { agents: "any", targets: "any", modes: "any" } }],
    ["a list of agents", { allow: { agents: ["101", "999999"] } }],
    ["no agent but its own", { allow: { agents: [] } }],
  ])("takes %s", (_what, over) => {
    expect(Connection.safeParse({ ...CONNECTION, ...over })).toMatchObject({ success: true, data: over });
  });

  it.each<[string, unknown, string]>([
    ["schemaVersion", 2, "schemaVersion"],
    ["schemaVersion", "1", "schemaVersion"],
    ["schemaVersion", undefined, "schemaVersion"],
    ["source", undefined, "source"],
    ["source", 1, "source"],
    ["enabled", "false", "enabled"],
    ["test", "true", "test"],
    ["gateway", undefined, "gateway"],
    ["gateway", "", "gateway"],
    ["gateway", "Site", "gateway"],
    ["gateway", "-site", "gateway"],
    ["gateway", "a/b", "gateway"],
    ["gateway", "g".repeat(64), "gateway"],
    ["gateway", "site\n", "gateway"],
    ["agentId", 101, "agentId"],
    ["agentId", "100", "agentId"],
    ["agentId", "1000000", "agentId"],
    ["targets", { Desk: QUEUE }, "targets.Desk"],
    ["targets", { desk: { type: "skill-queue" } }, "targets.desk.address"],
    ["targets", { desk: { type: "skill-queue", address: "30", skillId: 1 } }, "targets.desk.skillId"],
    ["defaults", { target: "desk" }, "defaults.target"],
    ["defaults", { target: "constructor" }, "defaults.target"],
    ["defaults", { target: { type: "agent" } }, "defaults.target"],
    ["defaults", { mode: "warm" }, "defaults.mode"],
    ["defaults", { caller: "" }, "defaults.caller"],
    ["defaults", { callData: "a\nb" }, "defaults.callData"],
    ["defaults", { callData: "客".repeat(683) }, "defaults.callData"],
    ["defaults", { agentId: "101" }, "defaults"],
    ["allow", { agents: "own" }, "allow.agents"],
    ["mapping", "m".repeat(16_385), "mapping"],
    ["mapping", { callId: "ticket.id" }, "mapping"],
    ["texts", { accepted: "You are being connected." }, "texts.accepted"],
    ["texts", { accepted: { DE: "Sie werden verbunden." } }, "texts.accepted.DE"],
    ["texts", { accepted: { default: "" } }, "texts.accepted.default"],
    ["texts", { refused: { default: "a" } }, "texts"],
    ["allow", { agents: ["101", "100"] }, "allow.agents.1"],
    ["allow", { targets: ["desk"] }, "allow.targets"],
    ["allow", { modes: [] }, "allow.modes"],
    ["allow", { modes: ["warm"] }, "allow.modes"],
    ["allow", { everything: true }, "allow"],
    ["deadlineMs", 999, "deadlineMs"],
    ["deadlineMs", 25_001, "deadlineMs"],
    ["deadlineMs", 1500.5, "deadlineMs"],
    ["deadlineMs", "5000", "deadlineMs"],
    ["reply", "always-201", "reply"],
    ["callDataFormat", "xml", "callDataFormat"],
    ["callDataOverflow", "cut", "callDataOverflow"],
    ["agentID", "101", ""],
  ])("is refused with %s %j", (field, value, path) => {
    const parsed = Connection.safeParse({ ...CONNECTION, [field]: value });
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  it.each([[undefined], [null], ["text"], [[]], [1]])("is refused where it is %j", (document) => {
    expect(Connection.safeParse(document).success).toBe(false);
  });
});
