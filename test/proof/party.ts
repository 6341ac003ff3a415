/** One run of a function between real sockets: what goes wrong with each of its requests, by dice that its name alone decides, and what is known of it. */
import { createDice, pick } from "./dice.ts";
import type { Dice, Invoked, Point } from "./faults.ts";

/** More often where it hurts most, and less where there are many. */
const TIMES: Readonly<Partial<Record<Point, number>>> = { read: 0.4, event: 0.4, tell: 0.4, claim: 2, keep: 2, send: 3 };
/** What does not get through once often does not the next time, either: the SDK repeats at once. */
const AGAIN = 0.5;
const FREEZES_MS = [2_000, 20_000, 60_000, 400_000];

export interface Drawn<Fault> {
  readonly fault: Fault;
  /** For how long, and the like. */
  readonly dice: Dice;
}

export interface Party extends Pick<Invoked, "dead" | "troubled"> {
  /** Resolves when it dies: from then on nothing of it gets anywhere. */
  readonly died: Promise<void>;
  die(): void;
  /** What goes wrong with its next request there, if anything. */
  draw<Fault extends string>(point: Point, faults: readonly Fault[]): Drawn<Fault> | undefined;
  /** It stands still, and time goes on. */
  freeze(dice: Dice): Promise<void>;
  /** It was told what stands in the records, as of this moment in the order of things. */
  onSeen(order: number): void;
  /** It lets go of its claim. */
  onKept(order: number): void;
  onWritten(item: Written): void;
}

export interface Written {
  readonly kind: string;
  readonly id: string;
  /** Id of the transfer, where it is a claim. */
  readonly claimed?: string;
}

interface PartyOptions extends Pick<Party, "onSeen" | "onKept" | "onWritten"> {
  /** Unique: its dice. */
  readonly name: string;
  /** How often a request goes wrong, of 1. */
  readonly rate: number;
  /** Of faults, by where and how. */
  readonly counts: Map<string, number>;
  readonly pass: (ms: number) => Promise<void>;
  /** Wherever it is, where that is not told by what it asks for. */
  readonly point?: Point;
}

export function createParty({ name, rate, counts, pass, point: only, ...on }: PartyOptions): Party {
  const drawn = new Map<Point, number>();
  const last = new Map<Point, string>();
  let announce = () => {};
  const died = new Promise<void>((resolve) => {
    announce = resolve;
  });

  function drawFault<Fault extends string>(point: Point, faults: readonly Fault[], dice: Dice): Fault | undefined {
    const again = faults.find((fault) => fault === last.get(point));
    if (again !== undefined && dice() < AGAIN) return again;
    return dice() < rate * (TIMES[point] ?? 1) ? pick(dice, faults) : undefined;
  }

  const party: Party = {
    ...on,
    dead: false,
    troubled: new Set(),
    died,
    die() {
      party.dead = true;
      announce();
    },
    draw(asked, faults) {
      const point = only ?? asked;
      const nth = (drawn.get(point) ?? 0) + 1;
      drawn.set(point, nth);
      const dice = createDice(name, point, nth);
      const fault = drawFault(point, faults, dice);
      if (fault === undefined) {
        last.delete(point);
        return undefined;
      }
      last.set(point, fault);
      party.troubled.add(point);
      counts.set(`${point} ${fault}`, (counts.get(`${point} ${fault}`) ?? 0) + 1);
      return { fault, dice };
    },
    freeze: (dice) => pass(dice() * pick(dice, FREEZES_MS)),
  };
  return party;
}
