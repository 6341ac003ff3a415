/** `ccgw transfers forget`: nobody is named by the record any more, and nothing is transferred that would not have been. */
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgetOnceSure, forgetTransfers } from "../../cli/transfers/forget.ts";
import { listTransfers } from "../../cli/transfers/list.ts";
import { showTransfer } from "../../cli/transfers/show.ts";
import { LOCAL_RECORDS_TABLE } from "../../dev/dynamodb/local-dynamodb.ts";
import { TransferError } from "../../lib/errors.ts";
import { LEASE_MS } from "../../lib/records/record-item.ts";
import type { Pending } from "../../lib/transfer/records.ts";
import { ANSWERS, PENDING } from "../support/claims.ts";
import { type KeptTransfers, keepTransfer, startKeptTransfers, startTransfer, toDeliveryOf } from "../support/kept-transfers.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { runCcgw } from "../support/send-process.ts";
import { startTableOfAnotherTime } from "../support/table-of-another-time.ts";
import { toDeadline } from "../support/transfer-service.ts";

const SIGNAL = new AbortController().signal;
const HOUR_MS = 3_600_000;
const CONVERSATION = { serviceUrl: "https://smba.example.com/", conversationId: "c-of-ann", activityId: "a", botId: "b", userId: "ann" };

let kept: KeptTransfers;
beforeAll(async () => {
  kept = await startKeptTransfers();
});
afterAll(() => kept.stop());

const connections = async () => ["crm"];
type Options = Parameters<typeof forgetTransfers>[1];
const toOptions = (over: Partial<Options>): Options => ({ connections, nowMs: Date.now(), yes: true, max: 50, ...over });
const forget = (over: Partial<Options>) => forgetTransfers(kept.book, toOptions(over));

/** All that stands in the table, as text. */
async function scan(): Promise<string> {
  const client = new DynamoDBClient({});
  const { Items } = await client.send(new ScanCommand({ TableName: LOCAL_RECORDS_TABLE }));
  client.destroy();
  return JSON.stringify(Items);
}

async function complete(callId: string, over: Partial<Pending> = {}) {
  const names = { agentId: "101909", reference: `reference-of-${callId}`, conversation: CONVERSATION };
  const { transferId } = await keepTransfer(kept.records, { callId, ...names, ...over });
  await kept.records.events.take({ kind: "transfer-result", succeeded: true, gateway: "main", agentId: "101909", callId }, SIGNAL);
  await kept.records.outbox(async () => {}).tell(transferId.slice(0, -2), SIGNAL);
  return transferId;
}
const read = (callId: string) => kept.records.read({ ...toDeliveryOf(callId) }, toDeadline(0));

describe("ccgw transfers forget", () => {
  it("takes what names somebody out of the record", async () => {
    const transferId = await complete("call-to-forget");
    const names = ["call-to-forget", "101909", "reference-of-call-to-forget", "c-of-ann", "smba.example.com"];
    const before = await scan();
    expect(names.filter((name) => !before.includes(name))).toEqual([]);
    const { json, lines, exitCode } = await forget({ transfer: transferId });
    expect(json).toEqual({ transfers: [{ transferId, ending: "forgotten" }], isComplete: true });
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^\S+Z forgot transfer \S+ of connection crm: call, agent, target, reference; kept without names until \S+Z$/);
    const after = await scan();
    expect(names.filter((name) => after.includes(name))).toEqual([]);
    const search = { max: 50, connections, nowMs: Date.now() };
    for (const named of [{ call: "main/call-to-forget" }, { reference: "reference-of-call-to-forget" }])
      expect((await listTransfers(kept.book, { ...search, ...named })).json).toMatchObject({ transfers: [] });
    expect(await forget({ transfer: transferId })).toMatchObject({ exitCode: 1 });
    const shown = (await showTransfer(kept.book, transferId, Date.now())).lines.join("\n");
    expect(shown).toContain("of the gateway main; call, agent and target are forgotten");
    expect(shown).toContain("nobody is told of it any more");
    expect(shown).not.toMatch(/was told|agent forgotten/);
  });

  it("has a repeat answered as one, without what was forgotten, for as long as before", async () => {
    const transferId = await complete("repeated");
    const { expiresAt } = await kept.book.require(transferId);
    await forget({ transfer: transferId });
    const seen = await read("repeated");
    expect(seen).toMatchObject({
      kind: "settled",
      isSameRequest: true,
      result: { transferId, state: "accepted", outcome: "completed", callId: "forgotten" },
    });
    expect(JSON.stringify(seen)).not.toContain("101909");
    expect((await kept.book.require(transferId)).expiresAt).toBe(expiresAt);
  });

  it("keeps the call from another delivery, and from what its events would say of nobody", async () => {
    const { transferId } = await keepTransfer(kept.records, { callId: "busy" });
    await forget({ transfer: transferId, force: true });
    const other = await kept.records.read({ ...toDeliveryOf("busy"), key: "another delivery" }, toDeadline(0));
    expect(await other.claim({ ...PENDING, callId: "busy" })).toMatchObject({ kind: "busy" });
    for (const agentId of ["101", "205"])
      expect(await kept.records.events.take({ kind: "talking", gateway: "main", agentId, callId: "busy" }, SIGNAL)).toBeUndefined();
    expect(await read("busy")).toMatchObject({ kind: "settled", result: { state: "accepted", outcome: "not-observed" } });
  });

  it("has nobody told, nor the gateway asked, of one that is forgotten before its outcome is known", async () => {
    const { transferId } = await keepTransfer(kept.records, { callId: "lost" }, ANSWERS.unknown);
    await forget({ transfer: transferId, force: true });
    const asked: unknown[] = [];
    const note = async (what: unknown) => void asked.push(what);
    expect(
      await kept.records
        .sweep({ tell: note, inquire: async (pending) => void asked.push(pending), tellUnknown: note })
        .settle(transferId.slice(0, -2), SIGNAL),
    ).toBe("nothing");
    expect(asked).toEqual([]);
  });

  it("holds back what somebody waits for, unless it is forced; and always what is being sent", async () => {
    const pending = await keepTransfer(kept.records, { callId: "pending", reference: "waited-for" });
    const { transferId } = await startTransfer(kept.records, { callId: "in-flight", reference: "waited-for" });
    const endingsOf = async (over: Partial<Options>) => {
      const { json, exitCode } = await forget({ reference: "waited-for", ...over });
      const { transfers } = json as { readonly transfers: readonly { readonly transferId: string; readonly ending: string }[] };
      return { exitCode, ...Object.fromEntries(transfers.map((each) => [each.transferId, each.ending])) };
    };
    expect(await endingsOf({})).toEqual({ exitCode: 1, [pending.transferId]: "pending", [transferId]: "in-flight" });
    expect(await endingsOf({ force: true, yes: undefined })).toEqual({
      exitCode: 2,
      [pending.transferId]: "would-be-forgotten",
      [transferId]: "in-flight",
    });
    expect(await endingsOf({ force: true })).toEqual({ exitCode: 1, [pending.transferId]: "forgotten", [transferId]: "in-flight" });
    expect(await endingsOf({ force: true })).toEqual({ exitCode: 1, [transferId]: "in-flight" });
  });

  it("names the connections that it has searched, and how those are that are no more", async () => {
    const reference = "of-two-connections";
    const ours = await complete("of-crm", { reference });
    const removed = await complete("of-removed", { reference, connection: "removed" });
    const first = await forget({ reference });
    expect(first).toMatchObject({ exitCode: 0, json: { transfers: [{ transferId: ours }], searched: ["crm"], isComplete: true } });
    expect(first.lines).toContain("Searched: the records of crm. Those of a connection that was removed need --connection NAME.");
    const second = await forget({ reference, connection: "removed" });
    expect(second).toMatchObject({ exitCode: 0, json: { transfers: [{ transferId: removed }], searched: ["removed"] } });
    expect(second.lines).toContain("Searched: the records of removed.");
    const none = await forget({ reference });
    expect(none).toMatchObject({ exitCode: 1, json: { transfers: [], searched: ["crm"] } });
    expect(none.lines).toContain("Searched: the records of crm. Those of a connection that was removed need --connection NAME.");
  });

  it("says that there are more than it has looked at, and ends with 1 until there are none", async () => {
    const reference = "of-three";
    for (const callId of ["one-of-three", "two-of-three", "three-of-three"]) await complete(callId, { reference });
    const first = await forget({ reference, max: 2 });
    expect(first).toMatchObject({ exitCode: 1, json: { transfers: [{}, {}], isComplete: false } });
    expect(first.lines).toContain(
      "There are more: only the last 2 of each connection were looked at. Run it again once these are forgotten.",
    );
    expect(await forget({ reference, max: 2 })).toMatchObject({ exitCode: 0, json: { transfers: [{}], isComplete: true } });
  });

  it("goes on where the table does not take one, and says which it was, and why", async () => {
    const reference = "of-a-bad-day";
    const ids = [
      await complete("taken", { reference }),
      await complete("not-taken", { reference }),
      await complete("taken, too", { reference }),
    ];
    const [, notTaken = ""] = ids;
    const replace: typeof kept.book.replace = async (item, seen) => {
      if (notTaken.startsWith(item.id)) throw new TransferError("store-unavailable", { reason: "throttled" });
      return kept.book.replace(item, seen);
    };
    const { json, lines, exitCode } = await forgetTransfers({ ...kept.book, replace }, toOptions({ reference }));
    const { transfers } = json as { readonly transfers: readonly { readonly transferId: string; readonly ending: string }[] };
    expect(exitCode).toBe(1);
    expect(Object.fromEntries(transfers.map((each) => [each.transferId, each.ending]))).toEqual(
      Object.fromEntries(ids.map((id) => [id, id === notTaken ? "failed" : "forgotten"])),
    );
    expect(lines.filter((line) => /Z forgot transfer/.test(line))).toHaveLength(2);
    expect(lines).toContain(
      `not forgotten: transfer ${notTaken} of connection crm: the table has not taken it, as far as is known: try again`,
    );
    expect(lines.at(-1)).toContain("throttled");
  });

  it("holds back what nobody has been told of until the sweep has counted it as unknown", async () => {
    const { transferId } = await startTransfer(kept.records, { callId: "function-ended", observed: false });
    const laterMs = () => Date.now() + LEASE_MS;
    const endingOf = async (over: Partial<Options>) => (await forget({ transfer: transferId, nowMs: laterMs(), ...over })).json;
    expect(await endingOf({})).toMatchObject({ transfers: [{ ending: "unsettled" }] });
    expect(await endingOf({ force: true, yes: undefined })).toMatchObject({ transfers: [{ ending: "would-be-forgotten" }] });
    const counted: string[] = [];
    const tellUnknown = (_pending: Pending, id: string) => void counted.push(id);
    const later = createTestRecords({ store: kept.store, wallMs: laterMs });
    await later.sweep({ tell: async () => {}, inquire: async () => undefined, tellUnknown }).settle(transferId.slice(0, -2), SIGNAL);
    expect(counted).toEqual([transferId]);
    expect(await endingOf({})).toMatchObject({ transfers: [{ ending: "forgotten" }] });
  });

  it("asks whoever sits there, once it has said what would go, and not where there is nothing to forget", async () => {
    const transferId = await complete("asked-for");
    const shown: string[] = [];
    const answering = (answer: boolean) => ({
      isSure: false,
      prompter: { show: (_title: string, lines: readonly string[]) => void shown.push(...lines), confirm: async () => answer },
    });
    const run = (answer: boolean) =>
      forgetOnceSure(kept.book, { transfer: transferId, connections, max: 50, wallMs: Date.now }, answering(answer));
    await expect(run(false)).rejects.toThrow("Nothing was forgotten.");
    expect(shown[0]).toMatch(/^would forget transfer /);
    expect((await kept.book.require(transferId)).pending?.callId).toBe("asked-for");
    expect(await run(true)).toMatchObject({ exitCode: 0, json: { transfers: [{ ending: "forgotten" }] } });
    expect(await run(false)).toMatchObject({ exitCode: 1, json: { transfers: [] } });
  });

  it("forgets what was shown, and neither what has come since nor what has changed", async () => {
    const reference = "of-an-open-question";
    const [shown, changed] = [await complete("shown", { reference }), await complete("changed-since", { reference })];
    const since: string[] = [];
    const prompter = {
      show: () => {},
      confirm: async () => {
        since.push(await complete("come-since", { reference }));
        const item = await kept.book.require(changed);
        return kept.book.replace({ ...item, revision: "another" }, item);
      },
    };
    const search = { reference, connections, max: 50, wallMs: Date.now };
    const { json, exitCode } = await forgetOnceSure(kept.book, search, { isSure: false, prompter });
    expect(exitCode).toBe(1);
    const { transfers } = json as { readonly transfers: readonly { readonly transferId: string; readonly ending: string }[] };
    expect(Object.fromEntries(transfers.map((each) => [each.transferId, each.ending]))).toEqual({
      [shown]: "forgotten",
      [changed]: "changed",
    });
    expect((await kept.book.require(since[0] ?? "")).pending?.callId).toBe("come-since");
  });

  it("is typed so, and does nothing without --yes", async () => {
    const transferId = await complete("typed");
    const { code, output } = await runCcgw(["transfers", "forget", "--transfer", transferId], kept.ports);
    expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining("Nothing was forgotten yet: with --yes it is") });
    expect((await kept.book.require(transferId)).pending?.callId).toBe("typed");
  });

  it("goes by the table's clock: nothing that is being sent is forgotten by a machine whose own is ahead", async () => {
    const hourAgoMs = () => Date.now() - HOUR_MS;
    const { transferId } = await startTransfer(createTestRecords({ store: kept.store, wallMs: hourAgoMs }), { callId: "in-flight-there" });
    const port = await startTableOfAnotherTime(Number(kept.ports.DYNAMODB_PORT), -HOUR_MS);
    const given = ["transfers", "forget", "--transfer", transferId, "--force", "--yes"];
    const { code, output } = await runCcgw(given, { ...kept.ports, DYNAMODB_PORT: String(port) });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(`not forgotten: transfer ${transferId}`) });
    expect(output).toContain("it is being sent");
    expect(output).toMatch(/This machine's clock is (3599|3600|3601) s ahead of the table's, by which it is done\./);
  });
});
