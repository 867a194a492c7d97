// What a document says, cut into the units that can be true or false each by itself.

/** One sentence, list entry or table row, under the nearest heading. */
export interface Statement {
  readonly heading: string;
  readonly text: string;
}

/**
 * Every statement of a Markdown text: lines of prose (this house writes one sentence on each), list entries, table rows, and
 * comments in blocks of shell and YAML. Left out are headings, the rest of such blocks, the headers of tables, and the tables
 * that are generated from sources (between markers `<!-- name -->` and `<!-- /name -->`), which a test holds against those.
 */
export function statementsOf(markdown: string): readonly Statement[] {
  return linesOf(markdown).statements;
}

/** What is left out above although people read it as they read the rest: headings, and the headers of tables. */
export function titlesOf(markdown: string): readonly string[] {
  return linesOf(markdown).titles;
}

interface Lines {
  readonly statements: readonly Statement[];
  readonly titles: readonly string[];
}

function linesOf(markdown: string): Lines {
  const statements: Statement[] = [];
  const titles: string[] = [];
  let heading = "";
  let fence: string | null = null;
  let isCommented = false;
  let generated: string | null = null;
  const lines = markdown.split("\n");
  for (const [index, line] of lines.entries()) {
    const [mark] = /^\s*(?:```+|~~~+)/.exec(line) ?? [];
    if (fence !== null) {
      const [, comment] = /(?:^|\s)#\s+(.*)$/.exec(line) ?? [];
      if (mark?.trim() === fence && line.trim() === fence) fence = null;
      else if (isCommented && comment !== undefined) statements.push({ heading, text: comment });
    } else if (generated !== null) {
      if (line === `<!-- /${generated} -->`) generated = null;
    } else if (mark !== undefined) {
      fence = mark.trim();
      isCommented = /^(?:sh|yaml)$/.test(line.trim().slice(fence.length));
    } else {
      const [, name] = /^<!-- ([\w-]+) -->$/.exec(line) ?? [];
      const [, title] = /^#+ (.*)$/.exec(line) ?? [];
      if (name !== undefined && lines.includes(`<!-- /${name} -->`, index)) generated = name;
      else if (title !== undefined) titles.push((heading = title));
      else if (isRuleOfTable(lines[index + 1] ?? "")) titles.push(line.trim());
      else if (line.trim() !== "" && !isRuleOfTable(line))
        statements.push({ heading, text: line.trim() });
    }
  }
  return { statements, titles };
}

/** The line between a table's header and its rows. */
function isRuleOfTable(line: string): boolean {
  return /^\|[-:| ]+\|$/.test(line.trim());
}
