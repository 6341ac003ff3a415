/**
 * The accounts with which agents can be signed in, and the judgement of a password. An agent without one is kept by somebody else: nobody can sign it in here.
 * Silent in the documents: after how many wrong passwords an account is locked, and for how long. Here it stays locked until the account is changed.
 */
import * as z from "zod";
import { isAgentId } from "./endpoint.ts";
import { defineFields } from "./fields.ts";
import type { Refusal } from "./retcodes.ts";
import type { Violations } from "./violations.ts";

const Account = defineFields({
  agentId: z.string().refine(isAgentId, "101 to 999999"),
  password: z.string().min(1).max(32),
  /** The configured range. */
  phones: z.array(z.string().regex(/^\d{1,24}$/)).min(1),
  /** A site's setting at a real gateway: see settings.ts. */
  authMode: z.union([z.literal(1), z.literal(2)]),
  maxWrongPasswords: z.int().min(1).max(100),
  locked: z.boolean(),
  passwordExpired: z.boolean(),
  /** False: 100-015 instead. */
  mayBeForcedOut: z.boolean(),
  /** What sign-in says of the password. Days, 0 to 180; undefined for one that never expires. */
  forceChange: z.boolean(),
  timeRemainingDays: z.int().min(0).max(180).optional(),
  /** Whether a transfer that was accepted is followed by its events. */
  outcomes: z.enum(["success", "failure", "none"]),
});
export type Account = z.output<typeof Account>;

/** What is not given stays, or is as in DEFAULTS. A new account needs a password and phones. */
export const AccountChange = Account.partial().required({ agentId: true });
export type AccountChange = z.output<typeof AccountChange>;

const DEFAULTS = {
  authMode: 2,
  maxWrongPasswords: 5,
  locked: false,
  passwordExpired: false,
  mayBeForcedOut: true,
  forceChange: false,
  outcomes: "success",
} as const;
const SEED: readonly AccountChange[] = [{ agentId: "102", password: "local-demo-password-102", phones: ["88880102"] }];

export interface Accounts {
  /** Throws zod's error, and changes nothing, for an account that is none. Forgets the wrong passwords. */
  put(change: AccountChange): void;
  find(agentId: string): Account | undefined;
  list(): readonly Account[];
  judgePassword(account: Account, password: string): Refusal | undefined;
  reset(): void;
}

export function createAccounts(violations: Violations): Accounts {
  const accounts = new Map<string, Account>();
  const wrongPasswords = new Map<string, number>();
  const toldLocked = new Set<string>();

  function put(change: AccountChange) {
    accounts.set(change.agentId, Account.parse({ ...DEFAULTS, ...accounts.get(change.agentId), ...change }));
    wrongPasswords.delete(change.agentId);
    toldLocked.delete(change.agentId);
  }
  function reset() {
    accounts.clear();
    for (const account of SEED) put(account);
  }
  reset();

  return {
    put,
    find: (agentId) => accounts.get(agentId),
    list: () => [...accounts.values()],
    judgePassword(account, password) {
      const { agentId, maxWrongPasswords } = account;
      if (account.locked) {
        if (toldLocked.has(agentId)) violations.add("locked-account", agentId);
        toldLocked.add(agentId);
        return "110-016";
      }
      if (password !== account.password) {
        const wrong = (wrongPasswords.get(agentId) ?? 0) + 1;
        wrongPasswords.set(agentId, wrong);
        if (wrong >= maxWrongPasswords) accounts.set(agentId, { ...account, locked: true });
        return "100-004";
      }
      wrongPasswords.delete(agentId);
      return account.passwordExpired ? "100-020" : undefined;
    },
    reset,
  };
}
