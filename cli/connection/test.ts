/**
 * `ccgw connection test NAME`: is the document one that the functions take, are its gateway and agent there, and does the API take its proof? Signs as its
 * caller would, by each live secret, and asks for a dry run: nothing is claimed, nothing is sent to the gateway. A source that takes no dry run in the address
 * refuses one there, once the proof is taken: so that is proven, too. Of one that has `test`, the sample is sent as it is, once each function knows that it has. Says what was proven, and what was not.
 */
import { isDryRun } from "../../dev/demo.ts";
import { post } from "../../dev/send-request.ts";
import type { Answer } from "../../dev/send-transcript.ts";
import type { Outgoing } from "../../dev/sign/signer.ts";
import { signerOf } from "../../dev/sign/signers.ts";
import { findLexNameMistake } from "../../lib/sources/lex-v2.ts";
import { isFields } from "../../lib/transfer/request.ts";
import { answerFromBook, createCommand } from "../command.ts";
import type { Place } from "../place.ts";
import { withProgress } from "../progress.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { type Caller, readCaller } from "./caller.ts";
import { isLive, type KeptSecret, secretsOf } from "./proof.ts";
import { findNoTarget } from "./targets.ts";

const UNAUTHENTICATED = 401;
/** Its code. A field that has no default is no mistake of the connection. */
const INCOMPLETE = "invalid-request";
/** Codes of what only whoever configures it can mend. */
const WRONG: ReadonlySet<unknown> = new Set(["forbidden", "misconfigured"]);
/** A changed document is in use within a minute, and 10 s after a caller was refused. */
const FRESH_MS = 60_000;
/** By then each function has what was changed, also where the clock here is ahead by as much as AWS bears (five minutes). */
const KNOWN_AFTER_MS = 10 * 60_000;
const PATIENCE_MS = 24_000;
const AGAIN_AFTER_MS = 3_000;
/** Their tokens come from a vendor. */
const UNSIGNED = ["bot-framework-token", "google-id-token"];
const CALL_ID = "1552524689-16797284";
/** The least that these sources take: the connection's defaults have to do for the rest. */
const LEAST: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  api: { callId: CALL_ID },
  "salesforce-flow": { callId: CALL_ID },
  generic: { ccgw_call_id: CALL_ID },
};

export interface Testing {
  readonly send: (request: Outgoing) => Promise<Pick<Answer, "status" | "text">>;
  readonly nowMs: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

export function createConnectionTest() {
  return createCommand("test", "whether the API takes its proof, without moving anybody")
    .argument("<name>", "of the connection")
    .action((name, options) =>
      answerFromBook(options, (book, place) =>
        withProgress(
          `Testing ${name}`,
          testConnection(book, place, name, {
            send: post,
            nowMs: Date.now,
            wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
          }),
        ),
      ),
    );
}

interface Finding {
  readonly kind: "proven" | "wrong" | "not proven";
  readonly what: string;
}

export async function testConnection(book: SecretBook, { config }: Place, name: string, testing: Testing): Promise<Report> {
  const { document, writtenAt = "" } = await book.require("connections", name);
  const { settings, source } = await book.parse("connections", name, document);
  const { gateway, agentId } = settings;
  const findings: Finding[] = [proven("The functions take its document.")];
  findings.push(
    await findDocument(book, "gateways", gateway),
    ...(agentId === undefined ? [] : [await findDocument(book, "agents", `${gateway}/${agentId}`)]),
  );

  const noTarget = findNoTarget(name, settings);
  if (noTarget !== undefined) findings.push(wrong(noTarget));

  const caller = await readCaller(source.id, document);
  const secrets = secretsOf(document).filter((secret) => isLive(secret, testing.nowMs()));
  if (!settings.enabled) findings.push(wrong("It is disabled: every caller is refused. ccgw connection enable lets it in."));
  else if (caller.demo.isInvoked) findings.push(toInvoked(name));
  else if (UNSIGNED.includes(caller.verification.scheme))
    findings.push(unproven("Its proof: the tokens are its vendor's, and cannot be made here."));
  else if (secrets.length === 0) findings.push(wrong("No secret is good any more: ccgw connection rotate-secret makes a new one."));
  else {
    const until = Math.min(Date.parse(writtenAt) + FRESH_MS, testing.nowMs() + PATIENCE_MS);
    // Not when its version was written: one that is put back is as old as it was, and no function has it yet.
    const { changedAt = "" } = (await book.list("connections")).find((listed) => listed.name === name) ?? {};
    const isKnown = testing.nowMs() - Date.parse(changedAt) >= KNOWN_AFTER_MS;
    const dryRun = !settings.test || caller.demo.dryRun === true ? "address" : isKnown ? "always" : "soon";
    const trial = { name, url: config.publicBaseUrl, caller, dryRun } as const;
    for (const secret of secrets) findings.push(...(await tryProof({ ...trial, secret, until }, testing)));
  }
  findings.push(unproven("Whether the gateway takes a transfer, and the agent's session: a dry run does not contact it."));
  findings.push(unproven("Whether the caller has what was entered here."));
  const isWrong = findings.some(({ kind }) => kind === "wrong");
  return {
    json: { name, ok: !isWrong, findings },
    lines: findings.map(({ kind, what }) => `${kind.padEnd(10)}  ${what}`),
    exitCode: isWrong ? 1 : 0,
  };
}

function toInvoked(name: string): Finding {
  const mistake = findLexNameMistake(name);
  return mistake === undefined ? unproven("Lex invokes a function: npm run send -- lex-v2 plays it.") : wrong(`Its name ${mistake}.`);
}

async function findDocument(book: SecretBook, folder: "gateways" | "agents", name: string): Promise<Finding> {
  const kept = await book.read(folder, name);
  const what = `${folder.slice(0, -1)} ${name}`;
  if (kept === undefined) return wrong(`There is no ${what}: ccgw ${folder.slice(0, -1)} add ${name}`);
  try {
    await book.parse(folder, name, kept.document);
    return proven(`The functions take the document of ${what}.`);
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

interface Trial {
  readonly name: string;
  readonly url: string;
  readonly caller: Caller;
  readonly secret: KeptSecret;
  /** What makes a dry run of it: its address, or that its connection has `test`, which a function may not know yet. */
  readonly dryRun: "address" | "always" | "soon";
  /** Until when a refusal may be because a function has not read the document yet. */
  readonly until: number;
}

/** Of the caller, who is refused for a moment after a change. */
async function tryProof(trial: Trial, { send, nowMs, wait }: Testing): Promise<readonly Finding[]> {
  const { caller, secret } = trial;
  for (;;) {
    const { status, text } = await send(await toRequest(trial));
    if (status !== UNAUTHENTICATED) {
      const isTaken = proven(`The API takes its proof (${caller.verification.scheme}, secret ${secret.id}).`);
      return [isTaken, caller.demo.dryRun === true ? toDryRun(text, status) : toSampleTried(trial, text, status)];
    }
    if (nowMs() + AGAIN_AFTER_MS > trial.until)
      return [
        wrong(
          `The API refuses its proof (${caller.verification.scheme}, secret ${secret.id}): 401. Is the address the right one, and was it changed within this minute?`,
        ),
      ];
    await wait(AGAIN_AFTER_MS);
  }
}

/** Of a source that takes no dry run in the address. */
function toSampleTried({ name, dryRun }: Trial, text: string, status: number): Finding {
  const what = "Its mapping and targets:";
  if (dryRun === "soon")
    return unproven(
      `${what} it was changed a moment ago, and a function may not know yet that it has test. In ten minutes, they are tried.`,
    );
  if (dryRun === "address")
    return unproven(
      `${what} this source takes no dry run in the address. A connection of its own with --test is one that this command tries by a dry run.`,
    );
  if (isDryRun(text)) return proven(`${what} its sample comes to a whole transfer request, by a dry run.`);
  const { code, words } = toWords(text, status);
  const answer = `${what} as a dry run of its sample, the answer is ${words}. ccgw map --connection ${name} --sample FILE tries a body of yours.`;
  return WRONG.has(code) ? wrong(answer) : unproven(answer);
}

async function toRequest({ name, url, caller, secret: { value: secret }, dryRun }: Trial): Promise<Outgoing> {
  const { demo, verification, sample } = caller;
  const least = LEAST[demo.source];
  const body = least === undefined ? sample : JSON.stringify(least);
  const address = `${url}/v1/transfers/${name}${dryRun === "always" ? "" : "?dryRun=true"}`;
  const plain = { url: address, headers: { "content-type": demo.contentType, ...demo.headers?.(body, verification) }, body };
  return signerOf(verification.scheme)(plain, { verification, secret, now: new Date() });
}

/** What the least that can be asked for comes to. */
function toDryRun(text: string, status: number): Finding {
  if (isDryRun(text)) return proven("A dry run that names a call alone comes to a whole transfer request.");
  const { code, retryable, words } = toWords(text, status);
  if (retryable) return unproven(`What it asks for: for now, the answer is ${words}.`);
  if (code === INCOMPLETE)
    return unproven(`What it asks for: with a call alone, the answer is ${words}. What has no default, each request has to say.`);
  return wrong(`With a call alone, the answer is ${words}.`);
}

function toWords(text: string, status: number) {
  const { code, retryable, errors } = parseAnswer(text);
  const mistakes = Array.isArray(errors) ? errors.filter(isFields).map(({ pointer, detail }) => `${pointer} ${detail}`) : [];
  return { code, retryable: retryable === true, words: `${code ?? status}${mistakes.length > 0 ? ` (${mistakes.join(", ")})` : ""}` };
}

function parseAnswer(text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text);
    return isFields(json) ? json : {};
  } catch {
    return {};
  }
}

function proven(what: string): Finding {
  return { kind: "proven", what };
}

function wrong(what: string): Finding {
  return { kind: "wrong", what };
}

function unproven(what: string): Finding {
  return { kind: "not proven", what };
}
