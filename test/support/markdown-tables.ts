/** The tables of a Markdown document, by the heading that they stand under. Knows pipes escaped in a cell, and nothing of what the cells mean. */

export interface MarkdownTable {
  /** Of the nearest heading above it, without its #. */
  readonly heading: string;
  /** The text between that heading, or the table before, and this table. */
  readonly introduction: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function readTables(markdown: string): MarkdownTable[] {
  const tables: { heading: string; introduction: string; columns: string[]; rows: string[][] }[] = [];
  let heading = "";
  let introduction = "";
  let isInTable = false;
  let isInCode = false;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("```")) isInCode = !isInCode;
    const isRow = !isInCode && line.startsWith("|");
    if (isRow && !isInTable) {
      tables.push({ heading, introduction, columns: toCells(line), rows: [] });
      introduction = "";
    } else if (isRow && !/^\|[\s:|-]+\|$/.test(line)) tables.at(-1)?.rows.push(toCells(line));
    else if (!isRow) introduction += `${line}\n`;
    isInTable = isRow;
    if (isInCode || !line.startsWith("#")) continue;
    heading = line.replace(/^#+ /, "");
    introduction = "";
  }
  return tables;
}

/** What is between backticks in a cell that is nothing but that; the cell itself, otherwise. */
export function unquote(cell: string | undefined): string {
  return cell?.replace(/^`([^`]+)`$/, "$1") ?? "";
}

function toCells(row: string): string[] {
  return row
    .slice(1, row.lastIndexOf("|"))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
