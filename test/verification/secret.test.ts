import { describe, expect, it } from "vitest";
import type { Verdict } from "../../lib/verification/scheme.ts";
import { isEqual, matchSecrets, type Secret, Secrets } from "../../lib/verification/secret.ts";

const NOW = new Date("2026-11-23T07:00:00.000Z");
const OLD = { id: "old", value: "the-old-secret" };
const NEW = { id: "new", value: "the-new-secret" };

/** As a scheme asks that compares what was presented, which may be several. */
function match(presented: readonly string[], secrets: readonly Secret[]): Verdict {
  return matchSecrets(secrets, NOW, (value) => presented.some((text) => isEqual(text, value)));
}

describe("a presented secret", () => {
  it.each([
    ["the-old-secret", "old"],
    ["the-new-secret", "new"],
  ])("%s matches the one it equals, by whatever place in the list", (presented, secretId) => {
    for (const secrets of [
      [OLD, NEW],
      [NEW, OLD],
    ])
      expect(match([presented], secrets)).toEqual({ ok: true, secretId });
  });

  it.each([
    ["a part of it", "the-old-secre"],
    ["more than it", "the-old-secret "],
    ["another case", "The-old-secret"],
    ["another one", "the-bad-secret"],
    ["both", "the-old-secretthe-new-secret"],
    ["nothing", ""],
    ["a very long one", "x".repeat(1_000_000)],
  ])("that is %s is wrong", (_what, presented) => {
    expect(match([presented], [OLD, NEW])).toEqual(expect.objectContaining({ ok: false, reason: "wrong-credential" }));
  });

  it("that is none matches none", () => {
    expect(match([], [OLD, NEW])).toEqual(expect.objectContaining({ ok: false, reason: "wrong-credential" }));
  });

  it.each([OLD.value, NEW.value, "a-guess"])("is compared with every secret, whichever it equals: %s", (presented) => {
    const compared: string[] = [];
    matchSecrets([OLD, NEW], NOW, (value) => compared.push(value) > 0 && isEqual(presented, value));
    expect(compared).toEqual([OLD.value, NEW.value]);
  });

  it.each([
    ["bytes", Buffer.from("the-ölid-secret")],
    ["a text", "the-ölid-secret"],
  ])("may be %s, compared as UTF-8", (_what, presented) => {
    expect(isEqual(presented, "the-ölid-secret")).toBe(true);
    expect(isEqual(presented, Buffer.from("the-ölid-secret"))).toBe(true);
    expect(isEqual(presented, Buffer.from("the-ölid-secret", "latin1"))).toBe(false);
  });

  it.each<[string, string[], unknown]>([
    ["one is right", ["a-guess", NEW.value], { ok: true, secretId: "new" }],
    ["the other is right", [NEW.value, "a-guess"], { ok: true, secretId: "new" }],
    ["none is right", ["a-guess", "another-guess"], expect.objectContaining({ ok: false, reason: "wrong-credential" })],
    ["they are right together alone", ["the-old-", "secret"], expect.objectContaining({ ok: false, reason: "wrong-credential" })],
  ])("may be one of several: %s", (_what, presented, verdict) => {
    expect(match(presented, [OLD, NEW])).toEqual(verdict);
  });

  it.each([
    ["ü", "u\u0308"],
    ["\ufb01sh-and-chips", "fish-and-chips"],
  ])("is not normalised: %s is not %s", (value, presented) => {
    expect(match([presented], [{ id: "one", value }])).toMatchObject({ ok: false });
  });
});

describe("a secret that ends", () => {
  it.each([
    ["a moment before it ends", "2026-11-23T07:00:00.001Z", { ok: true, secretId: "old", secretNotAfter: "2026-11-23T07:00:00.001Z" }],
    ["at the moment it ends", "2026-11-23T07:00:00.000Z", expect.objectContaining({ ok: false, reason: "expired-credential" })],
    ["after it has ended", "2026-11-23T06:59:59.999Z", expect.objectContaining({ ok: false, reason: "expired-credential" })],
    [
      "before it ends in another time zone",
      "2026-11-23T09:00:00.001+02:00",
      { ok: true, secretId: "old", secretNotAfter: "2026-11-23T09:00:00.001+02:00" },
    ],
    [
      "after it has ended in another time zone",
      "2026-11-23T09:00:00.000+02:00",
      expect.objectContaining({ ok: false, reason: "expired-credential" }),
    ],
  ])("is judged %s", (_when, notAfter, verdict) => {
    expect(match([OLD.value], Secrets.parse([{ ...OLD, notAfter }, NEW]))).toEqual(verdict);
  });

  it("counts although the same value has ended under another id", () => {
    const secrets = [
      { ...OLD, notAfter: "2020-01-01T00:00:00Z" },
      { ...NEW, value: OLD.value },
    ];
    expect(match([OLD.value], secrets)).toEqual({ ok: true, secretId: "new" });
  });

  it("is wrong, not expired, for whoever does not hold it", () => {
    expect(match(["a-guess"], [{ ...OLD, notAfter: "2020-01-01T00:00:00Z" }])).toEqual(
      expect.objectContaining({ ok: false, reason: "wrong-credential" }),
    );
  });
});

describe("a list of secrets", () => {
  it.each<[string, unknown]>([
    ["one", [OLD]],
    ["ten", Array.from({ length: 10 }, (_, at) => ({ id: `s-${at}`, value: "a-long-secret" }))],
    ["the shortest value and the longest id", [{ id: "i".repeat(64), value: "12345678" }]],
    ["an end with an offset", [{ ...OLD, notAfter: "2027-01-01T00:00:00+01:00" }]],
  ])("may have %s", (_what, secrets) => {
    expect(Secrets.safeParse(secrets).success).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ["none", [], ""],
    ["eleven", Array.from({ length: 11 }, (_, at) => ({ id: `s-${at}`, value: "a-long-secret" })), ""],
    ["one id twice", [OLD, { ...NEW, id: OLD.id }], ""],
    ["a value of 7 characters", [{ id: "a", value: "1234567" }], "0.value"],
    ["a value that is no text", [{ id: "a", value: 12345678 }], "0.value"],
    ["no value", [{ id: "a" }], "0.value"],
    ["no id", [{ value: OLD.value }], "0.id"],
    ["an empty id", [{ ...OLD, id: "" }], "0.id"],
    ["an id of 65 characters", [{ ...OLD, id: "i".repeat(65) }], "0.id"],
    ["an id that is no name", [{ ...OLD, id: "a b" }], "0.id"],
    ["an id with a line break", [{ ...OLD, id: "a\n" }], "0.id"],
    ["an end without an offset", [{ ...OLD, notAfter: "2027-01-01T00:00:00" }], "0.notAfter"],
    ["an end that is a day", [{ ...OLD, notAfter: "2027-01-01" }], "0.notAfter"],
    ["an end that is no date", [{ ...OLD, notAfter: "2027-02-30T00:00:00Z" }], "0.notAfter"],
    ["the secret that Zendesk publishes", [OLD, { id: "a", value: "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==" }], ""],
    ["the secret of Standard Webhooks' example", [{ id: "a", value: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }], ""],
    ["the secret of HubSpot's examples", [{ id: "a", value: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy" }], ""],
    ["what stands in the place of one in our documents", [OLD, { id: "a", value: "CHANGE-ME-to-a-long-random-text" }], ""],
    ["another field", [{ ...OLD, notBefore: "2027-01-01T00:00:00Z" }], "0"],
    ["no list", OLD, ""],
  ])("may not have %s", (_what, secrets, path) => {
    const parsed = Secrets.safeParse(secrets);
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  it.each([
    ["value", { id: "a", value: "planted" }],
    ["id", { id: "planted value", value: "12345678" }],
  ])("is refused without repeating a %s", (_field, secret) => {
    const messages = Secrets.safeParse([secret]).error?.issues.map(({ message }) => message) ?? [];
    expect(messages.join()).not.toContain("planted");
  });
});
