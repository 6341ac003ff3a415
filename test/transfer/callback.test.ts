import { describe, expect, it } from "vitest";
import { createCertificateAuthority } from "../../dev/certificate-authority.ts";
import { Callback } from "../../lib/transfer/callback.ts";
import { Connection } from "../../lib/transfer/connection.ts";
import { inOurWords } from "../../lib/transfer/issue-words.ts";
import { CONNECTION } from "../support/transfer-request.ts";

function toSecret(bytes: number): string {
  return `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`;
}

const CALLBACK = { url: "https://crm.example.com/outcomes?key=4711", secrets: [toSecret(24)] };

describe("a connection's callback", () => {
  it("need not be there", () => {
    expect(Connection.parse(CONNECTION).callback).toBeUndefined();
  });

  it("is an address and a secret, and nothing is added to them", () => {
    expect(Connection.parse({ ...CONNECTION, callback: CALLBACK }).callback).toEqual(CALLBACK);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["the longest secret, and an old one", { secrets: [toSecret(64), toSecret(32)] }],
    ["three secrets", { secrets: [toSecret(24), toSecret(25), toSecret(26)] }],
    ["a port", { url: "https://crm.example.com:8443/outcomes" }],
    ["an address of its own", { url: "https://[2001:db8::1]/outcomes" }],
    ["http to an address that is listed", { url: "http://10.1.2.3:8080/", allowAddresses: ["10.1.2.3"] }],
    ["every form of an address", { allowAddresses: ["10.1.2.3", "10.0.0.0/8", "fd00::1", "fc00::/7"] }],
    ["twenty addresses", { allowAddresses: Array.from({ length: 20 }, (_, index) => `10.0.0.${index}`) }],
  ])("takes %s", (_what, over) => {
    expect(Callback.safeParse({ ...CALLBACK, ...over })).toMatchObject({ success: true, data: over });
  });

  it("has its address as it is connected to", () => {
    expect(Callback.parse({ ...CALLBACK, url: "HTTPS://CRM.Example.COM:443/Outcomes" }).url).toBe("https://crm.example.com/Outcomes");
  });

  it("takes one authority, a bundle of them, or a list", async () => {
    const [one, other] = [await createCertificateAuthority(), await createCertificateAuthority()];
    const given = [one.caPem, `${one.caPem}\n${other.caPem}`, [one.caPem, other.caPem]];
    expect(given.map((ca) => Callback.parse({ ...CALLBACK, ca }).ca)).toEqual([[given[0]], [given[1]], given[2]]);
  });

  const NOT_A_RANGE = "must be an IP address or a CIDR range";
  const NOT_A_SECRET = "must be whsec_ and 24 to 64 bytes in base64";
  const HTTP = "must be https unless it goes to addresses that allowAddresses lists";
  it.each<[field: string, value: unknown, path: string, message: string]>([
    ["url", undefined, "url", "is required"],
    ["url", "crm.example.com", "url", "must be an https URL"],
    ["url", "ftp://crm.example.com", "url", "must be an https URL"],
    ["url", "http://crm.example.com", "url", HTTP],
    ["url", " HTTP://crm.example.com", "url", HTTP],
    ["url", "http://127.0.0.1", "url", HTTP],
    ["url", "https://user@crm.example.com", "url", "must have no user name, password or fragment"],
    ["url", "https://:word@crm.example.com", "url", "must have no user name, password or fragment"],
    ["url", "https://crm.example.com/#top", "url", "must have no user name, password or fragment"],
    ["url", `https://crm.example.com/${"x".repeat(2_048)}`, "url", "must have at most 2048 characters"],
    ["secrets", undefined, "secrets", "is required"],
    ["secrets", { first: toSecret(24) }, "secrets", "must be a list"],
    ["secrets", [], "secrets", "must have at least 1 entries"],
    ["secrets", [24, 25, 26, 27].map(toSecret), "secrets", "must have at most 3 entries"],
    ["secrets", [toSecret(23)], "secrets.0", NOT_A_SECRET],
    ["secrets", [toSecret(24), toSecret(65)], "secrets.1", NOT_A_SECRET],
    ["secrets", [toSecret(24).slice("whsec_".length)], "secrets.0", NOT_A_SECRET],
    ["secrets", [`whpk_${Buffer.alloc(32, 7).toString("base64")}`], "secrets.0", NOT_A_SECRET],
    ["secrets", [toSecret(25).replace(/=+$/, "")], "secrets.0", NOT_A_SECRET],
    ["secrets", [`${toSecret(25).slice(0, -3)}x==`], "secrets.0", NOT_A_SECRET],
    ["secrets", [`${toSecret(24)}\n`], "secrets.0", NOT_A_SECRET],
    ["secrets", ["CHANGE-ME"], "secrets.0", "must not be the CHANGE-ME of our documents"],
    ["secrets", [`whsec_${btoa("CHANGE-ME-to-a-secret-of-the-receiver")}`], "secrets.0", "must not be the CHANGE-ME of our documents"],
    ["secrets", ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "secrets.0", "must not be the published example of Standard Webhooks"],
    ["allowAddresses", [], "allowAddresses", "must have at least 1 entries"],
    ["allowAddresses", {}, "allowAddresses", "must be a list"],
    ["allowAddresses", ["10.0.0.1", "crm.internal"], "allowAddresses.1", NOT_A_RANGE],
    ["allowAddresses", ["10.0.0.0/33"], "allowAddresses.0", NOT_A_RANGE],
    ["allowAddresses", ["10.0.0.0/"], "allowAddresses.0", NOT_A_RANGE],
    ["allowAddresses", ["010.0.0.1"], "allowAddresses.0", NOT_A_RANGE],
    ["allowAddresses", ["fe80::1%eth0"], "allowAddresses.0", NOT_A_RANGE],
    ["allowAddresses", ["fd00::/129"], "allowAddresses.0", NOT_A_RANGE],
    ["allowAddresses", ["0.0.0.0/0"], "allowAddresses.0", "must not be wider than /8, for IPv6 than /7"],
    ["allowAddresses", ["10.0.0.0/7"], "allowAddresses.0", "must not be wider than /8, for IPv6 than /7"],
    ["allowAddresses", ["::/0"], "allowAddresses.0", "must not be wider than /8, for IPv6 than /7"],
    ["allowAddresses", ["fc00::/6"], "allowAddresses.0", "must not be wider than /8, for IPv6 than /7"],
    ["allowAddresses", Array.from({ length: 21 }, () => "10.0.0.1"), "allowAddresses", "must have at most 20 entries"],
    ["ca", "planted", "ca", "must be one PEM certificate or a list of them"],
    ["ca", [], "ca", "must be one PEM certificate or a list of them"],
    ["secret", toSecret(24), "", "is not valid"],
  ])("is refused with %s %j", (field, value, path, message) => {
    const document = { ...CALLBACK, [field]: value };
    const issues = Callback.safeParse(document, { error: inOurWords }).error?.issues ?? [];
    const [issue] = issues.length === 1 ? issues : [];
    expect(issue?.path.join(".")).toBe(path);
    if (field !== "ca") expect(issue?.message).toBe(message);
    expect(JSON.stringify(issues)).not.toContain("planted");
  });

  it("names its field in the connection", () => {
    const parsed = Connection.safeParse({ ...CONNECTION, callback: { ...CALLBACK, secrets: ["CHANGE-ME"] } });
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual(["callback.secrets.0"]);
  });
});
