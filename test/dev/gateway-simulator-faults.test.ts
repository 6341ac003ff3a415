/** Faults of answers, each as a plain HTTPS client meets it. Those of requests and of connections are in their own files. */
import { request } from "node:https";
import { describe, expect, it } from "vitest";
import type { Fault } from "../../dev/gateway-simulator/simulator.ts";
import { CALL, PAGE_ANSWER, PAGE_REQUEST, retcodeOf, send, startForTest, transferPath } from "./gateway-simulator-client.ts";

const NOT_MOVED = { acted: false };
const HUGE_OVERHEAD = '{"message":"success","retcode":"0","result":""}'.length;

describe("a fault", () => {
  it.each<[Fault, object]>([
    [
      { kind: "retcode", retcode: "100-007" },
      { status: 200, text: '{"message":"simulated failure","retcode":"100-007"}' },
    ],
    [
      { kind: "retcode", retcode: "000-000", message: "Unknown ERROR._160015", result: "" },
      { status: 200, text: '{"message":"Unknown ERROR._160015","result":"","retcode":"000-000"}' },
    ],
    [
      { kind: "retcode", retcode: "0" },
      { status: 200, text: PAGE_ANSWER },
    ],
    [
      { kind: "status", status: 503 },
      { status: 503, headers: { "content-type": "text/html; charset=UTF-8" } },
    ],
    [
      { kind: "status", status: 500, body: '{"retcode":"0"}', contentType: "application/json" },
      { status: 500, text: '{"retcode":"0"}', headers: { "content-type": "application/json" } },
    ],
    [
      { kind: "html" },
      { status: 200, text: expect.stringMatching(/^<!DOCTYPE html>/), headers: { "content-type": "text/html; charset=UTF-8" } },
    ],
    [
      { kind: "body", body: '{"retcode":0}' },
      { status: 200, text: '{"retcode":0}' },
    ],
    [
      { kind: "body", body: "", contentType: "text/plain" },
      { status: 200, text: "", headers: { "content-type": "text/plain" } },
    ],
    [{ kind: "truncated-json" }, { status: 200, text: PAGE_ANSWER.slice(0, -4), broken: undefined }],
    [
      { kind: "content-type", contentType: "text/plain" },
      { text: PAGE_ANSWER, headers: { "content-type": "text/plain" } },
    ],
    [
      { kind: "drip", ms: 0 },
      { status: 200, text: PAGE_ANSWER, headers: { "content-length": String(PAGE_ANSWER.length) } },
    ],
    [{ kind: "keep-alive-close" }, { status: 200, text: PAGE_ANSWER }],
    [
      { kind: "delay", ms: 1 },
      { status: 200, text: PAGE_ANSWER },
    ],
    [
      { kind: "drop", when: "during-response" },
      {
        status: 200,
        text: PAGE_ANSWER.slice(0, Math.floor(PAGE_ANSWER.length / 2)),
        headers: { "content-length": String(PAGE_ANSWER.length) },
        broken: "ECONNRESET",
      },
    ],
  ])("%j answers as it says, once", async (fault, answer) => {
    const simulator = await startForTest();
    simulator.addFault(fault);
    expect(await send(simulator)).toMatchObject(answer);
    simulator.addCall({ callid: CALL, agentId: "101" });
    expect(await send(simulator)).toMatchObject({
      status: 200,
      text: PAGE_ANSWER,
      headers: { "content-type": "application/json; charset=UTF-8" },
    });
  });

  const broken: Fault[] = [
    { kind: "retcode", retcode: "100-007" },
    { kind: "status", status: 503 },
    { kind: "html" },
    { kind: "body", body: "?" },
    { kind: "truncated-json" },
    { kind: "huge-json", bytes: 64 },
    { kind: "drop", when: "after-request" },
    { kind: "drop", when: "during-response" },
  ];
  const whole: Fault[] = [
    { kind: "delay", ms: 1 },
    { kind: "content-type", contentType: "text/plain" },
    { kind: "drip", ms: 0 },
    { kind: "keep-alive-close" },
  ];
  it.each<[Fault, boolean]>([
    ...broken.flatMap((fault): [Fault, boolean][] => [
      [fault, false],
      [{ ...fault, acts: true } as Fault, true],
    ]),
    ...whole.flatMap((fault): [Fault, boolean][] => [
      [fault, true],
      [{ ...fault, acts: false } as Fault, false],
    ]),
  ])("%j moves the call: %s", async (fault, acted) => {
    const simulator = await startForTest();
    simulator.addFault(fault);
    await send(simulator).catch(() => {});
    expect(simulator.transfers()).toMatchObject([{ acted, body: PAGE_REQUEST }]);
    expect(await retcodeOf(simulator)).toBe(acted ? "200-012" : "0");
  });

  it.each<[Fault, string | undefined]>([
    [{ kind: "retcode", retcode: "106-005" }, "106-005"],
    [{ kind: "status", status: 500 }, undefined],
    [{ kind: "status", status: 500, body: '{"retcode":"000-000"}' }, "000-000"],
    [{ kind: "body", body: '{"retcode":0}' }, undefined],
    [{ kind: "truncated-json" }, undefined],
    [{ kind: "huge-json", bytes: 100 }, "0"],
    [{ kind: "drip", ms: 0 }, "0"],
    [{ kind: "drop", when: "after-request" }, undefined],
    [{ kind: "drop", when: "during-response" }, undefined],
  ])("%j records the retcode %s", async (fault, retcode) => {
    const simulator = await startForTest();
    simulator.addFault(fault);
    await send(simulator).catch(() => {});
    expect(simulator.transfers().map((transfer) => transfer.retcode)).toEqual([retcode]);
  });

  it("that acts moves no call that would not have moved without it", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "html", acts: true });
    await send(simulator, { guid: "stale" });
    expect(simulator.transfers()).toMatchObject([NOT_MOVED]);
    expect(await retcodeOf(simulator)).toBe("0");
  });

  it("drip sends its answer in many pieces", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "drip", ms: 3 });
    expect((await send(simulator)).chunks).toBeGreaterThan(5);
  });

  it.each([64, HUGE_OVERHEAD + 65_536, HUGE_OVERHEAD + 65_537, 3_000_000])("huge-json sends %i bytes of JSON", async (bytes) => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "huge-json", bytes });
    const answer = await send(simulator);
    expect(answer.text.length).toBe(bytes);
    expect(JSON.parse(answer.text)).toMatchObject({ retcode: "0" });
  });

  it("huge-json streams more than a string can hold, and survives a client that leaves", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "huge-json", bytes: 1_073_741_824 });
    const status = await new Promise((resolve) => {
      const headers = { Guid: simulator.guidOf("101") };
      const outgoing = request(simulator.url + transferPath("101"), { method: "POST", ca: simulator.caPem, headers }, (response) => {
        response.once("data", () => {
          response.destroy();
          resolve(response.statusCode);
        });
        response.once("error", () => {});
      });
      outgoing.end(PAGE_REQUEST);
    });
    expect(status).toBe(200);
    expect(await retcodeOf(simulator)).toBe("0");
  });
});
