/** Callers as they are: they repeat what was not answered, what says that a repeat is of use, and what a person presses twice. */
import { failureOf } from "../../lib/errors.ts";
import type { Draft } from "../../lib/transfer/request.ts";
import { createDice, pick } from "./dice.ts";
import type { Answer, World } from "./world.ts";

const TARGETS = [
  { target: { type: "agent", address: "205" } },
  { target: { type: "agent", address: "205" }, mode: "blind" },
  { target: { type: "skill-queue", address: "31" } },
];
/** Of those that have their answer, and ask once more all the same. */
const AGAIN = 0.3;
/** How long each waits for its answer. */
const BUDGETS_MS = [2_000, 8_500, 25_000];
const PRESSED_AFTER_MS = [3_000, 20_000];
const REPEATS_MAX = 6;
const LOOKS_MAX = 100;
const REPEATED_AFTER_MS = [500, 5_000, 30_000, 120_000, 900_000];

type Play = (world: World, callId: string) => Promise<void>;

function isDone(answer: Answer | undefined): boolean {
  if (answer === undefined) return false;
  if ("error" in answer) return !answer.error.retryable;
  return answer.result.state !== "refused" || !failureOf(answer.result.code).retryable;
}

/** Until it is answered with something that no repeat can mend. Each repeat after a while of this caller's own. */
async function repeat(world: World, draft: () => Draft, tag: string): Promise<void> {
  for (let sent = 0; sent < REPEATS_MAX; sent += 1) {
    const answer = await world.ask({ draft: draft(), tag, budgetMs: pick(world.dice, BUDGETS_MS) });
    if (isDone(answer) && world.dice() >= AGAIN) return;
    await world.clock.sleep(pick(world.dice, REPEATED_AFTER_MS) * (0.5 + world.dice()));
  }
}

/** The same whenever it is asked for. */
function toFields(callId: string): object {
  return { callId, ...pick(createDice("target of", callId), TARGETS) };
}

export const CALLERS: Readonly<Record<string, Play>> = {
  /** As Power Automate or Standard Webhooks: an id, and repeats. */
  "an id, repeated": (world, callId) => repeat(world, () => ({ fields: toFields(callId), deliveryId: `run-${callId}` }), `run-${callId}`),

  "copies of one id at the same time": async (world, callId) => {
    const copies = 2 + Math.floor(world.dice() * 4);
    const draft = { fields: toFields(callId), deliveryId: `run-${callId}` };
    const send = async () => {
      await world.clock.sleep(world.dice() * 300);
      await repeat(world, () => draft, `run-${callId}`);
    };
    await Promise.all(Array.from({ length: copies }, send));
  },

  /** As HubSpot: no id. */
  "no id, repeated": (world, callId) => repeat(world, () => ({ fields: toFields(callId) }), `derived-${callId}`),

  /** A button that somebody presses again, as well while the first is under way as after it has failed. */
  "no id, pressed again": async (world, callId) => {
    const press = () =>
      world.ask({ draft: { fields: toFields(callId) }, tag: `derived-${callId}`, budgetMs: pick(world.dice, BUDGETS_MS) });
    const presses: Promise<unknown>[] = [];
    for (let pressed = 0; pressed < 5; pressed += 1) {
      presses.push(press());
      await world.clock.sleep(world.dice() * pick(world.dice, PRESSED_AFTER_MS));
    }
    await Promise.all(presses);
  },

  /** As Zendesk: the id is not signed. Who has captured one sends it under other ids. */
  "a signature, captured": async (world, callId) => {
    const tag = `signed-${callId}`;
    const signed = (id: string, signature = `signature-${callId}`): Draft => ({ fields: toFields(callId), deliveryId: id, signature });
    let repeats = 0;
    const vendor = repeat(
      world,
      () => {
        repeats += 1;
        return signed(`z-${callId}`, repeats === 1 || world.dice() < 0.5 ? undefined : `signature-${callId}-${repeats}`);
      },
      tag,
    );
    const thief = async () => {
      // Of one whose first arrival nobody remembers, nothing leads from its second signature to the first.
      for (let looked = 0; !world.isKept(JSON.stringify(["signature", `signature-${callId}`])); looked += 1) {
        if (looked === LOOKS_MAX) return;
        await world.clock.sleep(200);
      }
      for (let sent = 0; sent < 3; sent += 1) {
        await world.clock.sleep(world.dice() * 3_000);
        await world.ask({ draft: signed(`made-up-${callId}-${sent}`), tag, budgetMs: 2_000 });
      }
    };
    await Promise.all([vendor, thief()]);
  },

  /** Two systems that want the same call. */
  "two ids for one call": async (world, callId) => {
    const one = (id: string) => repeat(world, () => ({ fields: toFields(callId), deliveryId: id }), id);
    const later = world.clock.sleep(world.dice() * 90_000).then(() => one(`second-${callId}`));
    await Promise.all([one(`first-${callId}`), later]);
  },
};
