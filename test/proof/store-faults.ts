/** What can go wrong between a function and its DynamoDB, and how each goes wrong over a socket. */
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { Point } from "./faults.ts";
import type { Drawn, Party, Written } from "./party.ts";

const READ_FAULTS = ["refused", "lost", "slow", "failed", "throttled", "freeze", "die-before", "die-after"] as const;
/** `failed-after`: an HTTP 500 for what was carried out. */
const WRITE_FAULTS = [...READ_FAULTS, "late", "twice", "failed-after", "freeze-before"] as const;
export const STORE_FAULTS: readonly StoreFault[] = WRITE_FAULTS;
export type StoreFault = (typeof WRITE_FAULTS)[number];

/** Around the time that the SDK waits. */
const SLOW_MS = [200, 1_400] as const;
const LATE_MS = [20, 1_500] as const;
const TWICE_MS = [0, 400] as const;
const TYPE = "application/x-amz-json-1.0";
const FAILED = toException(500, "InternalServerError");
const THROTTLED = toException(400, "ProvisionedThroughputExceededException");

export interface StoreAnswer {
  readonly status: number;
  readonly body: string;
  /** When it was sent on, in the order of everything. */
  readonly order: number;
}

export interface StoreRequest {
  readonly point: Point;
  /** Whether it lets go of a claim. */
  readonly isKept: boolean;
  /** Undefined for a read. */
  readonly written: Written | undefined;
  carryOut(): Promise<StoreAnswer>;
}

const text = z.object({ S: z.string() }).transform(({ S }) => S);
const PutItem = z.object({
  Item: z.object({ id: text, kind: text, status: text.optional(), claims: z.object({ N: z.string() }).optional() }),
});

export function toStoreRequest(target: string, body: string, carryOut: StoreRequest["carryOut"]): StoreRequest {
  if (!target.endsWith(".PutItem")) return { point: "read", isKept: false, written: undefined, carryOut };
  const { id, kind, status, claims } = PutItem.parse(JSON.parse(body)).Item;
  const written = { kind, id, ...(status === "claimed" && { claimed: `${id}-${claims?.N}` }) };
  if (kind !== "delivery") return { point: "guard", isKept: false, written, carryOut };
  const point = status === "claimed" ? "claim" : "keep";
  return { point, isKept: point === "keep" && claims?.N !== "0", written, carryOut };
}

export function drawStoreFault(party: Party, point: Point): Drawn<StoreFault> | undefined {
  return point === "read" ? party.draw(point, READ_FAULTS) : party.draw(point, WRITE_FAULTS);
}

interface Answering {
  readonly party: Party;
  readonly drawn: Drawn<StoreFault> | undefined;
  readonly outgoing: ServerResponse;
}

export async function answer(request: StoreRequest, { party, drawn, outgoing }: Answering): Promise<void> {
  async function carryOut(): Promise<StoreAnswer> {
    const answered = await request.carryOut();
    if (request.written !== undefined && answered.status === 200) party.onWritten(request.written);
    return answered;
  }
  function deliver(answered: StoreAnswer): void {
    if (party.dead) return;
    if (request.point === "read") party.onSeen(answered.order);
    reply(outgoing, answered);
  }
  if (drawn === undefined) return deliver(await carryOut());
  const { fault, dice } = drawn;
  const wait = ([min, max]: readonly [number, number]) => sleep(min + dice() * (max - min));
  switch (fault) {
    case "refused":
      return void outgoing.destroy();
    case "lost":
      await carryOut();
      return void outgoing.destroy();
    case "slow": {
      const answered = await carryOut();
      await wait(SLOW_MS);
      return deliver(answered);
    }
    case "late":
      outgoing.destroy();
      await wait(LATE_MS);
      return void (await carryOut());
    case "twice":
      deliver(await carryOut());
      await wait(TWICE_MS);
      return void (await request.carryOut());
    case "failed":
      return reply(outgoing, FAILED);
    case "failed-after":
      await carryOut();
      return reply(outgoing, FAILED);
    case "throttled":
      return reply(outgoing, THROTTLED);
    case "freeze": {
      const answered = await carryOut();
      await party.freeze(dice);
      return deliver(answered);
    }
    case "freeze-before":
      await party.freeze(dice);
      return deliver(await carryOut());
    case "die-before":
      return party.die();
    case "die-after":
      await carryOut();
      return party.die();
  }
}

export function reply(outgoing: ServerResponse, { status, body }: Pick<StoreAnswer, "status" | "body">): void {
  // Who has hung up hears nothing.
  if (!outgoing.destroyed) outgoing.writeHead(status, { "content-type": TYPE }).end(body);
}

function toException(status: number, name: string): Pick<StoreAnswer, "status" | "body"> {
  return { status, body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name }) };
}
