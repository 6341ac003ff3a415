/** Whatever is presented as a secret: it is accepted where it is the same text to the last code unit, and nowhere else. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEqual, matchSecrets } from "../../lib/verification/secret.ts";
import { sharedSecret } from "../../lib/verification/shared-secret.ts";
import { fuzz } from "../support/fuzz-settings.ts";
import { toWebhook } from "../support/webhook.ts";

const NOW = new Date("2026-11-23T07:00:00Z");
const secret = fc.string({ unit: "binary", minLength: 8, maxLength: 40 });
/** What a header can carry as it is. */
const headerSafe = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 8,
  maxLength: 40,
});

/** The text itself, or one that is nearly it. */
function nearly(text: string): fc.Arbitrary<string> {
  const longer = fc.string({ minLength: 1, maxLength: 3 });
  return fc.oneof(
    fc.constant(text),
    fc.constantFrom(
      "",
      ` ${text}`,
      `${text} `,
      `${text}\u0000`,
      text.slice(1),
      text.slice(0, -1),
      text.toUpperCase(),
      text.normalize("NFD"),
    ),
    fc.constantFrom(text + text, text.slice(0, 8), "*", "undefined"),
    longer.map((more) => text + more),
    secret,
  );
}

describe("a presented secret", () => {
  it("is accepted where it equals one that is live, with that one's id", () => {
    const kept = fc.uniqueArray(secret, { minLength: 1, maxLength: 5 });
    const property = fc.property(
      kept.chain((values) =>
        fc.tuple(fc.constant(values), fc.constantFrom(...values).chain(nearly), fc.array(fc.boolean(), { minLength: 5, maxLength: 5 })),
      ),
      ([values, presented, expired]) => {
        const secrets = values.map((value, index) => ({
          id: `secret-${index}`,
          value,
          notAfter: expired[index] ? "2026-11-23T07:00:00Z" : "2026-11-23T07:00:00.001Z",
        }));
        const index = values.indexOf(presented);
        const reason = index === -1 ? "wrong-credential" : "expired-credential";
        const verdict =
          index !== -1 && !expired[index]
            ? { ok: true, secretId: `secret-${index}`, secretNotAfter: "2026-11-23T07:00:00.001Z" }
            : expect.objectContaining({ ok: false, reason });
        expect(matchSecrets(secrets, NOW, (value) => isEqual(presented, value))).toEqual(verdict);
      },
    );
    fc.assert(property, fuzz(2));
  });

  it.each([
    { place: "bearer", toHeaders: (value: string) => ({ authorization: `Bearer ${value}` }) },
    { place: "api-key", toHeaders: (value: string) => ({ "x-api-key": value }) },
    { place: "basic", toHeaders: (value: string) => ({ authorization: `Basic ${Buffer.from(`user:${value}`).toString("base64")}` }) },
  ])("in the place $place is accepted where it is the connection's", ({ place, toHeaders }) => {
    const property = fc.property(
      headerSafe.chain((value) =>
        fc.tuple(fc.constant(value), fc.oneof(fc.constant(value), headerSafe, fc.constantFrom(`${value}x`, value.slice(1)))),
      ),
      ([value, presented]) => {
        const settings = { scheme: "shared-secret", secrets: [{ id: "current", value }], in: [place] };
        const verify = sharedSecret.verifier({ test: false }).parse(settings);
        expect(verify(toWebhook({ headers: toHeaders(presented) }))).toHaveProperty("ok", presented === value);
      },
    );
    fc.assert(property, fuzz());
  });
});
