/** The function that makes all checks from where the others run: invoked by `ccgw doctor --remote`, and answers with what each found. */
import type { Context } from "aws-lambda";
import * as z from "zod";
import type { Log } from "../log.ts";
import { toRunDeadline } from "../sessions/run-context.ts";
import { inOurWords, toOneLine } from "../transfer/issue-words.ts";
import type { Diagnose } from "./diagnose.ts";
import type { Finding } from "./finding.ts";

/** `callbacks`: whether receivers are reached from here as they are told. */
const Asked = z.strictObject({ connection: z.string().optional(), gateway: z.string().optional(), callbacks: z.boolean().default(true) });

const OUT_OF_SIGHT = {
  detail: "deliver-callbacks, which posts there, is in another network than this function: what this one reaches says nothing of it.",
  hint: "ccgw doctor without --remote, which looks at them from where it runs",
};

interface DiagnosisHandlerOptions {
  readonly diagnose: Diagnose;
  readonly log: Log;
}

/** What was asked for is none: nothing is looked at. Answered, not thrown, since it is no fault of the function, whose errors ring. */
export interface DiagnosisRefused {
  readonly error: string;
}

export function createDiagnosisHandler({ diagnose, log }: DiagnosisHandlerOptions) {
  return async (event: unknown, context: Context): Promise<{ readonly findings: readonly Finding[] } | DiagnosisRefused> => {
    const parsed = Asked.safeParse(event, { error: inOurWords });
    if (!parsed.success) return { error: toOneLine(parsed.error) };
    const { callbacks, ...scope } = parsed.data;
    const findings: Finding[] = [];
    const asked = { ...scope, withoutCallbacks: callbacks ? undefined : OUT_OF_SIGHT, deadline: toRunDeadline(context) };
    for await (const stage of diagnose(asked)) findings.push(...(await stage.findings));
    const failed = findings.filter(({ verdict }) => verdict === "failed").length;
    log.run("diagnosis", { lambdaRequestId: context.awsRequestId, entries: findings.length, failed });
    return { findings };
  };
}
