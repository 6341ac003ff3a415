/** A batch through its source's mapping and the core: what one of many may cost the others. */
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Entry, transferAll } from "../../lib/http/transfer-entries.ts";
import type { Deadline } from "../../lib/transfer/invocation.ts";
import type { Draft } from "../../lib/transfer/request.ts";
import type { TransferCommand } from "../../lib/transfer/service.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { configure, toWebhook } from "../support/open-source.ts";
import { makeDrafts } from "../support/opened.ts";
import { FIELDS, toConnection } from "../support/transfer-request.ts";
import { ACCEPTED, RECEIVED_AT, REFUSED, startService, toDeadline, UNKNOWN } from "../support/transfer-service.ts";

const COUNT = 100;
const MAPPING = '{ "callId": $substringBefore(body.note, " "), "target": "agent" }';

async function transferBatch(deadline: Deadline, count = COUNT): Promise<Entry[]> {
  const connection = await configure({
    source: "hubspot",
    mapping: MAPPING,
    allow: { agents: "any", targets: "any", modes: "any" },
    targets: { agent: { type: "agent", address: "205" } },
  });
  const objects = Array.from({ length: count }, (_, index) => ({ note: `c-${index} is to be moved` }));
  const opened = await connection.open(toWebhook({ body: JSON.stringify(objects) }), {});
  if ("error" in opened) throw opened.error;
  const service = startService();
  return transferAll(opened.drafts, {
    transfers: { transfer: ({ draft, ...command }) => service.transfer({}, { ...command, draft }) },
    command: { connectionName: "crm", connection: connection.settings, receivedAt: RECEIVED_AT, deadline },
    log: createKeptLog(),
    requestId: "r-1",
  });
}

describe("the transfers of one webhook", () => {
  it("are mapped each for itself, and told in their order", async () => {
    const entries = await transferBatch(toDeadline());
    expect(entries.map(({ facts }) => facts)).toMatchObject(
      Array.from({ length: COUNT }, (_, index) => ({ callId: `c-${index}`, state: "accepted" })),
    );
  });

  it("are mapped one at a time, however many may be sent at once", async () => {
    let mapping = 0;
    let most = 0;
    const drafts = Array.from({ length: 20 }, (_, index) => async (): Promise<Draft> => {
      mapping += 1;
      most = Math.max(most, mapping);
      await setImmediate();
      mapping -= 1;
      return { fields: { callId: `c-${index}`, target: { type: "agent", address: "205" } } };
    });
    const service = startService();
    const entries = await transferAll(drafts, {
      transfers: { transfer: ({ draft, ...command }) => service.transfer({}, { ...command, draft }) },
      command: { connectionName: "crm", connection: toConnection(), receivedAt: RECEIVED_AT, deadline: toDeadline() },
      log: createKeptLog(),
      requestId: "r-1",
    });
    expect(most).toBe(1);
    expect(entries).toHaveLength(20);
  });

  it.each([
    ["of several that was refused for good is not asked for again because of the others", 2, 0],
    ["alone can be asked for again, though it was refused", 1, 1],
  ])("one %s", async (_what, count, again) => {
    const service = startService({ sends: [async () => REFUSED] });
    const drafts = Array.from({ length: count }, (_, index) => ({ fields: { ...FIELDS, callId: `c-${index}` } }));
    const options = {
      transfers: { transfer: ({ draft, ...command }: TransferCommand) => service.transfer({}, { ...command, draft }) },
      command: { connectionName: "crm", connection: toConnection(), receivedAt: RECEIVED_AT, deadline: toDeadline() },
      log: createKeptLog(),
      requestId: "r-1",
    };
    await transferAll(drafts, options);
    const entries = await transferAll(drafts, options);
    expect(entries.map(({ facts }) => facts)).toMatchObject(drafts.map(() => ({ state: "refused", effect: "none" })));
    expect(service.calls.filter((call) => call === "send")).toHaveLength(count + again);
  });

  it.each([
    ["one", [{ n: "1" }], ["s"]],
    ["several", [{ n: "1" }, { n: "2" }], ["s#0", "s#1"]],
  ])("know the signature that proved them: %s", async (_what, objects, signatures) => {
    const connection = await configure({ source: "hubspot", mapping: '{"callId": n}' });
    const opened = await connection.open(toWebhook({ body: JSON.stringify(objects) }), { signature: "s" });
    expect((await makeDrafts(opened)).map(({ signature }) => signature)).toEqual(signatures);
  });

  describe("near the deadline", () => {
    const BUDGET_MS = 5_000;
    const DRAFTS = Array.from({ length: 40 }, (_, index) => ({ fields: { ...FIELDS, callId: `c-${index}` } }));

    /** A gateway that takes its time: all that are sent at one moment are answered at another. Behind the deadline nobody hears it. */
    function startSlowly(tookMs: number) {
      let nowMs = 0;
      const sends = [
        async () => {
          const answeredMs = nowMs + tookMs;
          await setImmediate();
          nowMs = Math.max(nowMs, answeredMs);
          return nowMs < BUDGET_MS ? ACCEPTED : UNKNOWN;
        },
      ];
      const service = startService({ sends });
      async function post(drafts = DRAFTS): Promise<unknown[]> {
        nowMs = 0;
        const deadline = { ...toDeadline(), remainingMs: () => BUDGET_MS - nowMs };
        const entries = await transferAll(drafts, {
          transfers: { transfer: ({ draft, ...command }) => service.transfer({}, { ...command, draft }) },
          command: { connectionName: "crm", connection: toConnection(), receivedAt: RECEIVED_AT, deadline },
          log: createKeptLog(),
          requestId: "r-1",
        });
        return entries.map(({ facts: { state, code, effect } }) => state ?? `${code} ${effect}`);
      }
      return { post, sent: () => service.calls.filter((call) => call === "send").length };
    }

    it.each([50, 400, 1_000, 2_400])(
      "are not begun where the answer would come too late: it takes %i ms, and repeats do the rest",
      async (tookMs) => {
        const { post, sent } = startSlowly(tookMs);
        let told = await post();
        for (let repeats = 0; repeats < 8 && told.includes("deadline-exceeded none"); repeats += 1) {
          expect(told.filter((state) => state !== "accepted" && state !== "deadline-exceeded none")).toEqual([]);
          told = await post();
        }
        expect(told).toEqual(DRAFTS.map(() => "accepted"));
        expect(sent()).toBe(DRAFTS.length);
      },
    );

    it("begin all the same while nothing is known of the gateway and time is left", async () => {
      const { post, sent } = startSlowly(4_900);
      expect((await post()).filter((state) => state === "accepted")).toHaveLength(5);
      expect(sent()).toBe(5);
    });

    it("leave none out that is alone, whatever it takes", async () => {
      const { post } = startSlowly(6_000);
      expect(await post(DRAFTS.slice(0, 1))).toEqual(["unknown"]);
    });
  });

  it("are not mapped once the deadline is over: that is worth a repeat", async () => {
    let asked = 0;
    const deadline = { ...toDeadline(), remainingMs: () => (asked++ < 2 ? 1_000 : 0) };
    const [first, ...others] = await transferBatch(deadline, 7);
    expect(first?.facts.reason).not.toBe("spent before it was mapped");
    expect(others.at(-1)?.facts).toMatchObject({ code: "deadline-exceeded", reason: "spent before it was mapped", effect: "none" });
  });
});
