/**
 * What every source has to do, whoever calls: proves first and reads then, takes any bytes, asks for what its caller asked for, and answers each outcome
 * in a way that makes this caller do the right thing. It runs the real functions between the gateway simulator and the secrets' emulator.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { parseTransferRequest } from "../../lib/transfer/request.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { makeDrafts } from "../support/opened.ts";
import { type Answer, type Connected, PUBLIC_BASE_URL, type Stack, startStack } from "../support/stack.ts";
import { describeProof } from "./source-contract-proof.ts";
import { describeReplies } from "./source-contract-replies.ts";

export type Headers = Readonly<Record<string, string>>;

/** What a caller has in hand when it signs. */
export interface Unsigned {
  readonly method: "POST";
  /** As the caller was given it. */
  readonly url: string;
  readonly body: Uint8Array;
  /** When it signs, in ms since 1970. */
  readonly atMs: number;
}

/** What proves the caller: nothing of it may be missing or changed. */
export interface Proof {
  readonly headers: Headers;
  readonly query?: string;
}

export interface ExpectedAnswer {
  readonly status: number;
  readonly headers?: Headers;
  /** Members of its JSON, or what its text matches. */
  readonly body?: Readonly<Record<string, unknown>> | RegExp;
}

/** The answer to each thing that can become of a delivery; the last four to bodies that cannot be read. */
export interface ExpectedAnswers {
  readonly accepted: ExpectedAnswer;
  readonly replayed: ExpectedAnswer;
  readonly unknown: ExpectedAnswer;
  /** `gateway-refused`. */
  readonly refused: ExpectedAnswer;
  /** `gateway-busy`: retryable, effect none. */
  readonly busy: ExpectedAnswer;
  readonly inProgress: ExpectedAnswer;
  readonly dryRun: ExpectedAnswer;
  readonly misconfigured: ExpectedAnswer;
  readonly malformed: ExpectedAnswer;
  readonly empty: ExpectedAnswer;
  readonly notAnObject: ExpectedAnswer;
  readonly otherType: ExpectedAnswer;
}

/** How callers are answered that read our own words and statuses. */
export const CANONICAL_ANSWERS: ExpectedAnswers = {
  accepted: { status: 200, body: { state: "accepted", replayed: false } },
  replayed: { status: 200, body: { state: "accepted", replayed: true } },
  unknown: { status: 202, headers: { "retry-after": "10" }, body: { state: "unknown", code: "gateway-error", effect: "unknown" } },
  refused: { status: 422, body: { code: "gateway-refused", effect: "none", retryable: false } },
  busy: { status: 503, headers: { "retry-after": "30" }, body: { code: "gateway-busy", effect: "none", retryable: true } },
  inProgress: { status: 409, body: { code: "duplicate-in-progress", effect: "unknown" } },
  dryRun: { status: 200, body: { dryRun: true } },
  misconfigured: { status: 500, body: { code: "misconfigured", effect: "none" } },
  malformed: { status: 400, body: { code: "invalid-json" } },
  empty: { status: 400, body: { code: "invalid-json" } },
  notAnObject: { status: 422, body: { code: "invalid-request" } },
  otherType: { status: 415, body: { code: "unsupported-media-type" } },
};

export interface SourceContract {
  /** The source's. */
  readonly id: string;
  /** What tells this suite from another of the same source. */
  readonly variant?: string;
  /** Scheme and its settings, without the list of what is accepted where that is given below. */
  readonly verification: Readonly<Record<string, unknown>>;
  /** Values for the connection's secrets: two that are live, one whose `notAfter` has passed, and one that it does not have. */
  readonly secrets?: { readonly current: string; readonly next: string; readonly expired: string; readonly wrong: string };
  /** Where `verification` lists them. `secrets` unless set. */
  readonly secretsIn?: "accepted";
  /** Over the stack's connection, which has agent 101 and may do everything. */
  readonly connection?: Readonly<Record<string, unknown>>;
  /** What the caller sends beside its proof, the content type among it. */
  readonly headers: Headers;
  /** By code that is not ours. `secret` is a value of `secrets`, or where there are none the name of one: `current`, `wrong`. */
  sign(unsigned: Unsigned, secret: string): Proof | Promise<Proof>;
  /** What its proof says beside who it is of, where the source holds that against the body. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Whether a changed body is noticed: not with a secret that is sent as it is. */
  readonly signsBody: boolean;
  /** Where the caller says when it signed: the window, both ways. */
  readonly toleranceSeconds?: number;
  /** A whole payload with text beyond ASCII. */
  readonly body: Uint8Array;
  /** Every transfer request that it asks for, whole, as `parseTransferRequest` yields it. */
  readonly requests: readonly Readonly<Record<string, unknown>>[];
  /** The same of several, the first with a field `ccgw_` that nobody knows. */
  readonly firstUnreadable?: string;
  /** Bodies that the source cannot read. JSON ones unless set. */
  readonly unreadable?: { readonly malformed: string; readonly notAnObject: string };
  readonly answers: ExpectedAnswers;
  /** Whether the caller sends the same again after this answer, as its vendor's page says. Left out for those that never do. */
  readonly repeats?: (answer: { readonly status: number; readonly headers: Headers }) => boolean;
}

/** One source's contract with the functions that serve it. */
export interface SourceUnderTest {
  readonly contract: SourceContract;
  stack(): Stack;
  connect(over?: Parameters<Stack["connect"]>[0]): Connected;
  /** As the caller would: proven, unless said otherwise. */
  post(connection: string, over?: PostOptions): Promise<Answer>;
  expectAnswer(answer: Answer, expected: ExpectedAnswer): void;
}

export interface PostOptions {
  /** Sent. A text is sent as such, bytes in base64. */
  readonly body?: string | Uint8Array;
  readonly headers?: Headers;
  readonly secret?: string;
  readonly atMs?: number;
  /** Changes the proof on its way. */
  readonly tamper?: (proof: Proof) => Proof;
  /** Signed instead of what is sent. */
  readonly signedBody?: Uint8Array;
  readonly remainingMs?: number;
}

/** Of all suites of one file: they share the functions, and what these remember. */
let connected = 0;

export function describeSource(contract: SourceContract): void {
  let stack: Stack;
  const { secrets } = contract;
  /** Without a time in it, a signature of one body by one secret is always the same: there each connection has its own secrets. */
  const hasOwnSecrets = contract.signsBody && contract.toleranceSeconds === undefined && secrets !== undefined;
  const endings = new Map<string, string>();

  function toDocument(ending = "") {
    const verification = {
      ...contract.verification,
      ...(secrets && {
        [contract.secretsIn ?? "secrets"]: [
          { id: "current", value: `${secrets.current}${ending}` },
          { id: "next", value: `${secrets.next}${ending}`, notAfter: "2099-01-01T00:00:00Z" },
          { id: "expired", value: `${secrets.expired}${ending}`, notAfter: new Date(INSTANT).toISOString() },
        ],
      }),
    };
    return { source: contract.id, verification, ...contract.connection };
  }

  const underTest: SourceUnderTest = {
    contract,
    stack: () => stack,
    connect({ connection, ...over } = {}) {
      connected += 1;
      for (const { callId } of contract.requests) stack.gateway.addCall({ callid: String(callId), agentId: "101" });
      const ending = hasOwnSecrets ? `-${connected}` : "";
      const made = stack.connect({ connection: { ...toDocument(ending), ...connection }, ...over });
      endings.set(made.connection, ending);
      return made;
    },
    async post(
      connection,
      { body = contract.body, headers = {}, secret, atMs = momentAgo(contract), tamper, signedBody, remainingMs } = {},
    ) {
      const url = `${PUBLIC_BASE_URL}/v1/transfers/${connection}`;
      const unsigned = { method: "POST", url, body: signedBody ?? Buffer.from(body), atMs } as const;
      const signed = await contract.sign(unsigned, `${secret ?? secrets?.current ?? "current"}${endings.get(connection) ?? ""}`);
      const proof = tamper?.(signed) ?? signed;
      return stack.transfer(connection, body, {
        headers: { ...contract.headers, ...proof.headers, ...headers },
        ...(proof.query !== undefined && { query: proof.query }),
        ...(remainingMs !== undefined && { remainingMs }),
      });
    },
    expectAnswer({ status, headers, text }, { status: expected, headers: expectedHeaders = {}, body = {} }) {
      expect({ status, headers, text }).toMatchObject({ status: expected, headers: expectedHeaders });
      if (body instanceof RegExp) expect(text).toMatch(body);
      else if (Object.keys(body).length > 0) expect(JSON.parse(text)).toMatchObject(body);
    },
  };

  describe(`source ${[contract.id, contract.variant].filter(Boolean).join(", ")}`, () => {
    beforeAll(async () => {
      stack = await startStack({ instantMs: INSTANT });
    });
    afterAll(() => stack.stop());

    it("asks for what its caller asked for", async () => {
      const whole = { schemaVersion: 1, gateway: "site-a", agentId: "101", ...toDocument() };
      const { open, settings } = await ConfiguredConnection.parseAsync(whole);
      const proof = await contract.sign(
        { method: "POST", url: toWebhook(contract).url, body: contract.body, atMs: INSTANT },
        secrets?.current ?? "current",
      );
      const opened = await open(toWebhook(contract, proof), contract);
      const drafts = await makeDrafts(opened);
      expect(drafts.map((draft) => parseTransferRequest(draft, settings))).toEqual(contract.requests);
      expect(contract.body.some((byte) => byte > 0x7f)).toBe(true);
    });

    describeProof(underTest);
    describeReplies(underTest);
  });
}

/** Another one for each connection: one signature seen at two of them is one delivery. Within any window. */
function momentAgo({ toleranceSeconds = 1 }: SourceContract): number {
  return INSTANT - (connected % toleranceSeconds) * 1_000;
}

/** The fixture as it would be opened, verified. */
export function toWebhook({ headers, body }: SourceContract, proof: Proof = { headers: {} }): Parameters<ConfiguredConnection["open"]>[0] {
  const query = new URLSearchParams(proof.query);
  const url = `${PUBLIC_BASE_URL}/v1/transfers/any`;
  return { method: "POST", url, query, headers: { ...headers, ...proof.headers }, body, receivedAt: new Date(INSTANT) };
}
