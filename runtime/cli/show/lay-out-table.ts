import { columnsOf, wrapText } from "./wrap-text.ts";

const GAP = "  ";
/** Narrower than this no column is made: a terminal that is too small breaks the lines itself. */
const WIDTH_MIN = 12;

/**
 * Lines of a table whose columns line up, the header's first. With `columns`, cells of the widest columns are broken into
 * several lines until a row fits; without, each row is one line, for programs that read line by line.
 * Cells were made visible.
 */
export function layOutTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns?: number,
): readonly string[][] {
  const natural = header.map((title, column) =>
    Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[column] ?? ""))),
  );
  const widths = columns === undefined ? natural : shrink(natural, columns);
  return [header, ...rows].map((row) => {
    const cells = widths.map((width, column) => {
      const cell = row[column] ?? "";
      return columnsOf(cell) <= width ? [cell] : wrapText(cell, width);
    });
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, index) =>
      cells
        .map((lines, column) => pad(lines[index] ?? "", widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    );
  });
}

/** Takes from the widest column, as long as there is one that may become narrower. */
function shrink(natural: readonly number[], columns: number): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - columns;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= WIDTH_MIN) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess--;
  }
  return widths;
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - columnsOf(text)));
}
