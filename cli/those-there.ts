/** What there is of a kind, said where one of it is not there. */

const NAMED_MAX = 20;

interface Named {
  readonly name: string;
}

/** Nothing, where it is not known. */
export function toThoseThere(folder: string, known: readonly Named[] | undefined): readonly string[] {
  if (known === undefined) return [];
  const noun = folder.slice(0, -1);
  if (known.length === 0) return [`There is no ${noun} yet: ccgw ${noun} add makes one.`];
  const names = known.slice(0, NAMED_MAX).map(({ name }) => name);
  const more = known.length > NAMED_MAX ? `, and ${known.length - NAMED_MAX} more: ccgw ${noun} list` : "";
  return [`There ${known.length === 1 ? "is" : "are"} ${names.join(", ")}${more}.`];
}
