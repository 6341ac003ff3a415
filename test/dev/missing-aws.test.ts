/** What an operator reads where AWS refuses, or something was not set: what to do, and AWS's own words. */
import { describe, expect, it } from "vitest";
import { toMissing } from "../../dev/missing-aws.ts";

const named = (name: string) => Object.assign(new Error("AWS's words"), { name });

describe("what AWS has refused", () => {
  it.each([
    ["UnrecognizedClientException", /^AWS does not know these credentials: .*AWS_SESSION_TOKEN/],
    ["InvalidClientTokenId", /^AWS does not know these credentials/],
    ["ExpiredToken", /^These AWS credentials have expired: .* aws sso login/],
    ["ExpiredTokenException", /^These AWS credentials have expired/],
    ["AccessDenied", /^These AWS credentials are not allowed to do this/],
    ["AccessDeniedException", /^These AWS credentials are not allowed to do this/],
    ["ResourceNotFoundException", /^AWS has no such thing here: is it this --stage, this --region and this account\?/],
    ["CredentialsProviderError", /^No AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID/],
  ])("is said of a %s with what to do, and in AWS's own words", (name, words) => {
    const said = toMissing(named(name), "");
    expect(said).toMatch(words);
    expect(said).toContain("AWS's words");
  });

  it.each(["CredentialsProviderError", "ExpiredToken", "UnrecognizedClientException"])("names the profile that is used: %s", (name) => {
    expect(toMissing(named(name), "work")).toMatch(/profile work\b/);
  });

  it("is nothing that is known of anything else", () => {
    expect(toMissing(named("TypeError"))).toBeUndefined();
  });
});
