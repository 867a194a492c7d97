import type { JsonValue } from "@glovebox/host-api/json";
import { joinPath } from "../../firewall/tool-path.ts";
import { formatReadableJson, makeReadable } from "../../firewall/visible.ts";
import type { ToolView, UserParameter } from "../../firewall/tool-view.ts";
import type { Output } from "../output.ts";
import { columnsOf, wrapText } from "./wrap-text.ts";

const INDENT = "    ";
/** From here on the two views stand side by side. */
const COLUMNS_WIDE = 120;
const LEFT_SHARE = 0.36;
const SEVERITY_STYLES = { high: "red", medium: "yellow", low: "dim" } as const;

/** Before every line of what the model reads, and before our remarks on it: no text can draw them, since it is wrapped behind them. */
const READ = "| ";
const REMARK = "! ";
/** What the author wrote stands deeper than our words about it, so that no text can look like the next row. */
const DEEPER = "  ";

type Paint = (line: string) => string;

/** Our word for a part of the definition, and the part to the letter. */
interface Part {
  readonly label: string;
  readonly text: string;
}

interface Remark {
  readonly text: string;
  readonly paint: Paint;
}

/** A part of a tool: what a client shows of it, what the model reads of it, and what is to be said about it. */
interface Row {
  readonly where: string;
  readonly user: string;
  readonly model: Part | undefined;
}

/**
 * Shows each tool as a client shows it to a person, and beside it exactly what the model reads: to the letter, with everything that
 * could hide made visible. Hidden parameters and findings are marked where they stand. Side by side on a wide terminal, else one
 * below the other.
 */
export function showTools(views: readonly ToolView[], out: Output): void {
  for (const view of views) {
    out.line(`  ${out.style("cyan", makeReadable(view.tool))}`);
    const rows = rowsOf(view);
    if (out.columns >= COLUMNS_WIDE) showBeside(rows, remarksOn(view, rows, out), out);
    else showBelow(rows, remarksOn(view, rows, out), out);
  }
}

function rowsOf({ user, model }: ToolView): Row[] {
  const { name, title, description, inputSchema, ...rest } = model;
  const schema = asObject(inputSchema);
  const properties = asObject(schema?.["properties"]);
  const { properties: _, ...schemaRest } = schema ?? {};
  const fields = new Map(user.parameters.map((field) => [field.where, field]));
  const parameters = Object.entries(properties ?? {}).map(([key, value]): Row => {
    const where = joinPath("inputSchema.properties", key);
    const field = fields.get(where);
    fields.delete(where);
    return {
      where,
      user: field ? describe(field) : "",
      model: { label: `parameter ${plainName(key)}`, text: formatReadableJson(value) },
    };
  });
  const label = user.hints.length > 0 ? `${user.label}  [${user.hints.join(", ")}]` : user.label;
  return [
    { where: "name", user: label, model: { label: "name", text: name } },
    {
      where: "title",
      user: "",
      model: title === undefined ? undefined : { label: "title", text: title },
    },
    {
      where: "description",
      user: user.summary,
      model: { label: "description", text: description ?? "" },
    },
    ...parameters,
    ...[...fields.values()].map((field) => ({
      where: field.where,
      user: describe(field),
      model: undefined,
    })),
    wholeRow("inputSchema", properties ? schemaRest : inputSchema),
    ...Object.entries(rest).map(([key, value]) => wholeRow(key, value)),
    { where: "", user: "", model: undefined },
  ];
}

function wholeRow(key: string, value: JsonValue | undefined): Row {
  const model =
    value === undefined ? undefined : { label: plainName(key), text: formatReadableJson(value) };
  return { where: joinPath("", key), user: "", model };
}

function describe({ name, type, required }: UserParameter): string {
  return `${plainName(name)}  ${type}${required ? "" : ", optional"}`;
}

/** A name as it is, and in quotes where it could be taken for more than a name. */
function plainName(name: string): string {
  return joinPath("", name);
}

/** Each remark once, at the row that it is about; at the last one, which stands for the whole tool, what belongs to no other. */
function remarksOn(
  view: ToolView,
  rows: readonly Row[],
  out: Output,
): ReadonlyMap<Row, readonly Remark[]> {
  const found = new Map<Row, Remark[]>();
  const rowAt = indexRows(rows);
  const add = (where: string, text: string, paint: Paint): void => {
    const row = rowAt(where);
    const remarks = row && found.get(row);
    if (remarks) remarks.push({ text, paint });
    else if (row) found.set(row, [{ text, paint }]);
  };
  const flagged = new Set(view.findings.map(({ where }) => where));
  for (const { where, name, why, addresses_model: isGrave } of view.hidden_parameters)
    if (!flagged.has(where))
      add(where, `hidden ${plainName(name)}: ${why}`, (line) =>
        out.style(isGrave ? "red" : "dim", line),
      );
  for (const { id, severity, why, quote, where } of view.findings) {
    const at = where === "" ? "" : ` at ${where}`;
    const text = `${severity} ${id}${at}: ${why}${quote === undefined ? "" : ` It reads: ${quote}`}`;
    add(where, text, (line) => out.style(SEVERITY_STYLES[severity], line));
  }
  return found;
}

/**
 * Finds the row of which a path is, or of a place below it: the longest that there is. Everything is below the tool itself.
 * Looked up and not searched: a tool may have ten thousand parameters, each with a remark.
 */
function indexRows(rows: readonly Row[]): (where: string) => Row | undefined {
  const byWhere = new Map(rows.map((row) => [row.where, row]));
  const longest = rows.reduce((most, { where }) => Math.max(most, where.length), 0);
  return (where) => {
    for (let end = Math.min(where.length, longest); end > 0; end--) {
      const isEnd = end === where.length || where[end] === "." || where[end] === "[";
      const row = isEnd ? byWhere.get(where.slice(0, end)) : undefined;
      if (row) return row;
    }
    return byWhere.get("");
  };
}

type Remarks = ReadonlyMap<Row, readonly Remark[]>;

function showBelow(rows: readonly Row[], remarks: Remarks, out: Output): void {
  out.line(`${INDENT}${out.style("dim", "a client shows")}`);
  const columns = out.columns - INDENT.length - READ.length;
  for (const { user } of rows)
    if (user !== "") for (const line of wrap(user, columns)) out.line(`${INDENT}  ${line}`);
  out.line(`${INDENT}${out.style("dim", "the model reads")}`);
  for (const row of rows)
    for (const line of readLines(row, remarks, columns)) out.line(`${INDENT}${line}`.trimEnd());
}

function showBeside(rows: readonly Row[], remarks: Remarks, out: Output): void {
  const left = Math.floor((out.columns - INDENT.length) * LEFT_SHARE);
  const columns = out.columns - INDENT.length - left - READ.length - 1;
  const line = (shown: string, read: string): void => {
    const blanks = " ".repeat(Math.max(0, left - columnsOf(shown)));
    out.line(`${INDENT}${shown}${blanks} ${read}`.trimEnd());
  };
  line("a client shows", "the model reads");
  for (const row of rows) {
    const shown = row.user === "" ? [] : wrap(row.user, left);
    const read = readLines(row, remarks, columns);
    for (let index = 0; index < Math.max(shown.length, read.length); index++)
      line(shown[index] ?? "", read[index] ?? READ);
  }
}

function readLines(row: Row, remarks: Remarks, columns: number): string[] {
  const lines: string[] = [];
  if (row.model) {
    const { label, text } = row.model;
    const isShort = columnsOf(label) + text.length < columns && isOneLine(text);
    if (isShort) lines.push(`${READ}${label}  ${wrap(text, columns).join("")}`);
    else
      lines.push(
        `${READ}${label}`,
        ...wrap(text, columns - DEEPER.length).map((line) => `${READ}${DEEPER}${line}`),
      );
  }
  for (const { text, paint } of remarks.get(row) ?? [])
    lines.push(...wrap(text, columns).map((line) => paint(`${REMARK}${line}`)));
  return lines;
}

/** What certainly takes one line as it is. */
function isOneLine(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

function wrap(text: string, columns: number): string[] {
  return wrapText(makeReadable(text, { newlines: true }), columns);
}

function asObject(value: JsonValue | undefined): { readonly [key: string]: JsonValue } | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return value as { readonly [key: string]: JsonValue };
}
