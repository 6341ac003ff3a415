/** No bot is told that nothing happened where something may have: of a delivery id that was used for another request, too. */
import { describe, expect, it } from "vitest";
import { FAILURES, type FailureCode, TransferError } from "../../lib/errors.ts";
import { PROOF, toWebhook } from "../support/connect-documents.ts";
import { configure } from "../support/open-source.ts";

const BOTS = ["botpress", "dialogflow-cx", "lex-v2", "rasa"] as const;
const CODES = Object.keys(FAILURES).filter((code): code is FailureCode => Object.hasOwn(FAILURES, code));
const TEXTS = { unknown: { default: "said of unknown" }, failed: { default: "said of failed" } };
/** Botpress shows no text. */
const CONNECTIONS: Readonly<Record<string, object>> = { botpress: {}, rasa: { texts: TEXTS, events: ["action_hand_over"] } };

async function answerOf(source: string, error: TransferError): Promise<string> {
  const verification = source === "lex-v2" ? { scheme: "invoked-by-lambda" } : { secrets: [{ id: "k", value: "never-compared" }] };
  const { open } = await configure({ source, verification, ...(CONNECTIONS[source] ?? { texts: TEXTS }) });
  const opened = await open(toWebhook(source), PROOF);
  return opened.reply([{ kind: "failure", error }], () => expect.unreachable()).body;
}

describe.each(BOTS)("%s", (source) => {
  it.each(CODES)("hears of %s with effect unknown that it may have happened", async (code) => {
    const body = await answerOf(source, new TransferError(code, { reason: "planted", effect: "unknown", transferId: "t-of-the-first" }));
    expect(body).toContain('"unknown"');
    expect(body).not.toMatch(/"(failed|Failed)"|said of failed/);
    expect(body.includes("t-of-the-first")).toBe(code !== "idempotency-mismatch");
  });

  it("hears of a used delivery id whose first did nothing that it failed", async () => {
    const error = new TransferError("idempotency-mismatch", { reason: "planted", effect: "none", transferId: "t-of-the-first" });
    const body = await answerOf(source, error);
    expect(body).toContain('"failed"');
    expect(body).not.toContain("t-of-the-first");
  });
});
