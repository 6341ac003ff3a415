/** `ccgw transfers show` and `list`: from the records as the functions write them, what became of a transfer, and which there were. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listTransfers } from "../../cli/transfers/list.ts";
import { findAndShow, showTransfer } from "../../cli/transfers/show.ts";
import { toTimeline } from "../../cli/transfers/timeline.ts";
import type { DeliveryItem } from "../../lib/records/record-item.ts";
import { ANSWERS, claimed } from "../support/claims.ts";
import { type KeptTransfers, keepTransfer, startKeptTransfers, startTransfer, toDeliveryOf } from "../support/kept-transfers.ts";
import { runCcgw } from "../support/send-process.ts";
import { toDeadline } from "../support/transfer-service.ts";

const SIGNAL = new AbortController().signal;
const BUSY_MS = 60_000;
const LEASE_MS = 35_000;

let kept: KeptTransfers;
beforeAll(async () => {
  kept = await startKeptTransfers();
});
afterAll(() => kept.stop());

const show = (transferId: string, nowMs = Date.now()) => showTransfer(kept.book, transferId, nowMs);

describe("ccgw transfers show", () => {
  it("tells what happened in the order of time, to the event that ended it", async () => {
    const { transferId } = await keepTransfer(kept.records, { callId: "completed" });
    const generatedAt = Date.now() + 3_000;
    const event = { kind: "transfer-result", succeeded: true, gateway: "main", agentId: "101", callId: "completed" } as const;
    await kept.records.events.take({ ...event, kind: "released", generatedAt: generatedAt - 1_000, heardAt: generatedAt + 200 }, SIGNAL);
    await kept.records.events.take({ ...event, generatedAt, heardAt: generatedAt + 500 }, SIGNAL);
    await kept.records.outbox(async () => {}).tell(transferId.slice(0, -2), SIGNAL);
    const { json, lines } = await show(transferId, generatedAt + 1_000);
    expect(json).toMatchObject({
      ...{ transferId, connection: "crm", gateway: "main", agentId: "101", callId: "completed", reference: "ticket" },
      ...{ state: "accepted", outcome: "completed", outcomeReason: "transferred", retcode: "0" },
      timeline: [
        { what: "received", words: "received by connection crm" },
        { what: "claimed" },
        { what: "answered", words: "accepted, by retcode 0 (success)" },
        { what: "event", at: new Date(generatedAt - 1_000).toISOString(), words: "the agent is out of the call" },
        { what: "event", at: new Date(generatedAt).toISOString(), words: "the gateway said that it was transferred" },
        { what: "known", at: new Date(generatedAt + 500).toISOString(), words: "outcome completed (transferred)" },
        { what: "told", words: "whoever wants to know was told this" },
        { what: "expires" },
      ],
      guard: { holder: transferId, busyUntil: undefined },
    });
    expect(lines[0]).toBe(`transfer ${transferId}: accepted completed (transferred)`);
    expect(lines.at(-1)).toBe("This transfer had the call last; another may follow.");
  });

  it("has the time of the last event alone where a version before this one noted some of them, or those of another claim", async () => {
    const { transferId } = await keepTransfer(kept.records, { callId: "noted-before" });
    const seen = await kept.book.require(transferId);
    const at = Date.now() + 3_000;
    const eventsOf = (over: Partial<DeliveryItem>) => {
      const timeline = toTimeline({ ...seen, eventAt: at, heardAt: at, ...over }, at);
      return timeline.filter(({ what }) => what === "event").map((step) => [step.at === new Date(at).toISOString(), step.words]);
    };
    const [transferred, letGo] = ["the gateway said that it was transferred", "the agent is out of the call"];
    const facts = { transferred: true, letGo: true } as const;
    expect(eventsOf({ facts: { transferred: true } })).toEqual([[true, transferred]]);
    expect(eventsOf({ facts })).toEqual([[true, `until then, times not kept: ${transferred}; ${letGo}`]]);
    expect(eventsOf({ facts, factTimes: { claims: seen.claims, at: { letGo: at - 1 } } })).toEqual([
      [false, letGo],
      [true, `until then, times not kept: ${transferred}`],
    ]);
    expect(eventsOf({ facts, factTimes: { claims: seen.claims + 1, at: { letGo: at - 1 } } })).toHaveLength(1);
  });

  it("tells that one is being sent, and of one whose sender never told, that nobody knows", async () => {
    const { transferId } = await startTransfer(kept.records, { callId: "claimed" });
    const { json } = await show(transferId);
    expect(json).toMatchObject({ state: "in-flight", guard: { busyUntil: expect.any(String) } });
    expect((await show(transferId, Date.now() + LEASE_MS + 1_000)).json).toMatchObject({ state: "unknown", code: "gateway-timeout" });
  });

  it("tells why one was refused that may be sent again", async () => {
    const claim = await startTransfer(kept.records, { callId: "refused" });
    await claim.reopen(ANSWERS.refused);
    const { json, lines } = await show(claim.transferId);
    expect(json).toMatchObject({ state: "open", code: "gateway-refused", reason: "no-such-call", retcode: "200-012" });
    expect(lines.join("\n")).toContain("refused gateway-refused no-such-call, by retcode 200-012 (no call); it may be sent again");
  });

  it("tells of one whose delivery was transferred again since, and of the call's holder", async () => {
    const first = await keepTransfer(kept.records, { callId: "pressed-twice" });
    const failed = { kind: "transfer-result", succeeded: false, gateway: "main", agentId: "101", callId: "pressed-twice" } as const;
    await kept.records.events.take(failed, SIGNAL);
    const again = await (await kept.records.read(toDeliveryOf("pressed-twice"), toDeadline(0))).claim(await pendingOf(first.transferId));
    if (again.kind !== "claimed") throw new Error(again.kind);
    await again.claim.settle(ANSWERS.accepted);
    const shown = await show(first.transferId);
    expect(shown.json).toMatchObject({ transferId: first.transferId, outcome: "failed", last: again.claim.transferId });
    expect((await show(again.claim.transferId)).json).toMatchObject({
      earlier: [{ transferId: first.transferId, outcome: "failed" }],
      guard: { holder: again.claim.transferId },
    });
  });

  describe("without an id", () => {
    type Which = Omit<Parameters<typeof findAndShow>[1], "max" | "nowMs" | "connections" | "transferId">;
    const find = (which: Which, transferId?: string) =>
      findAndShow(kept.book, { connections: async () => ["crm", "shop"], max: 50, nowMs: Date.now(), transferId, ...which });

    it("shows the one of a reference or a call as by its id", async () => {
      const { transferId } = await keepTransfer(kept.records, { callId: "named-once", reference: "named-once" });
      const shown = await show(transferId);
      expect(shown.lines[0]).toContain(transferId);
      for (const which of [{ reference: "named-once" }, { call: "main/named-once" }, { call: "main/named-once", connection: "crm" }])
        expect((await find(which)).lines).toEqual(shown.lines);
    });

    it("lists several, the newest first, and says how to choose", async () => {
      const receivedAt = new Date(Date.now() - BUSY_MS).toISOString();
      const older = await keepTransfer(kept.records, { callId: "n-1", reference: "named-twice", receivedAt });
      const newer = await keepTransfer(kept.records, { callId: "n-2", reference: "named-twice", connection: "shop" });
      const { json, lines, exitCode } = await find({ reference: "named-twice" });
      expect({ json, exitCode }).toMatchObject({
        json: { transfers: [{ transferId: newer.transferId }, { transferId: older.transferId }], isComplete: true },
        exitCode: 1,
      });
      expect(lines.at(-1)).toBe(`These are several, the newest first. One of them: npx ccgw transfers show ${newer.transferId}`);
      expect((await find({ reference: "named-twice", connection: "crm" })).json).toMatchObject({ transferId: older.transferId });
    });

    it("says where it has looked in vain", async () => {
      await expect(find({ reference: "named-never" })).rejects.toThrow(
        "There is no such transfer. Searched: the records of crm, shop. Those of",
      );
      await expect(find({ call: "main/named-never" })).rejects.toThrow(/^There is no such transfer\.$/);
    });

    it.each<[string, Which, string | undefined]>([
      ["neither", {}, undefined],
      ["both", { call: "main/1" }, "qRAzj_tmb1tQi3p_dl4EtDVy-1"],
      ["a connection alone", { connection: "crm" }, undefined],
      ["an id and a connection", { connection: "crm" }, "qRAzj_tmb1tQi3p_dl4EtDVy-1"],
    ])("wants one of the three: not %s", async (_what, which, transferId) => {
      await expect(find(which, transferId)).rejects.toThrow("Say which transfer, by one of: its id, --reference");
    });
  });

  it.each([
    ["one that nobody has made", "qRAzj_tmb1tQi3p_dl4EtDVy-1", "There is no transfer"],
    ["what is no transfer id", "4711", "A transfer id is 24 letters"],
  ])("has no answer for %s", async (_what, transferId, words) => {
    await expect(show(transferId)).rejects.toThrow(words);
  });
});

describe("ccgw transfers list", () => {
  const connections = async () => ["crm", "shop"];
  async function list(over: Partial<Parameters<typeof listTransfers>[1]>) {
    const { json, lines } = await listTransfers(kept.book, { max: 50, connections, nowMs: Date.now(), ...over });
    const { transfers, isComplete } = json as { transfers: { transferId: string; state: string }[]; isComplete: boolean };
    return { ids: transfers.map(({ transferId }) => transferId), states: transfers.map(({ state }) => state), isComplete, lines };
  }

  it("finds those of a reference, of one connection or of each that there is", async () => {
    const crm = await keepTransfer(kept.records, { callId: "r-1", reference: "ticket-4711" });
    const shop = await keepTransfer(kept.records, { callId: "r-2", reference: "ticket-4711", connection: "shop" });
    expect((await list({ reference: "ticket-4711" })).ids.toSorted()).toEqual([crm.transferId, shop.transferId].toSorted());
    expect((await list({ reference: "ticket-4711", connection: "shop" })).ids).toEqual([shop.transferId]);
    expect((await list({ reference: "ticket-4712" })).lines).toEqual(["There is no such transfer."]);
  });

  it("finds those of a reference that are of a state and of a time, also behind others", async () => {
    const agoIso = (ms: number) => new Date(Date.now() - ms).toISOString();
    const reference = "ticket-4713";
    const old = await keepTransfer(kept.records, { callId: "r-3", reference, receivedAt: agoIso(7_200_000) }, ANSWERS.refused);
    const accepted = await keepTransfer(kept.records, { callId: "r-4", reference, receivedAt: agoIso(BUSY_MS) });
    const refused = await list({ reference, state: "refused", max: 1 });
    expect(refused.ids).toEqual([old.transferId]);
    expect(refused.lines[1]).toMatch(/ refused .*gateway-refused \([a-z-]+\)$/);
    expect((await list({ reference, since: "1h" })).ids).toEqual([accepted.transferId]);
  });

  it("finds those of a call, the newest first, whatever has become of them", async () => {
    const receivedAt = new Date(Date.now() - BUSY_MS).toISOString();
    const { transferId } = await keepTransfer(kept.records, { callId: "c/7", receivedAt }, ANSWERS.unknown);
    const found = await list({ call: "main/c/7" });
    expect(found).toMatchObject({ ids: [transferId], states: ["unknown"], isComplete: true });
    expect(found.lines[1]).toMatch(new RegExp(`^${receivedAt}  ${transferId}  crm +main/101  unknown  pending  gateway-error$`));
    expect((await list({ call: "other/c/7" })).ids).toEqual([]);
  });

  it("says where it has not looked at all of a reference or a call: what was filtered out is not all that there is", async () => {
    const call = "pressed-often";
    for (let times = 0; times < 6; times += 1) {
      const delivery = { ...toDeliveryOf(call), key: `press ${times}` };
      const claim = await claimed(kept.records, delivery, { callId: call, reference: call, receivedAt: new Date().toISOString() });
      await claim.reopen(ANSWERS.refused);
    }
    const words = [
      [{ reference: call }, "Only the last 4 of each connection were looked at: there may be others (--max)."],
      [{ call: `main/${call}` }, "Only the last 4 of the call were looked at: there may be others (--max)."],
    ] as const;
    for (const [which, note] of words) {
      const cut = await list({ ...which, max: 1, state: "unknown" });
      expect(cut).toMatchObject({ ids: [], isComplete: false });
      expect(cut.lines).toContain(note);
      expect(await list({ ...which, max: 2 })).toMatchObject({ isComplete: false });
      expect(await list({ ...which, max: 6 })).toMatchObject({ isComplete: true });
    }
  });

  it("counts among the refused those, too, that may be sent again, and not what was never sent", async () => {
    const refused = await startTransfer(kept.records, { callId: "o-1", connection: "open" });
    await refused.reopen(ANSWERS.refused);
    const nothing = await startTransfer(kept.records, { callId: "o-2", connection: "open" });
    await nothing.reopen();
    const found = await list({ connection: "open", state: "refused" });
    expect(found).toMatchObject({ ids: [refused.transferId], states: ["open"] });
    expect(found.lines[1]).toMatch(/ open +gateway-refused \(no-such-call\)$/);
    expect((await list({ connection: "open", state: "open" })).ids.toSorted()).toEqual([refused.transferId, nothing.transferId].toSorted());
  });

  it("finds those of a connection, of a state and of a time by a scan, and says where there are more", async () => {
    const old = await keepTransfer(kept.records, {
      callId: "s-1",
      connection: "form",
      receivedAt: new Date(Date.now() - 7_200_000).toISOString(),
    });
    const unknown = await keepTransfer(kept.records, { callId: "s-2", connection: "form" }, ANSWERS.unknown);
    expect((await list({ connection: "form" })).ids).toEqual([unknown.transferId, old.transferId]);
    expect((await list({ connection: "form", since: "1h" })).ids).toEqual([unknown.transferId]);
    expect((await list({ connection: "form", state: "accepted" })).ids).toEqual([old.transferId]);
    const day = await keepTransfer(kept.records, {
      callId: "s-3",
      connection: "form",
      receivedAt: new Date(Date.now() - 90_000_000).toISOString(),
    });
    expect((await list({ connection: "form" })).ids).not.toContain(day.transferId);
    expect((await list({ connection: "form", since: "2d" })).ids).toContain(day.transferId);
    const cut = await list({ connection: "form", max: 1 });
    expect(cut).toMatchObject({ ids: [unknown.transferId], isComplete: false });
    expect(cut.lines.at(-1)).toBe("There are more: these are the last 1 (--max).");
  });

  it("says that a table was too large to be read as a whole", async () => {
    const book = { ...kept.book, scan: async () => ({ deliveries: [], read: 50_000, isCut: true }) };
    const { json, lines } = await listTransfers(book, { max: 50, connections, nowMs: Date.now() });
    expect(json).toEqual({ transfers: [], isComplete: false });
    expect(lines).toContain(
      "Not all of the table was read, but 50000 items in no order: there may be others. --reference and --call find all.",
    );
  });

  it("is typed so, and ends with 2 for what it does not take", async () => {
    kept.secrets.putSecret("ccgw/local/connections/crm", { schemaVersion: 1, source: "api" });
    const { transferId } = await keepTransfer(kept.records, { callId: "typed", reference: "typed" });
    const typed = ["--reference", "typed", "--json"];
    const [listed, shown] = await Promise.all(["list", "show"].map((name) => runCcgw(["transfers", name, ...typed], kept.ports)));
    expect([listed?.code, shown?.code]).toEqual([0, 0]);
    expect(JSON.parse(listed?.output ?? "")).toMatchObject({ transfers: [{ transferId, callId: "typed" }], isComplete: true });
    expect(JSON.parse(shown?.output ?? "")).toMatchObject({ transferId, timeline: expect.any(Array) });
    expect(await runCcgw(["transfers", "list", "--since", "yesterday"], kept.ports)).toEqual({
      code: 2,
      output: "--since must be a span of time: 90s, 30m, 1h or 7d.\n",
    });
    expect(await runCcgw(["transfers", "list", "--max", "1001"], kept.ports)).toMatchObject({
      code: 2,
      output: expect.stringContaining("--max must be a number from 1 to 1000."),
    });
  });
});

async function pendingOf(transferId: string) {
  const { pending } = await kept.book.require(transferId);
  if (pending === undefined) throw new Error("nothing is pending");
  return pending;
}
