/** Rows of cells, the header first. */
export type Table = readonly (readonly string[])[];

/** A document's text with each table between its markers `<!-- name -->` and `<!-- /name -->`. Missing markers throw. */
export function fillTables(text: string, tables: Readonly<Record<string, Table>>): string {
  return Object.entries(tables).reduce((filled, [name, rows]) => fill(filled, name, rows), text);
}

function fill(text: string, name: string, [header = [], ...rows]: Table): string {
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document lacks the markers of ${name}`);
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  const table = [line(header), `|${"---|".repeat(header.length)}\n`, ...rows.map(line)].join("");
  return text.slice(0, from + start.length) + table + text.slice(to);
}
