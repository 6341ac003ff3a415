/**
 * What two versions that run side by side share: the tables, the queue, the secrets and the gateway. Plain data on both sides, so that a frozen version is driven as
 * the current one is, whatever has become of the modules behind it.
 */

/** What both see. */
export interface World {
  /** Tables of DynamoDB: the SDK finds them by the environment. */
  readonly tables: { readonly records: string; readonly sessions: string };
  /** In ms since 1970. */
  readonly wallMs: () => number;
  /** Of the names of records, the oldest first. */
  readonly keys: readonly [string, ...string[]];
  readonly newId: () => string;
  /** The gateway: called once a POST, it says how that was answered. */
  readonly send: (callId: string) => unknown;
  /** The queue of outcomes takes a message. */
  readonly enqueue: (body: string) => void;
}

/** A result as its record tells it, or the failure that the caller is told of. */
export interface Answer {
  readonly state?: string;
  readonly outcome?: string;
  readonly transferId?: string;
  readonly replayed?: boolean;
  readonly code?: string;
  readonly effect?: string;
}

export interface HeardEvent {
  readonly kind: "transfer-result" | "customer-released";
  readonly callId: string;
  readonly succeeded?: boolean;
}

export interface Swept {
  readonly told: number;
  readonly leasesEnded: number;
  readonly failed: number;
  readonly problems: readonly string[];
}

export interface QueueAnswer {
  /** Transfer ids of the notices that somebody was told. */
  readonly told: readonly string[];
  /** Whether the message stays in the queue, and for how long nobody gets it. */
  readonly isKept: boolean;
  readonly hiddenSeconds?: number | undefined;
}

export const SECRETS = ["connection", "receiver", "connector", "gateway", "agent", "keys/records", "keys/status", "keys/events"] as const;
export type SecretKind = (typeof SECRETS)[number];

export interface LiveSession {
  readonly guid: string;
  readonly renewedAt: number;
  readonly events?: "poll" | "push" | undefined;
}

/** What makes it the same one: its name, or whatever signed it, or else what it asks for. */
export interface Repeatable {
  readonly id?: string;
  readonly signature?: string;
  /** `crm` unless given. */
  readonly connection?: string;
  /** How many requests of this connection there may be. None, unless given. */
  readonly limit?: { readonly requests: number; readonly perSeconds: number };
}

/** One agent's record, as the keeper writes it. Each rejects with the failure's code as its `code`. */
export interface Sessions {
  read(agent: string): Promise<{ readonly fence: number; readonly session?: LiveSession | undefined } | undefined>;
  /** Takes the lease from whoever holds it. False where somebody is faster. */
  take(agent: string, owner: string): Promise<boolean>;
  /** As the owner of the lease that was taken last. False where it is lost. */
  write(agent: string, session: LiveSession): Promise<boolean>;
  handOver(agent: string, session: LiveSession): Promise<boolean>;
  end(agent: string): Promise<void>;
  count(agent: string): Promise<number>;
}

export interface Version {
  /** One webhook about this call. */
  transfer(callId: string, delivery?: Repeatable): Promise<Answer>;
  /** One that is claimed and never ends: its function dies at the POST. */
  die(callId: string, delivery?: Repeatable): Promise<void>;
  find(transferId: string): Promise<Answer | undefined>;
  hear(event: HeardEvent): Promise<void>;
  /** As an operator, until it is resumed, or for so long. */
  pause(scope: `connection/${string}`, minutes?: number): Promise<void>;
  /** False where there is nothing to resume. */
  resume(scope: `connection/${string}`): Promise<boolean>;
  sweep(): Promise<Swept>;
  /** A message that is handed out for the first time. */
  take(body: string): Promise<QueueAnswer>;
  readonly sessions: Sessions;
  /** Undefined where it is good; else the failure's code and what the log says. */
  whatIsWrong(kind: SecretKind, text: string): Promise<{ readonly code: string; readonly reason: string } | undefined>;
}

export type OpenVersion = (world: World) => Version;
