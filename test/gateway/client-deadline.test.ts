import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { createGatewayClient } from "../../lib/gateway/client.ts";
import { postOnce, toPost } from "../support/gateway-post.ts";
import { toSite } from "../support/gateway-site.ts";
import { startHandshakeProxy } from "../support/handshake-proxy.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";
import { startRawGateway } from "../support/raw-gateway.ts";
import { watchSentRequests } from "../support/sent-requests.ts";

const OK_ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"retcode":"0"}';

async function startSilentGateway() {
  let onRequest = () => {};
  const requested = new Promise<void>((resolve) => {
    onRequest = resolve;
  });
  const gateway = await startRawGateway(({ request }) => void request.then(onRequest));
  return { gateway, site: toSite({ url: gateway.url, ca: gateway.caPem }), requested };
}

/** A POST whose handshake is held back. */
async function beginHeld() {
  const gateway = await startRawGateway(({ socket, request }) => void request.then(() => socket.write(OK_ANSWER)));
  const proxy = await startHandshakeProxy(gateway.url);
  const deadline = createManualDeadline();
  const sent = watchSentRequests();
  const outcome = createGatewayClient()(toPost(toSite({ url: proxy.url, ca: gateway.caPem }), { deadline }));
  await proxy.held;
  return { gateway, proxy, deadline, sent, outcome };
}

describe("a POST", () => {
  it.each([
    ["with less than a send and an answer need", 499],
    ["with nothing left", 0],
    ["after the deadline", -1],
  ])("%s is not begun", async (_name, leftMs) => {
    const { gateway, site } = await startSilentGateway();
    expect(await postOnce(toPost(site, { deadline: createManualDeadline(leftMs) }))).toEqual({ outcome: { kind: "too-late" }, sent: 0 });
    await gateway.closed(0);
  });

  it("with just as much as a send and an answer need is sent", async () => {
    const { site } = await startSilentGateway();
    expect((await postOnce(toPost(site, { deadline: createManualDeadline(500) }))).sent).toBe(1);
  });

  it("is not begun after its invocation was aborted", async () => {
    const { gateway, site } = await startSilentGateway();
    const deadline = createManualDeadline();
    deadline.abort();
    expect(await postOnce(toPost(site, { deadline }))).toEqual({ outcome: { kind: "too-late" }, sent: 0 });
    await gateway.closed(0);
  });

  it("that was aborted while it waited may have been read", async () => {
    const { gateway, site, requested } = await startSilentGateway();
    const deadline = createManualDeadline();
    const posting = postOnce(toPost(site, { deadline }));
    await requested;
    deadline.abort();
    expect(await posting).toEqual({ outcome: { kind: "sent-without-answer", timedOut: true, cause: "deadline" }, sent: 1 });
    await gateway.closed(1);
  });
});

describe("while the handshake is held back", () => {
  it("a POST waits, and is sent once it is let go", async () => {
    const { proxy, gateway, sent, outcome } = await beginHeld();
    expect(sent).toHaveLength(0);
    proxy.release();
    expect(await outcome).toMatchObject({ kind: "answered" });
    expect(sent).toHaveLength(1);
    expect(gateway.received.join("")).toContain("POST ");
  });

  it("an abort ends the POST at once, and nothing is sent when the handshake is let go", async () => {
    const { proxy, gateway, deadline, sent, outcome } = await beginHeld();
    deadline.abort();
    expect(await outcome).toEqual({ kind: "too-late" });
    proxy.release();
    await proxy.closed(1);
    await gateway.closed(1);
    expect(sent).toHaveLength(0);
    expect(gateway.received.join("")).toBe("");
  });

  it("the deadline may pass unheard, and nothing is sent when the handshake is let go", async () => {
    const { proxy, gateway, deadline, sent, outcome } = await beginHeld();
    deadline.pass();
    proxy.release();
    expect(await outcome).toEqual({ kind: "too-late" });
    await gateway.closed(1);
    expect(sent).toHaveLength(0);
    expect(gateway.received.join("")).toBe("");
  });

  it("the deadline ends the POST, and nothing is sent when the handshake is let go", async () => {
    const gateway = await startRawGateway(() => {});
    const proxy = await startHandshakeProxy(gateway.url);
    const site = toSite({ url: proxy.url, ca: gateway.caPem });
    expect(await postOnce(toPost(site, { deadline: createManualDeadline(600) }))).toEqual({ outcome: { kind: "too-late" }, sent: 0 });
    proxy.release();
    await proxy.closed(1);
    expect(gateway.received.join("")).toBe("");
  });
});

describe("the listeners of a signal", () => {
  it("are gone after many POSTs under one deadline", async () => {
    const gateway = await startRawGateway(({ socket, request }) => void request.then(() => socket.write(OK_ANSWER)));
    const site = toSite({ url: gateway.url, ca: gateway.caPem });
    const deadline = createManualDeadline();
    const post = createGatewayClient();
    await post(toPost(site, { deadline }));
    await post(toPost(site, { deadline }));
    expect(gateway.received).toHaveLength(2);
    expect(getEventListeners(deadline.signal, "abort")).toHaveLength(0);
  });
});
