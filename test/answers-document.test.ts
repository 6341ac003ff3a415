/** docs/answers.md, held against what the sources answer. */
import { describe, expect, it } from "vitest";
import { findDemo } from "../dev/demos.ts";
import { createSeed } from "../dev/seed.ts";
import { FAILURES, type FailureCode, failureOf, TransferError } from "../lib/errors.ts";
import { renderCanonical } from "../lib/http/canonical-reply.ts";
import { ConfiguredConnection } from "../lib/sources/configured-connection.ts";
import type { Outcome } from "../lib/sources/source.ts";
import { IDS, PROOF, read, toWebhook } from "./support/connect-documents.ts";
import { readTables } from "./support/markdown-tables.ts";

const SEED = createSeed({
  prefix: "p",
  gatewayUrl: "https://localhost:8043",
  gatewayCa: "unread",
  guid: "guid",
  issuer: "http://127.0.0.1:8045",
});

const REQUEST = { callId: "c-1", agentId: "101", target: { type: "agent", address: "205" }, mode: "blind" } as const;
const MOVED = { ...REQUEST, transferId: "t-1", outcome: "not-observed", replayed: false, receivedAt: "2026-11-23T07:00:00.000Z" } as const;
const GATEWAY = { retcode: "0", message: "success" };
/** In the order of the table's columns. */
const OUTCOMES: readonly Outcome[] = [
  { kind: "result", result: { ...MOVED, state: "accepted", gateway: GATEWAY } },
  { kind: "result", result: { ...MOVED, state: "unknown", code: "gateway-timeout" } },
  failure("gateway-busy"),
  { kind: "result", result: { ...MOVED, state: "refused", code: "gateway-refused", gateway: GATEWAY } },
  failure("misconfigured"),
  failure("duplicate-in-progress"),
  failure("call-busy"),
  { kind: "failure", error: new TransferError("call-busy", { reason: "planted", retryable: false }) },
];

describe("the table of answers", () => {
  const tables = readTables(read("docs/answers.md"));
  const groups = tables.find(({ heading }) => heading === "The groups of codes")?.rows ?? [];
  const answers = tables.find(({ heading }) => heading === "After verification")?.rows ?? [];
  const codes = Object.keys(FAILURES).filter((code): code is FailureCode => Object.hasOwn(FAILURES, code));

  it("has each source, and each code that one can answer in one group, by its effect and what a repeat is good for", () => {
    const listed = new Map(groups.map(([name = "", cell = ""]) => [name, [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code = ""]) => code)]));
    const unlisted = ["not-found", "method-not-allowed", "payload-too-large", "unauthenticated"];
    const all = [...listed].flatMap(([name, names]) => (name === "accepted" ? [] : names));
    expect(all.toSorted()).toEqual(codes.filter((code) => !unlisted.includes(code)).toSorted());
    const those = (is: (failure: ReturnType<typeof failureOf>) => boolean) => codes.filter((code) => is(failureOf(code))).toSorted();
    expect(listed.get("unknown")?.toSorted()).toEqual(those(({ status }) => status === 202));
    const safe = those(({ retryable, effect }) => retryable && effect === "none").filter((code) => code !== "call-busy");
    expect(listed.get("worth repeating")?.toSorted()).toEqual([...safe, "store-unavailable"].toSorted());
    expect(listed.get("busy call")).toEqual(["call-busy"]);
    expect(listed.get("ours to repair")?.toSorted()).toEqual(those(({ status }) => status === 500));
    expect([...new Set(answers.map(([name = ""]) => name.split("`")[1]))].toSorted()).toEqual(IDS.toSorted());
  });

  it.each(answers)("is what is answered to %s", async (name = "", ...cells) => {
    const id = name.split("`")[1] ?? "";
    const { open } = await ConfiguredConnection.parseAsync(SEED.find(([secret]) => secret.endsWith(`/${findDemo(id)?.name}`))?.[1]);
    const opened = await open(toWebhook(id, name.split("` ")[1]), PROOF);
    const statuses = OUTCOMES.map((outcome) => {
      const outcomes = "drafts" in opened ? opened.drafts.map(() => outcome) : [];
      const context = { requestId: "r-1", accept: undefined, style: "native" } as const;
      const { status, body } = opened.reply(outcomes, (each, over) => renderCanonical(each, { ...context, ...over }));
      const [, acknowledged] = /<Ack>(\w+)<\/Ack>/.exec(body) ?? [];
      return acknowledged === undefined ? String(status) : `${status} Ack ${acknowledged}`;
    });
    expect(statuses).toEqual(cells.slice(0, OUTCOMES.length));
  });
});

describe("what is rate-limited", () => {
  it.each(IDS)("keeps its 429 at %s, unless its caller repeats another status, or reads none", async (id) => {
    const { open } = await ConfiguredConnection.parseAsync(SEED.find(([secret]) => secret.endsWith(`/${findDemo(id)?.name}`))?.[1]);
    const opened = await open(toWebhook(id), PROOF);
    const statusOf = (code: FailureCode) => {
      const outcomes = "drafts" in opened ? opened.drafts.map(() => failure(code)) : [];
      const context = { requestId: "r-1", accept: undefined, style: "native" } as const;
      return opened.reply(outcomes, (each, over) => renderCanonical(each, { ...context, ...over })).status;
    };
    const usual = statusOf("gateway-busy");
    expect(statusOf("paused")).toBe(usual);
    expect(statusOf("rate-limited")).toBe(usual === 503 && !["dynamics", "freshdesk"].includes(id) ? 429 : usual);
  });
});

function failure(code: FailureCode): Outcome {
  return { kind: "failure", error: new TransferError(code, { reason: "planted" }) };
}
