/** The `Prefer` header (RFC 7240), as far as anybody here keeps to it. A preference that is not understood is ignored (section 2). */

/** Quoted texts can hold a comma. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g;
/** An empty value is no value (section 2), and another one is none that the preference has. */
const RESPOND_ASYNC = /^respond-async(?:\s*=\s*"")?$/i;

/** `respond-async` (section 4.1): rather an answer that says where to ask than one that has to be waited for. Parameters say nothing. */
export function prefersRespondAsync(header = ""): boolean {
  const preferences = header.replace(QUOTED, (text) => (text === '""' ? text : '"…"')).split(",");
  return preferences.some((preference) => RESPOND_ASYNC.test((preference.split(";")[0] ?? "").trim()));
}
