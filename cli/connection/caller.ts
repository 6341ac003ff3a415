/** The caller of a connection, as this machine plays it: its sample, and where its proof goes. Signs with whichever secret it is given. */
import { readFile } from "node:fs/promises";
import type { Demo } from "../../dev/demo.ts";
import { findDemo } from "../../dev/demos.ts";
import { parsePorts } from "../../dev/ports.ts";
import { renewCalls } from "../../dev/sample.ts";
import { toVerification } from "../../dev/send-request.ts";
import type { Verification } from "../../dev/sign/signer.ts";
import { isFields } from "../../lib/transfer/request.ts";
import type { Document } from "../secret-book.ts";

const ROOT = new URL("../../", import.meta.url);

export interface Caller {
  readonly demo: Demo;
  /** Without secrets. */
  readonly verification: Verification;
  /** Its sample, of another call each time. */
  readonly sample: string;
}

export async function readCaller(source: string, document: Document): Promise<Caller> {
  const { verification } = document;
  const demo = findDemo(source);
  if (demo === undefined) throw new Error(`no demo of the source ${source}`);
  const { secrets: _kept, ...asked } = isFields(verification) ? verification : {};
  const text = await readFile(new URL(demo.sample, ROOT), "utf8");
  return {
    demo,
    verification: toVerification(demo, asked, parsePorts(process.env).tokens),
    sample: toOwn(renewCalls(demo.renew?.(text) ?? text), document).trimEnd(),
  };
}

/** What the connection may ask for: of its own agent, and to the first of its named targets, unless it may move calls to any. */
function toOwn(sample: string, { agentId, targets, allow }: Document): string {
  const ofAgent = typeof agentId === "string" ? sample.replace(/("agentId": *)"\d+"/, `$1"${agentId}"`) : sample;
  const [target] = isFields(targets) ? Object.keys(targets) : [];
  if (target === undefined || (isFields(allow) && allow.targets === "any")) return ofAgent;
  return ofAgent
    .replaceAll(/("target": *)\{[^{}]*\}/g, `$1"${target}"`)
    .replaceAll(/\b(?:skill-queue|agent|access-code):\d+\b/g, target)
    .replaceAll(/^ *"ccgw_skill_id": .*\n/gm, "");
}
