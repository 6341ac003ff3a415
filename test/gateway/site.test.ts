import { beforeAll, describe, expect, it } from "vitest";
import { createCertificateAuthority } from "../../dev/certificate-authority.ts";
import { GatewaySite } from "../../lib/gateway/site.ts";

const SITE = { schemaVersion: 1, url: "https://192.0.2.1:8043" };
const KEY = "-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----\n";

let pem: string;
let otherPem: string;
beforeAll(async () => {
  pem = (await createCertificateAuthority()).caPem;
  otherPem = (await createCertificateAuthority()).caPem;
});

/** The first segments of the paths of what is wrong. */
function refusedFields(document: unknown): string[] {
  const parsed = GatewaySite.safeParse(document);
  return parsed.success ? [] : [...new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? "")))];
}

describe("a gateway's document", () => {
  it("needs its address alone", () => {
    expect(GatewaySite.parse(SITE)).toEqual({
      ...SITE,
      connectTimeoutMs: 3_000,
      responseTimeoutMs: 20_000,
      refusals: {},
    });
  });

  it.each([
    ["https://gateway.example", "https://gateway.example"],
    ["https://gateway.example/", "https://gateway.example"],
    ["https://gateway.example:443", "https://gateway.example"],
    ["https://gateway.example:8043/", "https://gateway.example:8043"],
    ["https://192.0.2.1:8043", "https://192.0.2.1:8043"],
    ["https://[2001:db8::1]:8043", "https://[2001:db8::1]:8043"],
  ])("takes the address %s", (url, origin) => {
    expect(GatewaySite.parse({ ...SITE, url }).url).toBe(origin);
  });

  it.each([
    "http://192.0.2.1:8043",
    "ftp://192.0.2.1",
    "192.0.2.1:8043",
    "//192.0.2.1:8043",
    "https://192.0.2.1:8043/agentgateway",
    "https://192.0.2.1:8043/?a=b",
    "https://192.0.2.1:8043?a=b",
    "https://192.0.2.1:8043#top",
    "https://user@192.0.2.1:8043",
    "https://user:password@192.0.2.1:8043",
    "https://",
    "https://192.0.2.1:99999",
    "https://192.0.2.1\\evil.example",
    "https://gateway example",
    "javascript:alert(1)",
    "",
    7,
    undefined,
  ])("refuses the address %j", (url) => {
    expect(refusedFields({ ...SITE, url })).toEqual(["url"]);
  });

  it("takes one certificate or several", () => {
    expect(GatewaySite.parse({ ...SITE, ca: pem }).ca).toEqual([pem]);
    expect(GatewaySite.parse({ ...SITE, ca: [pem, otherPem] }).ca).toEqual([pem, otherPem]);
    expect(GatewaySite.parse({ ...SITE, ca: `${pem}\n${otherPem}` }).ca).toEqual([`${pem}\n${otherPem}`]);
  });

  it("refuses what is no certificate, alone or among others", () => {
    const cut = pem.slice(0, 200);
    for (const ca of ["", "certificate", cut, [], [pem, ""], [pem, cut], `${pem}${cut}`, `${pem}${KEY}`, [pem, 7], 7, null])
      expect(refusedFields({ ...SITE, ca })).toEqual(["ca"]);
  });

  it.each(["gateway.example", "gateway", "AgentGateway-0.site"])("takes the server name %s", (tlsServerName) => {
    expect(GatewaySite.parse({ ...SITE, tlsServerName }).tlsServerName).toBe(tlsServerName);
  });

  it.each(["192.0.2.1", "2001:db8::1", "", "a b", "https://gateway.example", "gateway.example:8043", "*.example", 7])(
    "refuses the server name %j",
    (tlsServerName) => {
      expect(refusedFields({ ...SITE, tlsServerName })).toEqual(["tlsServerName"]);
    },
  );

  it.each([
    ["106-005", "other"],
    ["106-012", "call-released"],
    ["7-001", "invalid-target"],
  ])("takes the refusal %s for the reason %s", (retcode, reason) => {
    expect(GatewaySite.parse({ ...SITE, refusals: { [retcode]: reason } }).refusals).toEqual({ [retcode]: reason });
  });

  it.each([
    "000-000",
    "000-007",
    "100-007",
    "100-006",
    "000-003",
    "105-002",
    "106-004",
    "200-012",
    "0",
    "success",
    "constructor",
    "106005",
  ])("refuses the refusal %s, which the documents settle or do not know the form of", (retcode) => {
    expect(refusedFields({ ...SITE, refusals: { [retcode]: "other" } })).toEqual(["refusals"]);
  });

  it.each([
    ["refusals", { "106-005": "because" }],
    ["refusals", ["106-005"]],
    ["connectTimeoutMs", 99],
    ["connectTimeoutMs", 25_001],
    ["connectTimeoutMs", 1_000.5],
    ["responseTimeoutMs", 99],
    ["responseTimeoutMs", 25_001],
    ["responseTimeoutMs", "1000"],
    ["schemaVersion", 2],
    ["schemaVersion", undefined],
    ["rejectUnauthorized", false],
  ])("refuses %s of %j", (field, value) => {
    const fields = refusedFields({ ...SITE, [field]: value });
    expect(fields).toEqual([field === "rejectUnauthorized" ? "" : field]);
  });

  it.each([100, 25_000])("takes time-outs of %i ms", (ms) => {
    expect(GatewaySite.parse({ ...SITE, connectTimeoutMs: ms, responseTimeoutMs: ms })).toMatchObject({ connectTimeoutMs: ms });
  });
});
