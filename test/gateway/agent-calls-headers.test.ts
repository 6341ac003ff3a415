/** Guids and cookies as answers bring them, in forms that the simulated gateway does not have. */
import { describe, expect, it } from "vitest";
import { NOW, toAgentCalls } from "../support/agent-calls-harness.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";
import { startRawGateway } from "../support/raw-gateway.ts";

const SESSION = { guid: "old.AgentGateway0", cookies: "NSLB=7; ROUTE=a", renewedAt: 0 } as const;

async function startAnswering(headers: readonly string[], result = "") {
  const body = `{"message":"success","retcode":"0"${result}}`;
  const head = ["HTTP/1.1 200 OK", `Content-Length: ${body.length}`, ...headers].join("\r\n");
  const gateway = await startRawGateway(({ socket, request }) => void request.then(() => socket.write(`${head}\r\n\r\n${body}`)));
  return toAgentCalls(gateway);
}

const renewalOf = async (headers: readonly string[], call: "handshake" | "poll" | "updateGuid" | "signOut" = "handshake", result = "") =>
  (await startAnswering(headers, result))[call](SESSION, createManualDeadline());

describe("an answer to a keep-alive", () => {
  it.each(["handshake", "poll", "signOut"] as const)("(%s) is followed in its Set-GUID and its Set-Cookies", async (call) => {
    const headers = ["Set-GUID: JSESSIONID=new.AgentGateway1", "Set-Cookie: ROUTE=b; Path=/; Secure", "Set-Cookie: EXTRA=c, d; HttpOnly"];
    expect(await renewalOf(headers, call)).toEqual({
      kind: "alive",
      renewal: { guid: "new.AgentGateway1", cookies: "NSLB=7; ROUTE=b; EXTRA=c, d" },
      events: [],
    });
  });

  it("names its headers as it likes", async () => {
    expect(await renewalOf(["SET-guid: JSESSIONID=new", "set-COOKIE: A=1"])).toMatchObject({
      renewal: { guid: "new", cookies: "NSLB=7; ROUTE=a; A=1" },
    });
  });

  it.each([
    ["the same Guid and cookie once more", ["Set-GUID: JSESSIONID=old.AgentGateway0", "Set-Cookie: NSLB=7; Path=/"]],
    ["no Guid and no cookie", []],
    ["what is no Guid", ["Set-GUID: new.AgentGateway1", "Set-GUID: JSESSIONID=", "Set-Cookie: =; x"]],
  ])("brings nothing new with %s", async (_name, headers) => {
    expect(await renewalOf(headers)).toEqual({ kind: "alive", renewal: { guid: undefined, cookies: undefined }, events: [] });
  });

  it("may take every cookie away", async () => {
    const expired = new Date(NOW).toUTCString();
    expect(await renewalOf(["Set-Cookie: NSLB=; Max-Age=0", `Set-Cookie: ROUTE=a; Expires=${expired}`])).toMatchObject({
      renewal: { cookies: "" },
    });
  });

  it("brings updateGuid's Guid in its result, or else in its header", async () => {
    const header = ["Set-GUID: JSESSIONID=of-header"];
    const result = ',"result":{"guid":"JSESSIONID=of-result.AgentGateway0"}';
    expect(await renewalOf(header, "updateGuid", result)).toMatchObject({ renewal: { guid: "of-result.AgentGateway0" } });
    expect(await renewalOf(header, "updateGuid")).toMatchObject({ renewal: { guid: "of-header" } });
  });
});

describe("an answer to a sign-in", () => {
  it("has cookies of which those that are over are not kept", async () => {
    const calls = await startAnswering(["Set-GUID: JSESSIONID=g; Path=/", "Set-Cookie: A=1; Max-Age=60", "Set-Cookie: B=2; Max-Age=0"]);
    expect(await calls.session()).toEqual({ guid: "g", cookies: "A=1", renewedAt: NOW, events: "poll" });
  });
});
