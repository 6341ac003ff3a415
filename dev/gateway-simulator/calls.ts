/**
 * What the simulated contact centre has besides agents: skill queues, access codes, calls. It validates no message.
 * Silent in the documents: whether only the agent who holds a call may transfer it. Here any signed-in agent may; the holder is only told.
 */
const FIRST_CALLS = [
  ["101", 16_797_284],
  ["102", 16_797_384],
] as const;
const CALLS_EACH = 10;
const SEED_CALLS: readonly (readonly [callid: string, agentId: string])[] = [
  ["1456401416-3", "101"],
  ...FIRST_CALLS.flatMap(([agentId, first]) =>
    Array.from({ length: CALLS_EACH }, (_, index) => [`1552524689-${first + index}`, agentId] as const),
  ),
];

const SKILL_QUEUES: ReadonlySet<string> = new Set(["31", "32"]);
const ACCESS_CODES: ReadonlySet<string> = new Set(["88880"]);
const SKILLS: ReadonlyMap<string, ReadonlySet<number>> = new Map([["205", new Set([3])]]);

export interface Target {
  readonly devicetype: 1 | 2 | 4;
  readonly address: string;
  readonly skillId?: number | undefined;
}

export interface HeldCall {
  readonly callid: string;
  readonly agentId: string;
}

export interface Calls {
  hasTarget(target: Target): boolean;
  add(call: HeldCall): void;
  holderOf(callid: string): string | undefined;
  remove(callid: string): void;
  reset(): void;
}

export function createCalls(hasAgent: (agentId: string) => boolean): Calls {
  const holders = new Map(SEED_CALLS);

  return {
    hasTarget({ devicetype, address, skillId }) {
      if (devicetype === 1) return SKILL_QUEUES.has(address);
      if (devicetype === 4) return ACCESS_CODES.has(address);
      return hasAgent(address) && (skillId === undefined || SKILLS.get(address)?.has(skillId) === true);
    },
    add: ({ callid, agentId }) => void holders.set(callid, agentId),
    holderOf: (callid) => holders.get(callid),
    remove: (callid) => void holders.delete(callid),
    reset() {
      holders.clear();
      for (const [callid, agentId] of SEED_CALLS) holders.set(callid, agentId);
    },
  };
}
