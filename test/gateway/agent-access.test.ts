import { describe, expect, it } from "vitest";
import { AgentAccess } from "../../lib/gateway/agent-access.ts";

const SESSION = { schemaVersion: 1, session: "external", guid: "279fe21d-2caa-4437-84c3-ab9e9dae20f5.AgentGateway0" };
const MANAGED = { schemaVersion: 1, session: "managed", signIn: { password: "a password", phonenum: "88880102" } };

/** The paths of what is wrong. */
function refusedFields(document: unknown): string[] {
  const parsed = AgentAccess.safeParse(document);
  return parsed.success ? [] : [...new Set(parsed.error.issues.map(({ path }) => path.join(".")))];
}

describe("the document of an agent whom somebody else keeps signed in", () => {
  it.each([
    [SESSION.guid, SESSION.guid],
    [`JSESSIONID=${SESSION.guid}`, SESSION.guid],
    [` JSESSIONID=${SESSION.guid}\n`, SESSION.guid],
    ["g", "g"],
    ["g".repeat(256), "g".repeat(256)],
  ])("takes the Guid %j", (guid, kept) => {
    expect(AgentAccess.parse({ ...SESSION, guid })).toMatchObject({ guid: kept });
  });

  it.each(["", " ", "JSESSIONID=", "a b", "a\r\nX-Evil: 1", "a\nb", "a\u0000b", "Zoë", "g".repeat(257), 7, undefined])(
    "refuses the Guid %j",
    (guid) => {
      expect(refusedFields({ ...SESSION, guid })).toEqual(["guid"]);
    },
  );

  it.each(["NSLB=7", "NSLB=7; ROUTE=a", "x".repeat(4096)])("takes the cookies %j", (cookies) => {
    expect(AgentAccess.parse({ ...SESSION, cookies })).toMatchObject({ cookies });
  });

  it.each(["", " NSLB=7", "NSLB=7 ", "NSLB=7\r\nX-Evil: 1", "NSLB=7\nGuid: x", "NSLB=ë", "x".repeat(4097), 7, null])(
    "refuses the cookies %j",
    (cookies) => {
      expect(refusedFields({ ...SESSION, cookies })).toEqual(["cookies"]);
    },
  );

  it.each([
    ["session", undefined],
    ["schemaVersion", 2],
    ["password", "x"],
  ])("refuses %s of %j", (field, value) => {
    expect(refusedFields({ ...SESSION, [field]: value })).toEqual([field === "password" ? "" : field]);
  });
});

describe("the document of a managed agent", () => {
  it("needs what the vendor needs, and is a dedicated agent's: busy, and nothing done by itself or by force", () => {
    expect(AgentAccess.parse(MANAGED)).toEqual({
      ...MANAGED,
      inlineSignIn: false,
      signIn: {
        ...MANAGED.signIn,
        events: "poll",
        forcelogin: false,
        status: 3,
        autoanswer: false,
        autoenteridle: false,
        checkInWebm: true,
        checkInMailm: false,
      },
    });
  });

  it.each([
    { events: "push" },
    { forcelogin: true },
    { status: 4 },
    { status: 5 },
    { autoanswer: true },
    { autoenteridle: true },
    { releasephone: false },
    { agenttype: 4 },
    { agenttype: 11 },
    { ip: "192.0.2.7" },
    { checkInWebm: false },
    { checkInMailm: true },
  ])("takes %j where it is written down", (setting) => {
    expect(AgentAccess.parse({ ...MANAGED, signIn: { ...MANAGED.signIn, ...setting } })).toMatchObject({ signIn: setting });
  });

  it.each([
    ["password", ""],
    ["password", "x".repeat(33)],
    ["password", "CHANGE-ME"],
    ["phonenum", "CHANGE-ME"],
    ["password", undefined],
    ["phonenum", ""],
    ["phonenum", "8".repeat(25)],
    ["phonenum", undefined],
    ["events", "both"],
    ["status", 1],
    ["agenttype", 5],
    ["ip", "localhost"],
    ["forcelogin", "yes"],
  ])("refuses %s of %j", (field, value) => {
    expect(refusedFields({ ...MANAGED, signIn: { ...MANAGED.signIn, [field]: value } })).toEqual([`signIn.${field}`]);
  });

  it("refuses what it has no use for", () => {
    expect(refusedFields({ ...MANAGED, guid: SESSION.guid })).toEqual([""]);
    expect(refusedFields({ ...MANAGED, signIn: { ...MANAGED.signIn, autoAnswer: true } })).toEqual(["signIn"]);
  });
});
