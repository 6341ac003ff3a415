import { describe, expect, it } from "vitest";
import { botFrameworkToken, googleIdToken } from "../../lib/verification/oidc.ts";

const APP_ID = "2f1e6d1c-5b0a-4f0e-9c7d-8a1b2c3d4e5f";

type Settings = Readonly<Record<string, unknown>>;

describe("the settings of such a scheme", () => {
  const accepted = [{ id: "current", value: APP_ID }];
  const channels = ["directline"];

  it.each([
    [botFrameworkToken, { scheme: "bot-framework-token", accepted, channels }],
    [googleIdToken, { scheme: "google-id-token", accepted, audience: "https://hooks.example/" }],
  ])("need no addresses of $id", (scheme, document) => {
    expect(scheme.verifier({ test: false }).safeParse(document).success).toBe(true);
  });

  it.each<[string, Settings, string]>([
    ["nothing accepted", { accepted: [] }, "accepted"],
    ["secrets", { secrets: accepted }, ""],
    ["an audience beside the app ids", { audience: "https://hooks.example/" }, "audience"],
    ["another issuer with the usual keys", { issuer: "https://evil.example" }, "metadataUrl"],
    ["the usual issuer with other keys", { metadataUrl: "https://evil.example/keys" }, "metadataUrl"],
    ["metadata that are not protected on their way", { issuer: "x", metadataUrl: "http://login.example/metadata" }, "metadataUrl"],
    ["metadata on a host that begins like this machine", { issuer: "x", metadataUrl: "http://127.0.0.1.example/" }, "metadataUrl"],
    ["metadata behind a password", { issuer: "x", metadataUrl: "https://a:b@login.example/" }, "metadataUrl"],
    ["no channels", { channels: undefined }, "channels"],
    ["an empty list of channels", { channels: [] }, "channels"],
    ["metadata in a file", { issuer: "x", metadataUrl: "file:///etc/passwd" }, "metadataUrl"],
  ])("must not have %s", (_what, over, path) => {
    const { error } = botFrameworkToken.verifier({ test: false }).safeParse({ scheme: "bot-framework-token", accepted, channels, ...over });
    expect(error?.issues.map((issue) => issue.path.join("."))).toContain(path);
  });

  it("list no channels where their tokens are for none", () => {
    const { error } = googleIdToken.verifier({ test: false }).safeParse({ scheme: "google-id-token", accepted, channels });
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual(["channels"]);
  });
});
