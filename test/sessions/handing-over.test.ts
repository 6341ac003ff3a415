import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { HandedOverAgent, parseHandOver } from "../../lib/sessions/handing-over.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { toWebhook } from "../support/webhook.ts";

const GUID = "279fe21d-2caa-4437-84c3-ab9e9dae20f5.AgentGateway0";
const BODY = { guid: GUID, cookies: "lb=node-1; route=blue", renewedAt: "2026-11-23T07:00:00.000Z" };
const SESSION = { ...BODY, renewedAt: INSTANT };

const parse = (body: unknown) => parseHandOver(body, new Date(INSTANT));

function errorsIn(body: unknown) {
  try {
    parse(body);
  } catch (error) {
    if (error instanceof TransferError)
      return { code: error.code, errors: error.errors ?? [], told: JSON.stringify(error) + error.message };
  }
  return expect.fail("is taken");
}

describe("what is told of a session", () => {
  it.each<[string, object, object]>([
    ["all of it", {}, SESSION],
    ["no cookies", { cookies: undefined }, { ...SESSION, cookies: undefined }],
    ["the Guid as the gateway's header has it", { guid: ` JSESSIONID=${GUID} ` }, SESSION],
    ["a Guid of 256 characters", { guid: "g".repeat(256) }, { ...SESSION, guid: "g".repeat(256) }],
    ["cookies of 4096 characters", { cookies: "c".repeat(4_096) }, { ...SESSION, cookies: "c".repeat(4_096) }],
    ["a time elsewhere", { renewedAt: "2026-11-23T15:00:00.5+08:00" }, { ...SESSION, renewedAt: INSTANT + 500 }],
    ["a time a minute ahead", { renewedAt: "2026-11-23T07:01:00Z" }, { ...SESSION, renewedAt: INSTANT + 60_000 }],
    ["a time long ago", { renewedAt: "2020-01-01T00:00:00Z" }, { ...SESSION, renewedAt: Date.UTC(2020, 0) }],
  ])("may be %s", (_what, over, session) => {
    expect(parse({ ...BODY, ...over })).toEqual(session);
  });

  it.each<[string, unknown, string[]]>([
    ["a Guid with a blank within", { ...BODY, guid: "one two" }, ["#/guid"]],
    ["a Guid with a line break", { ...BODY, guid: "one\r\ntwo" }, ["#/guid"]],
    ["an empty Guid", { ...BODY, guid: "" }, ["#/guid"]],
    ["a Guid of 257 characters", { ...BODY, guid: "g".repeat(257) }, ["#/guid"]],
    ["cookies of two lines", { ...BODY, cookies: "a=1\nb=2" }, ["#/cookies"]],
    ["cookies of 4097 characters", { ...BODY, cookies: "c".repeat(4_097) }, ["#/cookies"]],
    ["null for cookies", { ...BODY, cookies: null }, ["#/cookies"]],
    ["a time without its offset", { ...BODY, renewedAt: "2026-11-23T07:00:00" }, ["#/renewedAt"]],
    ["a time in ms", { ...BODY, renewedAt: INSTANT }, ["#/renewedAt"]],
    ["a day", { ...BODY, renewedAt: "2026-11-23" }, ["#/renewedAt"]],
    ["a day that there is not", { ...BODY, renewedAt: "2026-02-30T07:00:00Z" }, ["#/renewedAt"]],
    ["a time more than a minute ahead", { ...BODY, renewedAt: "2026-11-23T07:01:00.001Z" }, ["#/renewedAt"]],
    ["a time ahead elsewhere", { ...BODY, renewedAt: "2026-11-23T07:00:00-01:00" }, ["#/renewedAt"]],
    ["nothing", {}, ["#/guid", "#/renewedAt"]],
    ["a field that there is not", { ...BODY, GUID: "x" }, ["#/GUID"]],
    [
      "nothing right",
      { guid: 1, cookies: "\n", renewedAt: "2099-01-01T00:00:00Z", extra: 1 },
      ["#/guid", "#/cookies", "#/renewedAt", "#/extra"],
    ],
    ["a list", [], ["#"]],
    ["a text", GUID, ["#"]],
    ["null", null, ["#"]],
  ])("may not be %s: all is told at once, and not repeated", (_what, body, pointers) => {
    const { code, errors, told } = errorsIn(body);
    expect(code).toBe("invalid-request");
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
    expect(told).not.toMatch(/Invalid|one two|a=1|279fe21d|2026-11-23T07|2099/);
  });

  it("is told what it should be", () => {
    expect(errorsIn({ guid: "", renewedAt: "2099-01-01T00:00:00Z", Cookies: 1 }).errors).toEqual([
      { pointer: "#/guid", detail: "must be 1 to 256 visible ASCII characters" },
      { pointer: "#/renewedAt", detail: "must not be more than 60 seconds in the future" },
      { pointer: "#/Cookies", detail: "is not a known field; did you mean cookies?" },
    ]);
    expect(errorsIn({ ...BODY, renewedAt: "yesterday" }).errors).toEqual([
      { pointer: "#/renewedAt", detail: "must be a time in ISO 8601 with its offset, like 2027-01-01T00:00:00Z" },
    ]);
  });
});

describe("who may hand over", () => {
  const secrets = [{ id: "a", value: "12345678" }];

  it.each<[string, object]>([
    ["a list of secrets", { secrets }],
    ["the scheme by its name", { scheme: "shared-secret", secrets }],
  ])("is proven by %s", (_what, verification) => {
    const { verify } = HandedOverAgent.parse({ schemaVersion: 1, session: "handed-over", verification });
    expect(verify?.(toWebhook({ headers: { "x-api-key": "12345678" } }))).toEqual({ ok: true, secretId: "a" });
    expect(verify?.(toWebhook({ headers: { "x-api-key": "87654321" } }))).toMatchObject({ ok: false });
  });

  it.each<[string, object]>([
    ["external", { session: "external", guid: GUID }],
    ["managed", { session: "managed", signIn: { password: "p", phonenum: "1" } }],
  ])("is nobody where the session is %s", (_session, document) => {
    expect(HandedOverAgent.parse({ schemaVersion: 1, ...document })).toEqual({});
  });

  it.each<[string, unknown, string[]]>([
    ["another scheme", { scheme: "hmac", secrets, header: "x" }, ["verification.scheme"]],
    ["no secrets", {}, ["verification.secrets"]],
    ["a secret that is too short", { secrets: [{ id: "a", value: "planted" }] }, ["verification.secrets.0.value"]],
    ["an unknown field", { secrets, secret: "planted" }, ["verification"]],
    ["a text", "planted-secret", ["verification.secrets"]],
    ["a list", secrets, ["verification.secrets"]],
    ["nothing", undefined, ["verification.secrets"]],
  ])("is told by its place with %s", (_what, verification, paths) => {
    const { error } = HandedOverAgent.safeParse({ schemaVersion: 1, session: "handed-over", verification });
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual(paths);
    expect(JSON.stringify(error?.issues)).not.toContain("planted");
  });
});
