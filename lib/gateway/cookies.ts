/**
 * The cookies of a load balancer: what an answer sets joins what is sent back. All of them go to the one host that set them, so Path, Domain and Secure
 * decide nothing here; and since only the `Cookie` header's text is kept, one that is to expire later stays until an answer takes it away.
 */
import { parseSetCookie } from "set-cookie-parser";

/** What RFC 6265 section 6.1 asks of a client for one host. */
const MAX_COOKIES = 50;
/** As in agent-access.ts. */
const MAX_CHARACTERS = 4096;
/** A token (RFC 9110 section 5.6.2). */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** Header-safe, and no end of the pair. Load balancers set more than RFC 6265 section 4.1.1 lets them. */
const VALUE = /^[\x20-\x3a\x3c-\x7e]*$/;
const SEPARATOR = "; ";

/** `held` is the text of the `Cookie` header so far, `setCookies` a value for each `Set-Cookie`. Empty where nothing is left; what does not fit is left out. */
export function mergeCookies(held: string | undefined, setCookies: readonly string[], nowMs: number): string {
  const pairs = new Map<string, string>();
  for (const pair of (held ?? "").split(";").map((text) => text.trim())) if (pair !== "") pairs.set(pair.split("=", 1)[0] ?? "", pair);

  // Silent: it would print the names and values that it does not take.
  for (const { name, value, maxAge, expires } of parseSetCookie(setCookies, { decodeValues: false, split: false, silent: true })) {
    if (!NAME.test(name) || !VALUE.test(value)) continue;
    // Max-Age comes first (RFC 6265 section 5.3).
    const isOver = maxAge === undefined ? expires !== undefined && expires.getTime() <= nowMs : maxAge <= 0;
    if (isOver) pairs.delete(name);
    else pairs.set(name, `${name}=${value}`);
  }
  return join([...pairs.values()]);
}

function join(pairs: readonly string[]): string {
  const kept: string[] = [];
  let characters = -SEPARATOR.length;
  for (const pair of pairs) {
    const longer = characters + SEPARATOR.length + pair.length;
    if (kept.length === MAX_COOKIES || longer > MAX_CHARACTERS) continue;
    kept.push(pair);
    characters = longer;
  }
  return kept.join(SEPARATOR);
}
