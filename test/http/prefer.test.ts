import { describe, expect, it } from "vitest";
import { prefersRespondAsync } from "../../lib/http/prefer.ts";

describe("Prefer: respond-async", () => {
  it.each([
    "respond-async",
    "Respond-Async",
    "RESPOND-ASYNC",
    " respond-async ",
    "respond-async, wait=10",
    "wait=10,respond-async",
    "return=minimal , respond-async",
    "respond-async; foo=bar",
    'respond-async;foo="a, b"',
    'respond-async=""',
    'handling="strict, please", respond-async',
    'foo="a \\" b", respond-async',
    ", respond-async,",
    "wait=10, respond-async, respond-async",
  ])("is asked for by %j", (header) => {
    expect(prefersRespondAsync(header)).toBe(true);
  });

  it.each([
    undefined,
    "",
    "wait=10",
    "respond",
    "respond-asynchronously",
    "no-respond-async",
    "respond async",
    "respond-sync",
    "foo; respond-async",
    "foo=respond-async",
    'foo="respond-async"',
    'foo="a, respond-async"',
    'foo="a, respond-async, b", bar',
    'foo="\\", respond-async, "',
    "respond-async=false",
    'respond-async="no"',
  ])("is not asked for by %j", (header) => {
    expect(prefersRespondAsync(header)).toBe(false);
  });
});
