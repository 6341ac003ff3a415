/** What each check of a stack says of what is right and of what is not, over real gateways, secrets, sessions and receivers. */
import { createServer } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { CHECK_NAMES } from "../../lib/diagnosis/finding.ts";
import type { PasswordFacts, SignInAttempt } from "../../lib/sessions/agent-record.ts";
import { startReceiver } from "../support/callback-receiver.ts";
import { CANARY, type DiagnosisWorld, deadlineOf, PREFIX, startDiagnosisWorld, WHSEC } from "../support/diagnosis-world.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";

let world: DiagnosisWorld;
beforeAll(async () => {
  world = await startDiagnosisWorld();
});
beforeEach(() => world.gateway.reset());
afterAll(() => world.stop());

const API = { source: "api", gateway: "main", agentId: "101" };
/** Neither is connected to. */
const [RECEIVER, OTHER_RECEIVER] = ["https://127.0.0.1:1/one", "https://127.0.0.1:1/two"];
const OTHER_WHSEC = `whsec_${Buffer.from(`${CANARY}-of-another`).toString("base64")}`;
const toProof = (value: string, id = "first") => ({ verification: { secrets: [{ id, value }] } });

function putGateway(more: object = {}): void {
  world.put("gateways/main", { url: world.gateway.url, ca: world.gateway.caPem, authMode: 1, ...more });
}
function putExternal(guid = world.gateway.guidOf("101")): void {
  world.put("agents/main/101", { session: "external", guid });
}

describe("a stack with all that a transfer needs", () => {
  it("passes each check, in their order, and nothing is changed at its gateway", async () => {
    putGateway();
    putExternal();
    const receiver = await startReceiver();
    const callback = {
      url: `https://127.0.0.1:${receiver.port}/in?key=${CANARY}`,
      ca: receiver.caPem,
      allowAddresses: ["127.0.0.1"],
      secrets: [WHSEC],
    };
    world.put("connections/crm", { ...API, ...toProof(CANARY), callback });
    const findings = await world.look();
    expect(findings.map(({ verdict }) => verdict)).toEqual(findings.map(() => "ok"));
    expect([...new Set(findings.map(({ name }) => name))]).toEqual(CHECK_NAMES);
    expect(world.gateway.requests().map(({ method, endpoint }) => [method, endpoint])).toEqual([["GET", "agent-calls"]]);
    expect(receiver.received).toEqual([]);
  });
});

describe("AWS credentials", () => {
  it.each([
    ["ExpiredTokenException", 1, "They have ended."],
    ["AccessDeniedException", 1, "AWS knows them, and they may not list secrets."],
    ["InternalServiceError", 2, "Secrets Manager does not answer (InternalServiceError)."],
  ])("that are answered %s fail, and all else is skipped", async (type, times, detail) => {
    world.secrets.failNext({ operation: "ListSecrets", type, times });
    const [first, ...others] = await world.look();
    expect(first).toMatchObject({ name: "credentials", verdict: "failed", detail });
    expect(others.map(({ name, verdict }) => [name, verdict])).toEqual(CHECK_NAMES.slice(1).map((name) => [name, "skipped"]));
  });
});

describe("the listing of secrets", () => {
  it("ends with the deadline", async () => {
    const [first, ...others] = await world.look({ deadline: { remainingMs: () => 10_000, signal: AbortSignal.abort() } });
    const detail = "Secrets Manager has not listed the secrets in the time that there was.";
    expect(first).toMatchObject({ name: "credentials", verdict: "failed", detail });
    expect(new Set(others.map(({ verdict }) => verdict))).toEqual(new Set(["skipped"]));
  });
});

describe("secrets", () => {
  const look = (asked = {}) => world.look(asked, "secrets");

  it("that do not parse fail by their fields, without what is in them", async () => {
    putGateway();
    world.put("connections/crm", { ...API, ...toProof(CANARY), pasword: CANARY });
    const [finding] = await look({ connection: "crm" });
    expect(finding).toMatchObject({
      verdict: "failed",
      subject: "connections/crm",
      detail: expect.stringContaining("unknown fields: pasword"),
      hint: expect.stringMatching(/^mend that field by ccgw connection set \S+, or in/),
    });
    expect(await world.look({ connection: "crm" }, "callback")).toMatchObject([{ verdict: "skipped", subject: "crm" }]);
  });

  it("of who may hand a session over are looked at, too", async () => {
    putGateway();
    world.put("agents/main/104", { session: "handed-over", verification: { secrets: [{ id: "desk", value: "short" }] } });
    expect(await look()).toMatchObject([
      {
        ...{ verdict: "failed", subject: "agents/main/104", detail: expect.stringContaining("verification.secrets") },
        hint: "ccgw agent rotate-secret main/104 puts a new one in the place of what is wrong",
      },
    ]);
  });

  it("that name what is not there fail, and so do those that are asked for by a name that nobody has", async () => {
    putGateway();
    world.put("connections/crm", { ...API, agentId: "999", ...toProof(CANARY) });
    expect(await look()).toMatchObject([
      { subject: "connections/crm", detail: "names agents/main/999, which is not there.", hint: "ccgw agent add main/999" },
    ]);
    expect(await look({ connection: "nobody" })).toMatchObject([
      { verdict: "failed", subject: "connections/nobody", hint: "ccgw connection add nobody" },
    ]);
    expect(await look({ gateway: "nowhere" })).toMatchObject([
      { verdict: "failed", subject: "gateways/nowhere", hint: "ccgw gateway add nowhere" },
    ]);
  });

  it("of the stack itself fail where one is missing or broken, which a deployment does not mend", async () => {
    world.secrets.deleteSecret(`${PREFIX}/keys/status`);
    const findings = await look();
    world.secrets.putSecret(`${PREFIX}/keys/status`, { schemaVersion: 1, value: `${CANARY}-of-the-key-of-status` });
    expect(findings).toMatchObject([{ verdict: "failed", subject: "keys/status", hint: expect.stringContaining("deploy") }]);
    world.secrets.putSecret(`${PREFIX}/keys/status`, { schemaVersion: 1 });
    const [broken] = await look();
    world.secrets.putSecret(`${PREFIX}/keys/status`, { schemaVersion: 1, value: `${CANARY}-of-the-key-of-status` });
    expect(broken).toMatchObject({
      subject: "keys/status",
      hint: expect.stringMatching(/^put its version before back in Secrets Manager/),
    });
  });

  it("for Lex that have a name which it never looks for fail", async () => {
    putGateway();
    const lex = { source: "lex-v2", gateway: "main", verification: { scheme: "invoked-by-lambda" } };
    world.put("connections/support", lex);
    world.put("connections/lex-abcd1234ef-tstaliasid", lex);
    expect(await look()).toEqual([
      {
        ...{ name: "secrets", verdict: "failed", subject: "connections/support" },
        detail: expect.stringContaining("Its name must be lex-{botId}-{botAliasId}"),
        hint: expect.stringContaining("ccgw connection add"),
      },
    ]);
  });

  it("that have a capture whose time is over are a warning", async () => {
    putGateway();
    putExternal();
    world.put("connections/crm", { ...API, ...toProof(CANARY), captureUntil: "2026-01-01T00:00:00Z" });
    world.put("connections/bot", { ...API, ...toProof(`${CANARY}-2`), captureUntil: "9999-01-01T00:00:00Z" });
    expect(await look()).toMatchObject([
      { verdict: "ok" },
      { verdict: "warning", subject: "connections/crm", hint: "ccgw connection capture crm --stop" },
    ]);
  });

  it("that two connections have in common are a warning, by names and ids", async () => {
    world.put("connections/crm", { ...API, ...toProof(CANARY, "2026") });
    world.put("connections/shop", { ...API, ...toProof(CANARY, "old") });
    world.put("connections/bot", { ...API, ...toProof(`${CANARY}-of-its-own`) });
    const findings = await world.look({ connection: "crm" }, "shared-secrets");
    expect(findings).toMatchObject([
      {
        verdict: "warning",
        subject: "crm, shop",
        detail: expect.stringContaining("crm as 2026, shop as old"),
        hint: expect.stringContaining("ccgw connection rotate-secret NAME"),
      },
    ]);
    expect(await world.look({ connection: "bot" }, "shared-secrets")).toMatchObject([{ verdict: "ok" }]);
  });

  it.each([
    ["that sign the callbacks of two receivers are a warning", [RECEIVER, OTHER_RECEIVER], ["callback of crm, callback of shop"]],
    ["that sign the callbacks of one receiver are its own, whoever it is told by", [RECEIVER, RECEIVER], []],
  ])("%s", async (_what, [crm, shop], details) => {
    world.put("connections/crm", { ...API, ...toProof(`${CANARY}-1`), callback: { url: crm, secrets: [WHSEC] } });
    world.put("connections/shop", { ...API, ...toProof(`${CANARY}-2`), callback: { url: shop, secrets: [OTHER_WHSEC, WHSEC] } });
    const warnings = (await world.look({}, "shared-secrets")).filter(({ verdict }) => verdict === "warning");
    expect(warnings).toMatchObject(
      details.map((uses) => ({
        subject: "crm, shop",
        detail: `One secret is used more than once (${uses}): whoever has it can sign what a receiver takes for a callback.`,
        hint: "give each a secret of its own: docs/callbacks.md#change-the-secret",
      })),
    );
  });

  it.each([["crm"], ["shop"]])("that prove a caller and sign the callbacks of %s are a warning", async (teller) => {
    const callback = { url: RECEIVER, secrets: [WHSEC] };
    world.put("connections/crm", { ...API, ...toProof(WHSEC), ...(teller === "crm" && { callback }) });
    world.put("connections/shop", { ...API, ...toProof(`${CANARY}-2`), ...(teller === "shop" && { callback }) });
    expect(await world.look({ connection: "crm" }, "shared-secrets")).toMatchObject([
      {
        verdict: "warning",
        subject: teller === "crm" ? "crm" : "crm, shop",
        detail: `One secret is used more than once (crm as first, callback of ${teller}): whoever has it can post as the caller, and sign what a receiver takes for a callback.`,
        hint: expect.stringMatching(/rotate-secret NAME.*docs\/callbacks\.md/),
      },
    ]);
  });
});

describe("a gateway", () => {
  const look = (name: "gateway" | "certificate" | "session") => world.look({ gateway: "main" }, name);

  it("that nobody listens for fails, and what needs it is skipped", async () => {
    putGateway({ url: "https://127.0.0.1:1" });
    putExternal();
    const findings = await world.look({ gateway: "main" });
    expect(findings).toContainEqual(
      expect.objectContaining({ name: "gateway", verdict: "failed", detail: expect.stringContaining("ECONNREFUSED") }),
    );
    for (const name of ["certificate", "session"]) expect(findings).toContainEqual(expect.objectContaining({ name, verdict: "skipped" }));
  });

  it.each([
    ["unknown-ca", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "pin its authority"],
    ["expired", "CERT_HAS_EXPIRED", "docs/runbook.md#certificate-ends"],
    ["wrong-host", "ERR_TLS_CERT_ALTNAME_INVALID", "it is of DNS:gateway.invalid"],
  ] as const)("whose certificate is %s fails, and shows it; it is asked for nothing", async (problem, cause, hint) => {
    putGateway();
    putExternal();
    world.gateway.addFault({ kind: "certificate", problem, times: "always" });
    expect(await look("gateway")).toMatchObject([{ verdict: "ok" }]);
    const [finding] = await look("certificate");
    expect(finding).toMatchObject({ verdict: "failed", hint: expect.stringContaining(hint) });
    expect(finding?.detail).toContain(`(${cause}).\npresented: CN=Local development server, by CN=CC-Gateway simulator`);
    expect(await look("session")).toMatchObject([{ verdict: "skipped" }]);
    expect(world.gateway.requests()).toEqual([]);
  });

  it("that closes the connection in the handshake is reached, and shows none", async () => {
    putGateway();
    world.gateway.addFault({ kind: "drop", when: "before-handshake", times: "always" });
    expect(await look("gateway")).toMatchObject([{ verdict: "ok" }]);
    expect(await look("certificate")).toMatchObject([{ verdict: "failed", detail: expect.stringContaining("closed it") }]);
  });

  it("whose secret does not parse is not contacted", async () => {
    world.put("gateways/main", { url: "http://127.0.0.1:1" });
    expect(await look("gateway")).toMatchObject([{ verdict: "skipped", subject: "main" }]);
    expect(await look("certificate")).toMatchObject([{ verdict: "skipped" }]);
  });
});

describe("a session", () => {
  const look = async () => (await world.look({ gateway: "main" }, "session"))[0];
  beforeEach(() => putGateway());

  it.each([
    [
      "a stale Guid",
      () => putExternal("00000000-0000-4000-8000-000000000000.AgentGateway0"),
      { verdict: "failed", detail: "(100-006).", hint: "by ccgw agent set with --guid-stdin" },
    ],
    [
      "another code",
      () => fault({ kind: "retcode", retcode: "900-002" }),
      { verdict: "warning", detail: "900-002, which says nothing", hint: "docs/gateway-api.md#retcodes" },
    ],
    [
      "no answer",
      () => fault({ kind: "html" }),
      { verdict: "failed", detail: "no answer that can be read (invalid-response)", hint: "docs/runbook.md#gateway-unreachable" },
    ],
  ])("of %s is told as what it is", async (_what, arrange, { verdict, detail, hint }) => {
    putExternal();
    arrange();
    expect(await look()).toMatchObject({
      verdict,
      subject: "main/101",
      detail: expect.stringContaining(detail),
      hint: expect.stringContaining(hint),
    });
  });

  const fault = (what: { kind: "retcode"; retcode: string } | { kind: "html" }) =>
    world.gateway.addFault({ ...what, endpoint: "agent-calls" });

  describe("that we keep", () => {
    const KEPT: SignInAttempt = { secretVersion: "", at: Date.now() - 60_000, result: "signed-in", failures: 0, proven: true };
    beforeEach(() => world.put("agents/main/102", { session: "managed", signIn: { password: CANARY, phonenum: "88880102" } }));

    /** As its keeper would have written it. */
    async function known(attempt: Partial<SignInAttempt>, session?: { readonly guid: string }, password?: PasswordFacts): Promise<void> {
      const versionId = await world.versionOf("agents/main/102");
      const until = Date.now() + 60_000;
      const owner = String(Math.random());
      const seen = await world.sessions.takeLease("main/102", { owner, until }, await world.sessions.read("main/102"));
      const { fence = 0, lease } = seen ?? {};
      const live = session === undefined ? null : { ...session, renewedAt: Date.now(), events: "poll" as const };
      const change = { until, session: live, attempt: { ...KEPT, secretVersion: versionId, ...attempt }, ...(password && { password }) };
      expect(await world.sessions.write("main/102", { owner, fence, beat: lease?.beat ?? 0 }, change)).toBeDefined();
    }

    it("and that nobody has tried to sign in yet is a warning", async () => {
      expect(await look()).toMatchObject({ verdict: "warning", detail: expect.stringContaining("Nobody has tried") });
    });

    it("is told to be parked, why, and by which secret", async () => {
      await known({ result: "refused", retcode: "100-004" });
      const finding = await look();
      expect(finding).toMatchObject({ verdict: "failed", hint: expect.stringContaining("ccgw agent set-password main/102") });
      expect(finding?.detail).toMatch(
        /parked: 100-004, wrong user name or password\. Last tried at .*Z by the keeper\. The secret was written at .*Z\./,
      );
    });

    it("has the runbook alone as its hint where another password would not mend it", async () => {
      await known({ result: "refused", retcode: "110-016" });
      expect(await look()).toMatchObject({ verdict: "failed", hint: "docs/runbook.md#sign-in-parked" });
    });

    it("fails while the next sign-in is waited for", async () => {
      await known({ result: "refused", retcode: "100-003" });
      expect(await look()).toMatchObject({
        verdict: "failed",
        detail: expect.stringContaining("was refused (100-003); it is tried again"),
      });
    });

    it("is taken where the gateway takes its Guid", async () => {
      await known({}, { guid: world.gateway.guidOf("101") });
      expect(await look()).toMatchObject({ verdict: "failed", detail: expect.stringContaining("(100-006)") });
      await known({}, { guid: world.gateway.renewGuid("102") });
      expect(await look()).toMatchObject({ verdict: "ok" });
    });

    it("is a warning where its password ends in days", async () => {
      await known({}, { guid: world.gateway.renewGuid("102") }, { daysLeft: 3, mustChange: false, at: Date.now() });
      expect(await look()).toMatchObject({ verdict: "warning", hint: expect.stringContaining("then ccgw agent set-password main/102") });
    });

    it("is a warning where it lives on, and its secret was refused since", async () => {
      await known({ result: "refused", retcode: "100-020" }, { guid: world.gateway.renewGuid("102") });
      expect(await look()).toMatchObject({
        verdict: "warning",
        detail: expect.stringContaining("password has expired"),
        hint: expect.stringContaining("ccgw agent set-password main/102"),
      });
    });
  });

  it("that is handed over is a warning before, fails after its end, and is asked for between", async () => {
    world.put("agents/main/104", { session: "handed-over", ...toProof(CANARY) });
    expect(await look()).toMatchObject({ verdict: "warning" });
    await world.sessions.handOver("main/104", { guid: world.gateway.guidOf("104"), renewedAt: Date.now() });
    expect(await look()).toMatchObject({ verdict: "ok", detail: expect.stringContaining("was handed over. The gateway takes it.") });
    await world.sessions.end("main/104");
    expect(await look()).toMatchObject({ verdict: "failed", detail: "Whoever hands its Guid over has told its end." });
  });
});

describe("a Guid in a secret", () => {
  it.each([
    [1, "ok", "stays"],
    [2, "warning", "lives two minutes"],
    [undefined, "warning", "has no authMode"],
  ])("at a site with authMode %s is %s", async (authMode, verdict, detail) => {
    putGateway({ authMode });
    putExternal();
    expect(await world.look({ gateway: "main" }, "external-guid")).toMatchObject([{ verdict, detail: expect.stringContaining(detail) }]);
  });
});

describe("a callback", () => {
  const SECRETS = { secrets: [WHSEC] };
  async function look(callback: object) {
    world.put("connections/crm", { ...API, ...toProof(CANARY), callback });
    return (await world.look({ connection: "crm" }, "callback"))[0];
  }

  it("to an address that is not public, and not listed, is never connected to", async () => {
    const receiver = await startReceiver();
    const url = `https://127.0.0.1:${receiver.port}/${CANARY}`;
    expect(await look({ ...SECRETS, url })).toMatchObject({ verdict: "failed", hint: "docs/callbacks.md#addresses" });
  });

  it("without TLS, to a listed address, is connected to", async () => {
    const server = createServer();
    const connections = trackConnections(server);
    onTestFinished(() => connections.stop());
    const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
    expect(await look({ ...SECRETS, url, allowAddresses: ["127.0.0.1"] })).toMatchObject({
      verdict: "ok",
      detail: `${url} takes connections; nothing was posted.`,
    });
  });

  it("fails where nobody listens, or the certificate is not of whom it is to chain to", async () => {
    const listed = { ...SECRETS, allowAddresses: ["127.0.0.1"] };
    expect(await look({ ...listed, url: `https://127.0.0.1:1/${CANARY}` })).toMatchObject({
      verdict: "failed",
      detail: expect.stringContaining("(ECONNREFUSED)"),
    });
    const { port } = await startReceiver();
    const untrusted = await look({ ...listed, url: `https://127.0.0.1:${port}`, ca: world.gateway.caPem });
    expect(untrusted).toMatchObject({ verdict: "failed", detail: expect.stringContaining("UNABLE_TO_VERIFY_LEAF_SIGNATURE") });
  });

  it("is not looked at where somebody else tells it", async () => {
    world.put("connections/crm", { ...API, ...toProof(CANARY), callback: { ...SECRETS, url: "https://receiver.example.com" } });
    const withoutCallbacks = { detail: "They are told from elsewhere.", hint: "look from there" };
    const findings = await world.look({ connection: "crm", withoutCallbacks }, "callback");
    expect(findings).toEqual([{ name: "callback", verdict: "skipped", subject: "crm", ...withoutCallbacks }]);
  });
});

describe("a diagnosis", () => {
  it("begins nothing for which there is no time", async () => {
    putGateway();
    putExternal();
    const { opened } = world.gateway.connections;
    const findings = await world.look({ gateway: "main", deadline: deadlineOf(900) });
    expect(findings).toContainEqual(
      expect.objectContaining({ name: "secrets", verdict: "failed", detail: expect.stringContaining("no time") }),
    );
    expect(world.gateway.connections.opened).toBe(opened);
  });

  it("tells no secret, Guid, password or address with its query, whatever is wrong", async () => {
    putGateway({ url: "https://127.0.0.1:1" });
    world.put("agents/main/101", { session: "external", guid: CANARY, cookies: `a=${CANARY}` });
    world.put("agents/main/102", { session: "managed", signIn: { password: CANARY, phonenum: CANARY.slice(0, 20) } });
    world.put("agents/main/103", { session: "managed", signIn: { password: { [CANARY]: CANARY } } });
    const callback = { url: `https://127.0.0.1:1/${CANARY}?key=${CANARY}`, allowAddresses: ["127.0.0.1"], secrets: [WHSEC] };
    world.put("connections/crm", { ...API, ...toProof(CANARY), callback });
    world.put("connections/shop", { ...API, ...toProof(CANARY), mapping: `$${CANARY}(` });
    world.put("connections/bot", { ...API, source: CANARY });
    const told = JSON.stringify(await world.look());
    for (const secret of [CANARY, WHSEC, CANARY.slice(0, 20)]) expect(told).not.toContain(secret);
  });
});
