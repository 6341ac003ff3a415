/** The caller of a connection, as this machine plays it: its sample, and where its proof goes. Signs with whichever secret it is given. */
import { readFile } from "node:fs/promises";
import type { Demo } from "../../dev/demo.ts";
import { findDemo } from "../../dev/demos.ts";
import { parsePorts } from "../../dev/ports.ts";
import { renewCalls, toOwnSample } from "../../dev/sample.ts";
import { toVerification } from "../../dev/send-request.ts";
import type { Verification } from "../../dev/sign/signer.ts";
import { SOURCES } from "../../lib/sources/all.ts";
import { isFields } from "../../lib/transfer/request.ts";
import type { Document } from "../secret-book.ts";

const ROOT = new URL("../../", import.meta.url);
/** A member, or a line of one. It asks for a further transfer on purpose: no part of a sample. */
const ATTEMPT = /^ *"ccgw_attempt": "[^"]*",\n|,\n *"ccgw_attempt": "[^"]*"(?=\n)/gm;

export interface Caller {
  readonly demo: Demo;
  /** Without secrets. `in` has all places where this caller may put one, headers first: addresses are kept in more places. */
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
  const usual = toVerification(demo, asked, parsePorts(process.env).tokens);
  const places = findPlaces(source, usual.scheme, asked.in);
  return {
    demo,
    verification: places === undefined ? usual : { ...usual, in: places },
    sample: toOwnSample(renewCalls(demo.renew?.(text) ?? text), document)
      .replaceAll(ATTEMPT, "")
      .trimEnd(),
  };
}

function findPlaces(sourceId: string, schemeId: string, asked: unknown): readonly string[] | undefined {
  const scheme = SOURCES.find(({ id }) => id === sourceId)?.schemes.find(({ id }) => id === schemeId);
  if (scheme?.places === undefined) return undefined;
  const places = Array.isArray(asked) ? asked.map(String) : scheme.places;
  return places.toSorted((one, other) => Number(one === "query") - Number(other === "query"));
}
