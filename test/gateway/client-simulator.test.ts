import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fault, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { postOnce, toPost } from "../support/gateway-post.ts";
import { POST_BODY, POST_PATH, toSite } from "../support/gateway-site.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";

let gateway: GatewaySimulator;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0 });
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.stop());

const ANSWERED = { kind: "answered" };
const UNANSWERED = { kind: "sent-without-answer", timedOut: false };
const TIMED_OUT = { kind: "sent-without-answer", timedOut: true };
const notSent = (cause: string) => ({ kind: "not-sent", cause });

function post({ leftMs, ...site }: Readonly<Record<string, unknown>> & { readonly leftMs?: number } = {}) {
  const document = toSite({ url: gateway.url, ca: gateway.caPem, ...site });
  return postOnce(toPost(document, { guid: gateway.guidOf("101"), deadline: createManualDeadline(leftMs) }));
}

describe("a POST", () => {
  it("is written once, as it is given, over a connection of its own that is not kept", async () => {
    const before = gateway.connections.opened;
    expect(await post()).toEqual({
      outcome: {
        kind: "answered",
        response: { status: 200, headers: expect.any(Object), body: Buffer.from('{"message":"success","retcode":"0"}') },
      },
      sent: 1,
    });
    expect((await post()).sent).toBe(1);
    expect(gateway.connections.opened - before).toBe(2);
    const [transfer] = gateway.transfers();
    expect(transfer).toMatchObject({ method: "POST", path: POST_PATH, body: POST_BODY });
    expect(transfer?.headers).toEqual({
      host: new URL(gateway.url).host,
      connection: "close",
      "content-type": "application/json; charset=UTF-8",
      guid: gateway.guidOf("101"),
      "content-length": String(POST_BODY.length),
    });
    expect(transfer?.rawHeaders).toEqual(expect.arrayContaining(["Content-Type", "Guid"]));
  });

  it("carries text beyond ASCII in UTF-8, with its length in bytes", async () => {
    const body = JSON.stringify({ ...JSON.parse(POST_BODY), calldata: "Zoë 😀 请帮忙" });
    await postOnce(toPost(toSite({ url: gateway.url, ca: gateway.caPem }), { guid: gateway.guidOf("101"), body }));
    expect(gateway.transfers()[0]).toMatchObject({ body, headers: { "content-length": String(Buffer.byteLength(body)) } });
  });
});

describe("before a request has left, it is provably not sent", () => {
  const FAULTS: readonly [string, Fault, object][] = [
    ["a handshake that is closed", { kind: "drop", when: "before-handshake" }, notSent("ECONNRESET")],
    ["a handshake that is reset", { kind: "drop", when: "before-handshake", reset: true }, notSent("ECONNRESET")],
    ["a certificate of another authority", { kind: "certificate", problem: "unknown-ca" }, notSent("UNABLE_TO_VERIFY_LEAF_SIGNATURE")],
    ["a certificate that has expired", { kind: "certificate", problem: "expired" }, notSent("CERT_HAS_EXPIRED")],
    ["a certificate of another host", { kind: "certificate", problem: "wrong-host" }, notSent("ERR_TLS_CERT_ALTNAME_INVALID")],
  ];

  it.each(FAULTS)("for %s", async (_name, fault, expected) => {
    gateway.addFault(fault);
    expect(await post()).toEqual({ outcome: expected, sent: 0 });
    expect(gateway.transfers()).toHaveLength(0);
  });

  it("for a handshake that stalls longer than the site's time-out", async () => {
    gateway.addFault({ kind: "stall-handshake" });
    expect(await post({ connectTimeoutMs: 100, leftMs: 5_000 })).toEqual({ outcome: notSent("UND_ERR_CONNECT_TIMEOUT"), sent: 0 });
  });

  it("for a handshake that stalls until the deadline, which is too late and no failure of the gateway", async () => {
    gateway.addFault({ kind: "stall-handshake" });
    expect(await post({ leftMs: 600 })).toEqual({ outcome: { kind: "too-late" }, sent: 0 });
  });

  it("for a site that trusts the public authorities alone", async () => {
    const { outcome, sent } = await post({ ca: undefined });
    expect({ ...outcome, sent }).toMatchObject({ kind: "not-sent", cause: "SELF_SIGNED_CERT_IN_CHAIN", sent: 0 });
  });

  it.each([
    ["127.0.0.1", "another.invalid", notSent("ERR_TLS_CERT_ALTNAME_INVALID"), 0],
    ["127.0.0.1", "gateway.invalid", ANSWERED, 1],
    ["localhost", "gateway.invalid", ANSWERED, 1],
  ])("at %s, unless the certificate has the name that the site expects: %s", async (host, tlsServerName, expected, sent) => {
    gateway.addFault({ kind: "certificate", problem: "wrong-host" });
    const answer = await post({ url: `https://${host}:${gateway.port}`, tlsServerName });
    expect(answer).toMatchObject({ outcome: expected, sent });
    expect(gateway.transfers()).toHaveLength(sent);
  });
});

describe("once a request has left, it may have been read", () => {
  const FAULTS: readonly [string, Fault, object][] = [
    ["a connection that is closed within it", { kind: "drop", when: "during-request" }, UNANSWERED],
    ["a connection that is reset within it", { kind: "drop", when: "during-request", reset: true }, UNANSWERED],
    ["a connection that is closed after it", { kind: "drop", when: "after-request" }, UNANSWERED],
    ["a connection that is reset after it", { kind: "drop", when: "after-request", reset: true }, UNANSWERED],
    ["one that is closed after it was acted on", { kind: "drop", when: "after-request", acts: true }, UNANSWERED],
    ["an answer that is closed", { kind: "drop", when: "during-response", acts: true }, UNANSWERED],
    ["an answer that is reset", { kind: "drop", when: "during-response", reset: true }, UNANSWERED],
    ["an answer over the limit", { kind: "huge-json", bytes: 65_537 }, { ...UNANSWERED, cause: "UND_ERR_RES_EXCEEDED_MAX_SIZE" }],
    ["an endless answer", { kind: "huge-json", bytes: 1_073_741_824 }, { ...UNANSWERED, cause: "UND_ERR_RES_EXCEEDED_MAX_SIZE" }],
  ];

  it.each(FAULTS)("for %s", async (_name, fault, expected) => {
    gateway.addFault(fault);
    const { outcome, sent } = await post();
    expect(outcome).toMatchObject(expected);
    expect(sent).toBe(1);
    expect(gateway.transfers()).toHaveLength(1);
  });

  const SLOW: readonly [string, Fault, object, object][] = [
    ["no answer by the deadline", { kind: "hang" }, { leftMs: 900 }, { cause: "deadline" }],
    ["no answer by the deadline though it acted", { kind: "hang", acts: true }, { leftMs: 900 }, { cause: "deadline" }],
    ["an answer that drips past the deadline", { kind: "drip", ms: 200 }, { leftMs: 900 }, { cause: "deadline" }],
    ["no answer in the site's time", { kind: "hang" }, { responseTimeoutMs: 100 }, { cause: "UND_ERR_HEADERS_TIMEOUT" }],
  ];

  it.each(SLOW)("for %s", async (_name, fault, options, expected) => {
    gateway.addFault(fault);
    const { outcome, sent } = await post({ ...options });
    expect(outcome).toEqual({ ...TIMED_OUT, ...expected });
    expect(sent).toBe(1);
    expect(gateway.transfers()).toHaveLength(1);
  });

  it("or not, when the connection is dropped as it leaves: sent is what undici says, and nothing had arrived", async () => {
    gateway.addFault({ kind: "drop", when: "before-request" });
    const { outcome, sent } = await post();
    expect(outcome.kind).toBe(sent === 0 ? "not-sent" : "sent-without-answer");
    expect(gateway.transfers()).toHaveLength(0);
  });
});

describe("an answer that is whole is handed over as it is", () => {
  const FAULTS: readonly [string, Fault, number][] = [
    ["broken JSON", { kind: "truncated-json" }, 200],
    ["HTML", { kind: "html" }, 200],
    ["another content type", { kind: "content-type", contentType: "text/plain" }, 200],
    ["a body at the limit", { kind: "huge-json", bytes: 65_536 }, 200],
    ["a server error", { kind: "status", status: 503 }, 503],
    ["a refused method", { kind: "status", status: 405, body: "" }, 405],
    ["a redirect", { kind: "status", status: 307 }, 307],
    ["one that comes late", { kind: "delay", ms: 200 }, 200],
    ["one that drips", { kind: "drip", ms: 1 }, 200],
    ["one after which the connection is closed", { kind: "keep-alive-close" }, 200],
  ];

  it.each(FAULTS)("%s", async (_name, fault, status) => {
    gateway.addFault(fault);
    const { outcome, sent } = await post();
    expect(outcome).toMatchObject({ ...ANSWERED, response: { status } });
    expect(sent).toBe(1);
    expect(gateway.transfers()).toHaveLength(1);
  });
});
