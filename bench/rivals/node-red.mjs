/**
 * A Node-RED flow that transfers: webhook in, a function that maps, an https request over kept connections, the webhook's response. It proves nobody and keeps no
 * record. A process of its own, without the editor, in a folder for what is temporary; says its port over its channel, and what CPU time it took when it is asked.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import RED from "node-red";

const { GATEWAY_URL, GATEWAY_CA, GATEWAY_AGENT } = process.env;

const userDir = mkdtempSync(join(tmpdir(), "ccgw-bench-node-red-"));
process.on("exit", () => rmSync(userDir, { recursive: true, force: true }));
process.on("SIGTERM", () => process.exit(0));
process.on("disconnect", () => process.exit(1));

const ca = join(userDir, "ca.pem");
writeFileSync(ca, GATEWAY_CA);

const INITIALIZE = `
context.set("guid", env.get("GATEWAY_GUID"));
`;
const MAP = `
const DEVICE_TYPES = { "skill-queue": 1, agent: 2, "access-code": 4 };
const { callId, target, mode, caller, callData } = msg.payload;
msg.headers = { "content-type": "application/json; charset=UTF-8", guid: context.get("guid") };
msg.payload = {
  callid: callId,
  caller,
  devicetype: DEVICE_TYPES[target.type],
  mode: mode === "blind" ? 0 : 2,
  address: target.address,
  calldata: callData,
  skillId: target.skillId,
};
return msg;
`;

const url = `${GATEWAY_URL}/agentgateway/resource/mediacall/${GATEWAY_AGENT}/transfer`;
const node = (id, type, wires, settings) => ({ id, type, z: "flow", name: "", x: 0, y: 0, wires: [wires], ...settings });
const flow = [
  { id: "flow", type: "tab", label: "transfer", disabled: false, info: "" },
  {
    id: "tls",
    type: "tls-config",
    name: "",
    cert: "",
    key: "",
    ca,
    certname: "",
    keyname: "",
    caname: "",
    servername: "",
    verifyservercert: true,
  },
  node("in", "http in", ["map"], { url: "/v1/transfers/:connection", method: "post", upload: false }),
  node("map", "function", ["ask"], { func: MAP, initialize: INITIALIZE, finalize: "", outputs: 1, libs: [] }),
  node("ask", "http request", ["answer"], { method: "POST", ret: "obj", paytoqs: "ignore", url, tls: "tls", persist: true, headers: [] }),
  node("answer", "http response", [], { statusCode: "200", headers: {} }),
];
writeFileSync(join(userDir, "flows.json"), JSON.stringify(flow));

const server = createServer((request, response) => RED.httpNode(request, response));
RED.init(server, {
  ...{ userDir, flowFile: "flows.json", credentialSecret: false },
  ...{ httpAdminRoot: false, httpNodeRoot: "/", disableEditor: true, telemetry: { enabled: false } },
  ...{ logging: { console: { level: "error", metrics: false, audit: false } } },
});
RED.events.once("flows:started", () =>
  server.listen(0, "127.0.0.1", () => {
    process.on("message", () => {
      const { user, system } = process.cpuUsage();
      process.send({ cpuUs: user + system });
    });
    process.send({ port: server.address().port });
  }),
);
await RED.start();
