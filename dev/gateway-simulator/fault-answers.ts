/**
 * What a faulty answer holds and how it goes over the wire. It decides neither which fault is due nor whether a call moves.
 * Silent in the documents: what a failing gateway or its load balancer sends besides retcodes; these pages and texts are made up.
 */
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pause } from "./clock.ts";
import type { GatewayConnection } from "./connections.ts";
import type { RequestFault } from "./faults.ts";

export const JSON_TYPE = "application/json; charset=UTF-8";
const HTML_TYPE = "text/html; charset=UTF-8";
const HUGE_HEAD = '{"message":"success","retcode":"0","result":"';
const HUGE_TAIL = '"}';
const CHUNK_BYTES = 65_536;

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** Further ones. They go with the text that they came with: what another text takes the place of, takes them along. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

/** What is answered instead of `usual`: undefined for nothing at all. */
export function toFaultyAnswer(fault: RequestFault, usual: Answer): Answer | undefined {
  switch (fault.kind) {
    case "hang":
      return undefined;
    case "drop":
      return fault.when === "during-response" ? usual : undefined;
    case "retcode":
      return { status: usual.status, contentType: usual.contentType, text: toRetcodeText(fault) };
    case "status":
      return { status: fault.status, contentType: fault.contentType ?? HTML_TYPE, text: fault.body ?? toPage(`HTTP ${fault.status}`) };
    case "html":
      return { status: 200, contentType: HTML_TYPE, text: toPage("Sign in") };
    case "body":
      return { status: 200, contentType: fault.contentType ?? JSON_TYPE, text: fault.body };
    case "truncated-json":
      return { ...usual, text: usual.text.slice(0, -4) };
    case "content-type":
      return { ...usual, contentType: fault.contentType };
    case "huge-json":
      return { status: usual.status, contentType: usual.contentType, text: HUGE_HEAD + HUGE_TAIL };
    default:
      return usual;
  }
}

export interface Delivery {
  readonly response: ServerResponse;
  readonly connection: GatewayConnection;
  /** Ends what takes its time. */
  readonly signal: AbortSignal;
}

export async function deliver(answer: Answer, fault: RequestFault | undefined, delivery: Delivery): Promise<void> {
  const { response, connection, signal } = delivery;
  response.statusCode = answer.status;
  response.setHeader("content-type", answer.contentType);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (connection.retiring) response.setHeader("connection", "close");
  const bytes = Buffer.from(answer.text, "utf8");

  if (fault?.kind === "huge-json") {
    response.setHeader("content-length", fault.bytes);
    // It fails only when the client has gone.
    return pipeline(Readable.from(toHugeChunks(fault.bytes)), response).catch(() => {});
  }
  if (fault?.kind === "drip") {
    response.setHeader("content-length", bytes.length);
    for (const byte of bytes) {
      if (!(await pause(fault.ms, signal)) || response.destroyed) return;
      response.write(Uint8Array.of(byte));
    }
  } else if (fault?.kind === "drop") {
    response.setHeader("content-length", bytes.length);
    return void response.write(bytes.subarray(0, bytes.length / 2), () => connection.cut(fault));
  } else if (fault?.kind === "keep-alive-close") {
    response.once("finish", () => connection.close());
  }
  response.end(fault?.kind === "drip" ? undefined : bytes);
}

function toRetcodeText({ retcode, message, result }: Extract<RequestFault, { kind: "retcode" }>): string {
  // A result that was not given leaves no field.
  return JSON.stringify({ message: message ?? (retcode === "0" ? "success" : "simulated failure"), result, retcode });
}

function toPage(title: string): string {
  return `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
}

function* toHugeChunks(bytes: number): Generator<string> {
  yield HUGE_HEAD;
  const padding = "x".repeat(CHUNK_BYTES);
  for (let left = bytes - HUGE_HEAD.length - HUGE_TAIL.length; left > 0; left -= CHUNK_BYTES) {
    yield left < CHUNK_BYTES ? padding.slice(0, left) : padding;
  }
  yield HUGE_TAIL;
}
