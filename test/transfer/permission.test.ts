import { describe, expect, it } from "vitest";
import { assertAllowed } from "../../lib/transfer/permission.ts";
import { parseFields, toConnection } from "../support/transfer-request.ts";

type Over = Readonly<Record<string, unknown>>;

const DESK = { type: "agent", address: "205" };
const SKILLED = { type: "agent", address: "205", skillId: 3 };
const FORBIDDEN = expect.objectContaining({ code: "forbidden", effect: "none" });

/** Agent 101's connection with one named target, that may do what every connection may. */
function attempt(fields: Over, settings: Over = {}): () => void {
  const connection = toConnection({ targets: { desk: DESK }, allow: {}, ...settings });
  const request = parseFields({ target: "desk", ...fields }, connection);
  return () => assertAllowed(request, connection);
}

describe("a connection may", () => {
  it.each<[string, Over, Over]>([
    ["move its own agent's session to a named target, with release", {}, {}],
    ["give a named target in full", { target: DESK }, {}],
    ["move a listed agent's session", { agentId: "102" }, { allow: { agents: ["103", "102"] } }],
    ["move its own agent's session where others are listed", { agentId: "101" }, { allow: { agents: ["102"] } }],
    ["move any agent's session where any is allowed", { agentId: "102" }, { allow: { agents: "any" } }],
    ["move it anywhere where any target is allowed", { target: { type: "access-code", address: "1" } }, { allow: { targets: "any" } }],
    ["transfer blindly where that is listed", { mode: "blind" }, { allow: { modes: ["blind"] } }],
    ["transfer in any mode where any is allowed", { mode: "blind" }, { allow: { modes: "any" } }],
    ["use its default target", { target: SKILLED }, { defaults: { target: SKILLED } }],
    ["use its default mode", { mode: "blind" }, { defaults: { mode: "blind" } }],
  ])("%s", (_what, fields, settings) => {
    expect(attempt(fields, settings)).not.toThrow();
  });
});

describe("a connection may not", () => {
  it.each<[string, Over, Over, string]>([
    ["move another agent's session", { agentId: "102" }, {}, "agentId"],
    ["move an agent's session that is not listed", { agentId: "104" }, { allow: { agents: ["102", "103"] } }, "agentId"],
    ["move any session where it has no agent and lists none", { agentId: "102" }, { agentId: undefined }, "agentId"],
    ["move it to an address that is not named", { target: { type: "agent", address: "206" } }, {}, "target"],
    ["move it to a named address as another type", { target: { type: "skill-queue", address: "205" } }, {}, "target"],
    ["move it to a named agent with a skill that is not named", { target: SKILLED }, {}, "target"],
    ["move it to a named agent without the skill that is", { target: DESK }, { targets: { desk: SKILLED } }, "target"],
    ["transfer blindly", { mode: "blind" }, {}, "mode"],
    ["transfer with release where blind alone is listed", {}, { allow: { modes: ["blind"] } }, "mode"],
  ])("%s", (_what, fields, settings, field) => {
    expect(attempt(fields, settings)).toThrow(FORBIDDEN);
    expect(attempt(fields, settings)).toThrow(expect.objectContaining({ detail: expect.stringContaining(field) }));
  });

  it("learn the named targets from a refusal", () => {
    const planted = { targets: { desk: { type: "agent", address: "planted" } } };
    expect(attempt({ target: { type: "agent", address: "206" } }, planted)).toThrow(
      expect.objectContaining({ detail: expect.not.stringContaining("planted") }),
    );
  });
});
