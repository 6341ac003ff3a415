/**
 * A gateway over TLS that carries out whatever it is asked for, as often as it is asked, and writes it down: nothing but the service under test keeps a delivery
 * from being transferred twice. Its answers go wrong by the dice of whoever sent the request, who is known by the Guid.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { createCertificateAuthority } from "../../dev/certificate-authority.ts";
import type { GatewaySite } from "../../lib/gateway/site.ts";
import { toSite } from "../support/gateway-site.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";
import type { Party } from "./party.ts";
import type { Carried } from "./virtual-gateway.ts";

/** `-before`: it was not carried out. `-after`: it was. */
export const GATEWAY_FAULTS = [
  "dropped-before",
  "dropped-after",
  "slow",
  "late",
  "garbage-before",
  "garbage-after",
  "failed-before",
  "failed-after",
  "freeze",
  "die-before",
  "die-after",
] as const;

/** For as long a function waits for an answer. */
const RESPONSE_TIMEOUT_MS = 600;
const SLOW_MS = 900;
const LATE_MS = 800;
const GARBAGE = ["<html>502</html>", '{"message":"succ', "", '{"retcode":0}'];
const SUCCESS = "0";

const Body = z.object({ callid: z.string() });

export interface Sender {
  readonly party: Party;
  carryOut(callId: string): Carried;
  /** It was carried out, or never will be. */
  landed(): void;
}

export interface LedgerGateway {
  readonly site: GatewaySite;
  /** Another one, at which nobody listens. */
  readonly closedSite: GatewaySite;
  expect(guid: string, sender: Sender): void;
  /** Once nothing is late any more. */
  settled(): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startLedgerGateway(): Promise<LedgerGateway> {
  const authority = await createCertificateAuthority();
  const { keyPem, certPem } = await authority.issue({ hosts: ["127.0.0.1"] });
  const senders = new Map<string, Sender>();
  const serving = new Set<Promise<unknown>>();

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const sender = senders.get(String(incoming.headers.guid));
    if (sender === undefined) return void outgoing.destroy();
    const { callid } = Body.parse(JSON.parse(await text(incoming)));
    await answer(sender, callid, outgoing);
  }

  const server = createServer({ key: keyPem, cert: certPem }, (incoming, outgoing) => {
    const served = serve(incoming, outgoing).catch(() => outgoing.destroy());
    serving.add(served);
    void served.finally(() => serving.delete(served));
  });
  const connections = trackConnections(server);
  const document = { ca: authority.caPem, connectTimeoutMs: 1_000, responseTimeoutMs: RESPONSE_TIMEOUT_MS };
  const site = toSite({ ...document, url: `https://127.0.0.1:${await listenOnLoopback(server)}` });
  return {
    site,
    closedSite: toSite({ ...document, url: "https://127.0.0.1:1" }),
    expect: (guid, sender) => void senders.set(guid, sender),
    settled: () => Promise.all(serving),
    stop: () => connections.stop(),
  };
}

async function answer(sender: Sender, callId: string, outgoing: ServerResponse): Promise<void> {
  const { party } = sender;
  const drawn = party.dead ? undefined : party.draw("send", GATEWAY_FAULTS);
  const act = () => {
    const carried = sender.carryOut(callId);
    sender.landed();
    return carried;
  };
  const deliver = ({ retcode, answer: is }: Carried) => {
    if (party.dead) return;
    if (is === "lost") return void outgoing.destroy();
    reply(outgoing, 200, JSON.stringify({ message: retcode === SUCCESS ? "success" : "", retcode }));
  };
  if (party.dead) return sender.landed();
  if (drawn === undefined) return deliver(act());
  const { fault, dice } = drawn;
  const garbage = () => reply(outgoing, 200, GARBAGE[Math.floor(dice() * GARBAGE.length)] ?? "");
  if (fault.endsWith("-before")) sender.landed();
  if (fault.endsWith("-after")) act();
  switch (fault) {
    case "dropped-before":
    case "dropped-after":
      return void outgoing.destroy();
    case "slow": {
      const carried = act();
      await sleep(dice() * SLOW_MS);
      return deliver(carried);
    }
    case "late":
      outgoing.destroy();
      await sleep(dice() * LATE_MS);
      return void act();
    case "garbage-before":
    case "garbage-after":
      return garbage();
    case "failed-before":
    case "failed-after":
      return reply(outgoing, 500, "");
    case "freeze": {
      const carried = act();
      await party.freeze(dice);
      return deliver(carried);
    }
    case "die-before":
    case "die-after":
      return party.die();
  }
}

function reply(outgoing: ServerResponse, status: number, body: string): void {
  // Who has hung up hears nothing.
  if (!outgoing.destroyed) outgoing.writeHead(status, { "content-type": "application/json" }).end(body);
}
