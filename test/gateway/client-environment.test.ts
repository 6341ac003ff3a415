import { fork } from "node:child_process";
import { once } from "node:events";
import { createSecureServer } from "node:http2";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createCertificateAuthority } from "../../dev/certificate-authority.ts";
import { type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { postOnce, toPost } from "../support/gateway-post.ts";
import { toSite } from "../support/gateway-site.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";

const PROCESS = fileURLToPath(import.meta.resolve("../support/posting-process.ts"));

let gateway: GatewaySimulator;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0 });
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.stop());

describe("with NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment", () => {
  async function postInProcess(): Promise<unknown> {
    const document = { url: gateway.url, ca: gateway.caPem, guid: gateway.guidOf("101") };
    const child = fork(PROCESS, [JSON.stringify(document)], {
      env: { PATH: process.env.PATH, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    onTestFinished(() => void child.kill());
    const [outcome] = await once(child, "message");
    return outcome;
  }

  it("the right certificate is trusted", async () => {
    expect(await postInProcess()).toEqual({ kind: "answered" });
    expect(gateway.transfers()).toHaveLength(1);
  });

  it.each([
    ["unknown-ca", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["expired", "CERT_HAS_EXPIRED"],
    ["wrong-host", "ERR_TLS_CERT_ALTNAME_INVALID"],
  ] as const)("a certificate that is %s is not trusted either", async (problem, cause) => {
    gateway.addFault({ kind: "certificate", problem });
    expect(await postInProcess()).toEqual({ kind: "not-sent", cause });
    expect(gateway.transfers()).toHaveLength(0);
  });
});

describe("a gateway that also speaks HTTP/2", () => {
  async function startBothVersions() {
    const authority = await createCertificateAuthority();
    const { keyPem, certPem } = await authority.issue({ hosts: ["localhost"] });
    const versions: string[] = [];
    const server = createSecureServer({ key: keyPem, cert: certPem, allowHTTP1: true }, (request, response) => {
      versions.push(request.httpVersion);
      response.end('{"retcode":"0"}');
    });
    const connections = trackConnections(server);
    const port = await listenOnLoopback(server);
    onTestFinished(() => connections.stop());
    return { site: toSite({ url: `https://localhost:${port}`, ca: authority.caPem }), versions };
  }

  it("is spoken to in HTTP/1.1", async () => {
    const { site, versions } = await startBothVersions();
    const { outcome, sent } = await postOnce(toPost(site));
    expect(outcome).toMatchObject({ kind: "answered", response: { status: 200 } });
    expect(sent).toBe(1);
    expect(versions).toEqual(["1.1"]);
  });
});
