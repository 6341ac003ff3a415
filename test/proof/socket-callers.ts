/** Callers as they are, as webhooks: programs with a delivery id in the body or as `Idempotency-Key`, people who press twice, vendors that sign. */
import { setTimeout as sleep } from "node:timers/promises";
import { signLikeZendesk } from "../../dev/sign/zendesk.ts";
import { pick } from "./dice.ts";
import { API_KEY, DESK_SECRET } from "./socket-connections.ts";
import type { PostedWebhook } from "./socket-invocation.ts";
import type { SocketWorld } from "./socket-world.ts";
import type { Answer } from "./world.ts";

const REPEATS_MAX = 3;
const REPEATED_AFTER_MS = [500, 5_000, 30_000, 120_000, 900_000];
const SWEEPS = 0.3;
const LEFT_UNKNOWN = 0.5;
/** Of a thief who waits for a signature to be known. */
const LOOKS_MAX = 60;
const LOOKS_EACH_MS = 50;

type Play = (world: SocketWorld, callId: string) => Promise<void>;

interface Delivery {
  readonly tag: string;
  /** Unique within the schedule. */
  readonly name: string;
  readonly webhook: () => PostedWebhook | Promise<PostedWebhook>;
}

function ofApi(world: SocketWorld, fields: object, headers: Readonly<Record<string, string>> = {}): PostedWebhook {
  const connection = world.seed % 2 === 0 ? "crm" : "impatient-crm";
  const body = JSON.stringify({ target: { type: "agent", address: "205" }, ...fields });
  return { connection, headers: { authorization: `Bearer ${API_KEY}`, ...headers }, body };
}

/** Signed anew with each try: what it signs has the time in it. */
async function ofDesk(world: SocketWorld, callId: string, id: string): Promise<PostedWebhook> {
  const request = {
    url: "https://hooks.example",
    headers: { "x-zendesk-webhook-invocation-id": id },
    body: JSON.stringify({ ccgw_call_id: callId, ccgw_target: "agent:205" }),
  };
  const verification = { scheme: "zendesk" };
  const { headers, body } = await signLikeZendesk(request, { verification, secret: DESK_SECRET, now: new Date(world.clock.wallMs()) });
  return { connection: "desk", headers, body };
}

/** Who was told that nobody knows asks again, or lets it be. */
function isDone(answer: Answer | undefined, world: SocketWorld): boolean {
  if (answer === undefined) return false;
  if ("error" in answer) return !answer.error.retryable;
  return answer.result.state === "accepted" || world.dice() < LEFT_UNKNOWN;
}

/** Until it is answered with something that no repeat can mend. */
async function repeat(world: SocketWorld, { tag, name, webhook }: Delivery): Promise<void> {
  for (let sent = 1; sent <= REPEATS_MAX; sent += 1) {
    const answer = await world.post({ ...(await webhook()), tag, name: `${name}/${sent}` });
    if (isDone(answer, world)) return;
    if (sent < REPEATS_MAX) await pass(world, pick(world.dice, REPEATED_AFTER_MS) * (0.5 + world.dice()));
  }
}

/** Somebody looks after what is due, now and then. */
async function pass(world: SocketWorld, ms: number): Promise<void> {
  await world.pass(ms);
  if (world.dice() < SWEEPS) await world.sweep();
}

export const SOCKET_CALLERS: Readonly<Record<string, Play>> = {
  "an id in the body, repeated": (world, callId) =>
    repeat(world, { tag: `run-${callId}`, name: callId, webhook: () => ofApi(world, { callId, deliveryId: `run-${callId}` }) }),

  "copies of one Idempotency-Key": async (world, callId) => {
    const webhook = () => ofApi(world, { callId }, { "idempotency-key": `"run-${callId}"` });
    const copies = Array.from({ length: 2 + Math.floor(world.dice() * 2) }, async (_each, copy) => {
      await sleep(world.dice() * 60);
      await repeat(world, { tag: `run-${callId}`, name: `${callId}/${copy}`, webhook });
    });
    await Promise.all(copies);
  },

  "no id, repeated": (world, callId) => repeat(world, { tag: `derived-${callId}`, name: callId, webhook: () => ofApi(world, { callId }) }),

  /** A button that somebody presses again, as well while the first is under way as after it has failed. */
  "no id, pressed again": async (world, callId) => {
    const presses: Promise<unknown>[] = [];
    for (let pressed = 1; pressed <= 3; pressed += 1) {
      presses.push(world.post({ ...ofApi(world, { callId }), tag: `derived-${callId}`, name: `${callId}/${pressed}` }));
      await sleep(world.dice() * 200);
      if (world.dice() < 0.5) await Promise.all(presses);
      await pass(world, world.dice() * 20_000);
    }
    await Promise.all(presses);
  },

  /** As Zendesk: the id is not signed. Who has captured one sends it under other ids. */
  "a signature, captured": async (world, callId) => {
    const tag = `signed-${callId}`;
    const vendor = repeat(world, { tag, name: callId, webhook: () => ofDesk(world, callId, `z-${callId}`) });
    const thief = async () => {
      for (let looked = 0; world.captured() === undefined && looked < LOOKS_MAX; looked += 1) await sleep(LOOKS_EACH_MS);
      const webhook = world.captured();
      if (webhook === undefined) return;
      for (let sent = 1; sent <= 2; sent += 1) {
        await sleep(world.dice() * 300);
        const headers = { ...webhook.headers, "x-zendesk-webhook-invocation-id": `made-up-${callId}-${sent}` };
        await world.post({ ...webhook, headers, tag, name: `${callId}/thief/${sent}` });
      }
    };
    await Promise.all([vendor, thief()]);
  },

  /** Two systems that want the same call. */
  "two ids for one call": async (world, callId) => {
    const one = (id: string) =>
      repeat(world, {
        tag: `${id}-${callId}`,
        name: `${callId}/${id}`,
        webhook: () => ofApi(world, { callId, deliveryId: `${id}-${callId}` }),
      });
    const first = one("first");
    await sleep(world.dice() * 100);
    if (world.dice() < 0.5) await pass(world, world.dice() * 90_000);
    await Promise.all([first, one("second")]);
  },
};
