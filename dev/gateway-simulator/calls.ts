/**
 * What the simulated contact centre has besides agents: skill queues, access codes, calls and where each is. It validates no message.
 * Silent in the documents, and chosen here: any signed-in agent may transfer a call, whoever holds it; nobody may transfer one anew that was transferred, so
 * that a second transfer shows; a call that waits in a queue or for an access code is with no agent.
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
  /** One that can be transferred. */
  add(call: HeldCall): void;
  /** Who has it, of a call that can be transferred. */
  holderOf(callid: string): string | undefined;
  /** It can be transferred no more, and stays with who has it until it is moved. */
  claim(callid: string): void;
  /** It stays with who has it after all. */
  release(callid: string): void;
  /** To an agent, or to where no agent has it. */
  move(callid: string, agentId: string | undefined): void;
  /** The customer has gone. */
  end(callid: string): void;
  has(callid: string): boolean;
  /** The ids of an agent's calls, those that are being transferred included. */
  of(agentId: string): readonly string[];
  reset(): void;
}

interface KeptCall {
  readonly agentId: string | undefined;
  readonly isClaimed: boolean;
}

export function createCalls(hasAgent: (agentId: string) => boolean): Calls {
  const calls = new Map<string, KeptCall>();

  function seed() {
    calls.clear();
    for (const [callid, agentId] of SEED_CALLS) calls.set(callid, { agentId, isClaimed: false });
  }
  seed();

  function change(callid: string, fields: Partial<KeptCall>) {
    const call = calls.get(callid);
    if (call !== undefined) calls.set(callid, { ...call, ...fields });
  }

  return {
    hasTarget({ devicetype, address, skillId }) {
      if (devicetype === 1) return SKILL_QUEUES.has(address);
      if (devicetype === 4) return ACCESS_CODES.has(address);
      return hasAgent(address) && (skillId === undefined || SKILLS.get(address)?.has(skillId) === true);
    },
    add: ({ callid, agentId }) => void calls.set(callid, { agentId, isClaimed: false }),
    holderOf(callid) {
      const call = calls.get(callid);
      return call?.isClaimed === false ? call.agentId : undefined;
    },
    claim: (callid) => change(callid, { isClaimed: true }),
    release: (callid) => change(callid, { isClaimed: false }),
    move: (callid, agentId) => change(callid, { agentId }),
    end: (callid) => void calls.delete(callid),
    has: (callid) => calls.has(callid),
    of: (agentId) => [...calls].filter(([, call]) => call.agentId === agentId).map(([callid]) => callid),
    reset: seed,
  };
}
