/**
 * What the simulated contact centre knows: agents and their Guids, skill queues, access codes, calls. It validates no message.
 * Silent in the documents: whether only the agent who holds a call may transfer it. Here any signed-in agent may; the holder is only told.
 */
import { randomUUID } from "node:crypto";

/** The suffix names the gateway's node. */
const GUID_SUFFIX = ".AgentGateway0";

const SEED_GUIDS = [
  ["101", `11111111-1111-4111-8111-111111111111${GUID_SUFFIX}`],
  ["102", `22222222-2222-4222-8222-222222222222${GUID_SUFFIX}`],
  ["205", `55555555-5555-4555-8555-555555555555${GUID_SUFFIX}`],
  ["999999", `99999999-9999-4999-8999-999999999999${GUID_SUFFIX}`],
  ["150", undefined],
] as const;
const SEED_CALLS = ["1456401416-3", ...Array.from({ length: 10 }, (_, index) => `1552524689-${16797284 + index}`)];
const SEED_CALL_HOLDER = "101";

const SKILL_QUEUES: ReadonlySet<string> = new Set(["31", "32"]);
const ACCESS_CODES: ReadonlySet<string> = new Set(["88880"]);
const SKILLS: ReadonlyMap<string, ReadonlySet<number>> = new Map([["205", new Set([3])]]);

export interface Target {
  readonly devicetype: 1 | 2 | 4;
  readonly address: string;
  readonly skillId?: number | undefined;
}

export interface GatewayState {
  hasAgent(agentId: string): boolean;
  /** Throws for an agent that is not signed in. */
  guidOf(agentId: string): string;
  holdsGuid(agentId: string, guid: string | undefined): boolean;
  /** Signs in an agent who was not. Throws for one who does not exist. */
  renewGuid(agentId: string): string;
  signOut(agentId: string): void;
  hasTarget(target: Target): boolean;
  addCall(call: { readonly callid: string; readonly agentId: string }): void;
  holderOf(callid: string): string | undefined;
  removeCall(callid: string): void;
  reset(): void;
}

export function createGatewayState(): GatewayState {
  const guids = new Map<string, string | undefined>(SEED_GUIDS);
  const holders = new Map<string, string>();

  const reset = () => {
    for (const [agentId, guid] of SEED_GUIDS) guids.set(agentId, guid);
    holders.clear();
    for (const callid of SEED_CALLS) holders.set(callid, SEED_CALL_HOLDER);
  };
  const assertAgent = (agentId: string) => {
    if (!guids.has(agentId)) throw new Error(`no agent ${agentId} in the simulator`);
  };
  reset();

  return {
    hasAgent: (agentId) => guids.has(agentId),
    guidOf(agentId) {
      const guid = guids.get(agentId);
      if (guid === undefined) throw new Error(`agent ${agentId} is not signed in`);
      return guid;
    },
    holdsGuid: (agentId, guid) => guid !== undefined && guids.get(agentId) === guid,
    renewGuid(agentId) {
      assertAgent(agentId);
      const guid = `${randomUUID()}${GUID_SUFFIX}`;
      guids.set(agentId, guid);
      return guid;
    },
    signOut(agentId) {
      assertAgent(agentId);
      guids.set(agentId, undefined);
    },
    hasTarget({ devicetype, address, skillId }) {
      if (devicetype === 1) return SKILL_QUEUES.has(address);
      if (devicetype === 4) return ACCESS_CODES.has(address);
      return guids.has(address) && (skillId === undefined || SKILLS.get(address)?.has(skillId) === true);
    },
    addCall: ({ callid, agentId }) => void holders.set(callid, agentId),
    holderOf: (callid) => holders.get(callid),
    removeCall: (callid) => void holders.delete(callid),
    reset,
  };
}
