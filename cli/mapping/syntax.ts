/** Where in an expression something is wrong, shown as it stands there, and what JSONata itself says of one that it cannot read. */
import jsonata from "jsonata";

/** Of a line, on either side of the place. */
const SHOWN_BEFORE = 60;
const SHOWN_AFTER = 20;

interface Place {
  readonly line: number;
  readonly column: number;
  /** The line, and under it a mark. */
  readonly shown: readonly string[];
}

/** Of the character that a message ends with: the last one of what could not be read. */
export function findPlace(message: string, expression: string): Place | undefined {
  const character = /at character (\d+)$/.exec(message)?.[1];
  if (character === undefined) return undefined;
  const before = expression.slice(0, Number(character)).split("\n");
  const line = before.length;
  const column = before.at(-1)?.length ?? 0;
  const from = Math.max(0, column - SHOWN_BEFORE);
  const text = expression.split("\n")[line - 1]?.slice(from, column + SHOWN_AFTER) ?? "";
  const margin = text.slice(0, Math.max(0, column - from - 1)).replaceAll(/[^\t]/g, " ");
  return { line, column, shown: [`  ${text}`, `  ${margin}^`] };
}

/** Undefined where it can be read. */
export function toSyntaxMessage(expression: string): string | undefined {
  try {
    jsonata(expression);
    return undefined;
  } catch (error) {
    return typeof error === "object" && error !== null && "message" in error && typeof error.message === "string"
      ? error.message
      : undefined;
  }
}
