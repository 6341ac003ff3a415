/** The part of the sources' contract about answers: each outcome in the caller's language, and repeated only where that is of use. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { FAILURES, type FailureCode, failureOf, TransferError } from "../../lib/errors.ts";
import { renderCanonical } from "../../lib/http/canonical-reply.ts";
import { SOURCES } from "../../lib/sources/all.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import type { Opened, Outcome, Reply } from "../../lib/sources/source.ts";
import { fuzz } from "../support/fuzz-settings.ts";
import { makeDrafts } from "../support/opened.ts";
import type { Stack } from "../support/stack.ts";
import { type ExpectedAnswers, type SourceUnderTest, toWebhook } from "./source-contract.ts";

type Fault = Parameters<Stack["gateway"]["addFault"]>[0];

const FAULTS: readonly (readonly [keyof ExpectedAnswers, string])[] = [
  ["refused", "106-004"],
  ["busy", "000-004"],
  ["unknown", "100-007"],
];
const CODES = Object.keys(FAILURES).filter((code): code is FailureCode => Object.hasOwn(FAILURES, code));
const OUTCOMES: readonly Failed[] = [
  ...CODES.flatMap((code) => (["none", "unknown"] as const).map((effect) => ({ code, effect, retryable: failureOf(code).retryable }))),
  // Once the first has ended.
  { code: "call-busy", effect: "none", retryable: false },
];

interface Failed {
  readonly code: FailureCode;
  readonly effect: "none" | "unknown";
  readonly retryable: boolean;
}

export function describeReplies(underTest: SourceUnderTest): void {
  const { contract, connect, post, expectAnswer, stack } = underTest;
  const { answers, repeats, requests } = contract;
  const sent = () => stack().gateway.transfers();

  describe("answers its caller", () => {
    it("once the gateway has accepted each transfer, and the same again on a repeat", async () => {
      const before = sent().length;
      const { connection } = connect();
      expectAnswer(await post(connection), answers.accepted);
      const callIds = sent()
        .slice(before)
        .map(({ body }) => JSON.parse(body).callid);
      expect(callIds.toSorted()).toEqual(requests.map(({ callId }) => callId).toSorted());
      expectAnswer(await post(connection), answers.replayed);
      expect(sent()).toHaveLength(before + requests.length);
    });

    if (requests.length > 1)
      it("once it has transferred the others of which one cannot be read", async () => {
        const before = sent().length;
        const { connection } = connect();
        expect((await post(connection, { body: contract.firstUnreadable ?? "" })).status).toBe(200);
        const callIds = sent()
          .slice(before)
          .map(({ body }) => JSON.parse(body).callid);
        expect(callIds.toSorted()).toEqual(
          requests
            .slice(1)
            .map(({ callId }) => callId)
            .toSorted(),
        );
      });

    it.each(FAULTS)("of a transfer that is %s", async (kind, retcode) => {
      const { connection } = connect();
      addFaults({ kind: "retcode", retcode });
      expectAnswer(await post(connection), answers[kind]);
    });

    it("of the same delivery while the first is in progress", async () => {
      const { connection } = connect({ gateway: { responseTimeoutMs: 2_000 } });
      const before = sent().length;
      addFaults({ kind: "hang" });
      const first = post(connection);
      await untilSent(stack(), before);
      expectAnswer(await post(connection, { remainingMs: 1_000 }), answers.inProgress);
      await first;
      expect(sent()).toHaveLength(before + requests.length);
    });

    it("of a dry run, which sends nothing", async () => {
      const before = sent().length;
      expectAnswer(await post(connect({ connection: { test: true } }).connection), answers.dryRun);
      expect(sent()).toHaveLength(before);
    });

    it("of a connection whose agent has no secret", async () => {
      expectAnswer(await post(connect({ agent: null }).connection), answers.misconfigured);
    });

    if (SOURCES.find(({ id }) => id === contract.id)?.options.includes("reply"))
      it("always with 200 in our own words where its connection says so", async () => {
        const { connection } = connect({ connection: { reply: "always-200" } });
        addFaults({ kind: "retcode", retcode: "106-004" });
        expect((await post(connection)).status).toBe(200);
      });

    it.each(OUTCOMES)("of $code with effect $effect, retryable $retryable, whole and without our reasons", async (failed) => {
      const reply = await replyTo(failed);
      expect(Object.keys(reply.headers)).toContain("content-type");
      for (const [name, value] of Object.entries(reply.headers)) expect(`${name}: ${value}`).toMatch(/^[a-z0-9-]+: [\x20-\x7e]*$/);
      expect(reply.body).not.toContain("planted");
    });

    if (repeats !== undefined)
      it.each(OUTCOMES)(
        "so that $code with effect $effect, retryable $retryable, is repeated only where that is of use",
        async (failed) => {
          const { code, effect, retryable } = failed;
          const repeated = repeats(await replyTo(failed));
          if (!retryable || failureOf(code).status < 300) expect(repeated).toBe(false);
          else if (effect === "none" || code === "store-unavailable") expect(repeated).toBe(true);
        },
      );

    if (repeats !== undefined)
      it.each(["gateway-error", "gateway-timeout", "internal"] as const)(
        "so that an unknown transfer (%s) is not repeated",
        async (code) => {
          const { target, mode } = { target: { type: "agent", address: "205" }, mode: "blind" } as const;
          const moved = { transferId: "t-1", callId: "c-1", agentId: "101", target, mode, receivedAt: "2026-11-23T07:00:00.000Z" };
          const result = { ...moved, outcome: "not-observed", replayed: false, state: "unknown", code } as const;
          expect(repeats(await render({ kind: "result", result }))).toBe(false);
        },
      );
  });

  it("makes drafts or one of our failures of any bytes", async () => {
    const { open } = await toConnection();
    const webhook = toWebhook(contract);
    const anyBody = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(toBytes), fc.string().map(toBytes));
    const property = fc.asyncProperty(anyBody, fc.option(fc.string(), { nil: undefined }), async (body, type) => {
      const headers = { ...webhook.headers, ...(type !== undefined && { "content-type": type }) };
      const opened = await open({ ...webhook, headers, body }, contract).catch((error: unknown) => ({ error }));
      const errors = "error" in opened ? [opened.error] : (await makeDrafts(opened)).flatMap(({ problem }) => problem ?? []);
      for (const error of errors) expect(error).toMatchObject({ name: "TransferError", code: expect.not.stringMatching("internal") });
    });
    await fc.assert(property, fuzz());
  });

  function addFaults(fault: Fault): void {
    for (const _request of requests) stack().gateway.addFault(fault);
  }

  function toConnection(): Promise<ConfiguredConnection> {
    const { id, verification, secrets, secretsIn = "secrets", connection } = contract;
    const listed = secrets === undefined ? verification : { ...verification, [secretsIn]: [{ id: "current", value: secrets.current }] };
    return ConfiguredConnection.parseAsync({
      schemaVersion: 1,
      source: id,
      gateway: "site-a",
      agentId: "101",
      verification: listed,
      ...connection,
    });
  }

  async function replyTo({ code, effect, retryable }: Failed): Promise<Reply> {
    return render({ kind: "failure", error: new TransferError(code, { reason: "planted", effect, retryable }) });
  }

  async function render(outcome: Outcome): Promise<Reply> {
    const { open } = await toConnection();
    const opened: Opened = await open(toWebhook(contract), contract);
    return opened.reply([outcome], (of, over) => renderCanonical(of, { requestId: "r-1", accept: undefined, style: "native", ...over }));
  }
}

function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Until the gateway has one more request than `before`. */
async function untilSent({ gateway }: Stack, before: number): Promise<void> {
  await vi.waitUntil(() => gateway.transfers().length > before, { timeout: 10_000 });
}
