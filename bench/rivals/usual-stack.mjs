/**
 * The usual hand-written function, as a competent engineer writes it: express behind serverless-http, joi, axios, the SDK; clients and secrets live outside
 * the handler, both secrets are read at once and kept, connections are kept alive, the key is compared in the same time whatever it is, and the gateway's own
 * authority is trusted alone. It keeps no record of what it did: a repeated delivery transfers twice.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { Agent } from "node:https";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import axios from "axios";
import express from "express";
import Joi from "joi";
import serverless from "serverless-http";

const DEVICE_TYPES = { "skill-queue": 1, agent: 2, "access-code": 4 };
const MODES = { blind: 0, "release-after-transfer": 2 };
const SECRETS_TTL_MS = 60_000;
const GATEWAY_TIMEOUT_MS = 20_000;

const Request = Joi.object({
  callId: Joi.string().max(128).required(),
  agentId: Joi.string().pattern(/^\d{3,6}$/),
  target: Joi.object({
    type: Joi.string()
      .valid(...Object.keys(DEVICE_TYPES))
      .required(),
    address: Joi.string().max(24).required(),
    skillId: Joi.number().integer(),
  }).required(),
  mode: Joi.string()
    .valid(...Object.keys(MODES))
    .default("release-after-transfer"),
  caller: Joi.string().max(64),
  callData: Joi.string().max(2048),
  reference: Joi.string().max(64),
});

const client = new SecretsManagerClient({});
let cached;

async function readSecrets() {
  if (cached === undefined || cached.until < Date.now()) {
    const value = Promise.all([readSecret(process.env.API_SECRET), readSecret(process.env.GATEWAY_SECRET)]);
    cached = { value, until: Date.now() + SECRETS_TTL_MS };
    value.catch(() => {
      cached = undefined;
    });
  }
  return cached.value;
}

async function readSecret(SecretId) {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString);
}

let gateway;

/** The client stays as long as the authority does. */
function gatewayOf({ url, ca }) {
  if (gateway?.ca !== ca)
    gateway = { ca, http: axios.create({ baseURL: url, timeout: GATEWAY_TIMEOUT_MS, httpsAgent: new Agent({ ca, keepAlive: true }) }) };
  return gateway.http;
}

const digest = (text) => createHash("sha256").update(text).digest();

const app = express();
app.use(express.json({ limit: "256kb" }));
app.post("/v1/transfers/:connection", async (request, response) => {
  const [{ apiKey }, site] = await readSecrets();
  const given = request.get("authorization") ?? "";
  if (!timingSafeEqual(digest(given), digest(`Bearer ${apiKey}`))) return response.status(401).json({ code: "unauthenticated" });

  const { error, value } = Request.validate(request.body, { abortEarly: false });
  if (error) return response.status(422).json({ code: "invalid-request", errors: error.details.map(({ message }) => message) });

  const { callId, agentId = site.agentId, target, mode, caller, callData, reference } = value;
  const wire = {
    callid: callId,
    caller,
    devicetype: DEVICE_TYPES[target.type],
    mode: MODES[mode],
    address: target.address,
    calldata: callData,
    skillId: target.skillId,
  };
  const { data } = await gatewayOf(site).post(`/agentgateway/resource/mediacall/${agentId}/transfer`, wire, {
    headers: { "content-type": "application/json; charset=UTF-8", guid: site.guid },
  });
  if (data.retcode !== "0") return response.status(422).json({ code: "gateway-refused", gateway: data });
  response.json({ state: "accepted", callId, agentId, target, mode, reference, gateway: data });
});
app.use((error, _request, response, _next) => {
  console.error(error.message);
  response.status(error.status ?? 502).json({ code: "failed" });
});

export const handler = serverless(app);
