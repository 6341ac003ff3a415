/** A handshake that is made to see certificates: what it tells, and that nothing is sent. */
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { checkCertificate } from "../../lib/diagnosis/check-gateways.ts";
import { shakeHands } from "../../lib/gateway/handshake.ts";
import { ROOT } from "../support/connect-documents.ts";
import { toSite } from "../support/gateway-site.ts";
import { listenOnLoopback, startRawGateway, trackConnections } from "../support/raw-gateway.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const TIMEOUT_MS = 5_000;

describe("a handshake", () => {
  it.each([
    ["is verified", (caPem: string) => ({ ca: caPem }), { kind: "verified" }],
    [
      "is of another name",
      (caPem: string) => ({ ca: caPem, tlsServerName: "other.example.com" }),
      { kind: "broken-off", cause: "ERR_TLS_CERT_ALTNAME_INVALID" },
    ],
    ["is of nobody who is trusted", () => ({}), { kind: "broken-off", cause: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }],
  ])("whose certificate %s shows it, and sends not one byte after it", async (_what, settings, expected) => {
    const gateway = await startRawGateway(() => {});
    const handshake = await shakeHands(toSite({ url: gateway.url, ...settings(gateway.caPem) }), TIMEOUT_MS);
    expect(handshake).toMatchObject({
      ...expected,
      chain: expect.arrayContaining([expect.objectContaining({ subject: "CN=Local development server" })]),
    });
    await gateway.closed(1);
    expect(gateway.received.join("")).toBe("");
  });

  it("is verified whatever the environment says", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    onTestFinished(() => {
      vi.unstubAllEnvs();
      warnings.mockRestore();
    });
    const gateway = await startRawGateway(() => {});
    expect(await shakeHands(toSite({ url: gateway.url }), TIMEOUT_MS)).toMatchObject({ kind: "broken-off" });
  });

  it("that nobody takes part in ends with its time", async () => {
    const server = createServer(() => {});
    const connections = trackConnections(server);
    onTestFinished(() => connections.stop());
    const site = toSite({ url: `https://127.0.0.1:${await listenOnLoopback(server)}` });
    expect(await shakeHands(site, 100)).toEqual({ kind: "broken-off", cause: "timeout", chain: [] });
  });
});

it("is a warning from 21 days before the first certificate ends", async () => {
  const gateway = await startRawGateway(() => {});
  const site = toSite({ url: gateway.url, ca: gateway.caPem });
  const handshake = await shakeHands(site, TIMEOUT_MS);
  const judge = (daysOn: number) => checkCertificate({ name: "main", site }, handshake, Date.now() + daysOn * DAY_MS);
  expect(judge(8)).toMatchObject({ verdict: "ok", detail: expect.stringContaining("21 days left") });
  expect(judge(9)).toMatchObject({
    verdict: "warning",
    detail: expect.stringContaining("one of them ends in 20 days"),
    hint: "docs/runbook.md#certificate-ends",
  });
});

it("is verified wherever one is made: nowhere is that turned off, not even to look", () => {
  const files = ["cli", "dev", "handlers", "infrastructure", "lib", "scripts"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).flatMap((name) =>
      /\.(?:ts|cjs)$/.test(name) ? [join(folder, name)] : [],
    ),
  );
  const turnedOff = /rejectUnauthorized: *(?!true)\S|checkServerIdentity/;
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((file) => turnedOff.test(readFileSync(join(ROOT, file), "utf8")))).toEqual([]);
});
