/**
 * The floor: a bare undici handler that forwards the body to the gateway without a check, and answers with what came back. What it takes is the gateway's own time
 * and the request's. `FLOOR_SOCKET`: `own`, a socket a request whose TLS session is resumed, as our client has it for safety; `kept`, undici's pool.
 */
import { createSecureContext } from "node:tls";
import { buildConnector, Client, Pool } from "undici";

const { GATEWAY_URL, GATEWAY_CA, GATEWAY_GUID, GATEWAY_AGENT, FLOOR_SOCKET } = process.env;

const connect = buildConnector({ secureContext: createSecureContext({ ca: GATEWAY_CA }), allowH2: false });
const pool = new Pool(GATEWAY_URL, { connect });
const path = `/agentgateway/resource/mediacall/${GATEWAY_AGENT}/transfer`;
const headers = { "content-type": "application/json; charset=UTF-8", guid: GATEWAY_GUID };

async function forward(dispatcher, body, reset) {
  const { statusCode, body: answer } = await dispatcher.request({ method: "POST", path, headers, body, reset });
  return { statusCode, headers: { "content-type": "application/json" }, body: await answer.text() };
}

async function forwardOverItsOwn(body) {
  const client = new Client(GATEWAY_URL, { connect });
  const answer = await forward(client, body, true);
  await client.destroy();
  return answer;
}

export const handler = ({ body }) => (FLOOR_SOCKET === "own" ? forwardOverItsOwn(body) : forward(pool, body, false));
