import { styleText } from "node:util";
import {
  formatVisibleJson,
  formatVisibleLine,
  isolateRightToLeft,
  makeVisible,
} from "../firewall/visible.ts";
import { layOutTable } from "./show/lay-out-table.ts";

/** What `style` writes, and nothing that conceals or blinks. Split by it, every second part is one. */
// oxlint-disable-next-line no-control-regex -- escape sequences are meant
const STYLES = /(\u001B\[(?:1|2|22|31|32|33|36|39)m)/;
const COLUMNS = 80;
const PROGRESS_CHARS_MAX = 100;

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Where a command's words go. With `--json` people's words are left out and one JSON value is printed at the end. */
export interface Output {
  readonly json: boolean;
  /** How wide a line may be: the terminal's width, and 80 where there is none. */
  readonly columns: number;
  /** A line for people, on stdout. */
  line(text?: string): void;
  /** Rows with a header, in columns that line up and fit a terminal. Cells are plain text and are made safe to print. */
  table(header: readonly string[], rows: readonly (readonly string[])[]): void;
  /** The command's result for programs, printed only with `--json`. */
  result(value: object): void;
  /** One JSON value for programs, with or without `--json`: on a line of its own, or over many lines. */
  data(value: object, layout: "line" | "lines"): void;
  /** What is being done now, on stderr: a line that replaces the last on a terminal, and nothing otherwise. */
  progress(text: string): void;
  progressDone(): void;
  style(style: Style, text: string): string;
  /** A yes-or-no question on a terminal. False when nobody can answer. */
  ask(question: string): Promise<boolean>;
}

/** A process's streams, as far as they are used here. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Whatever a line was put together from, a file's name included, a terminal obeys nothing in it but the styles of `style`. */
function keepStyles(text: string): string {
  const parts = text.split(STYLES);
  return parts
    .map((part, index) => (index % 2 === 1 ? part : makeVisible(part, { newlines: true })))
    .join("");
}

export function makeOutput({ stdin, stdout, stderr }: Terminal, json: boolean): Output {
  const colour = stdout.isTTY === true && !json && !process.env["NO_COLOR"];
  const style = (name: Style, text: string): string =>
    colour ? styleText(name, text, { validateStream: false }) : text;
  let progressShown = false;

  const clearProgress = (): void => {
    if (progressShown) stderr.write("\r\u001B[2K");
    progressShown = false;
  };
  const line = (text = ""): void => {
    clearProgress();
    if (json) return;
    const shown = colour ? keepStyles(text) : makeVisible(text, { newlines: true });
    stdout.write(`${stdout.isTTY === true ? isolateRightToLeft(shown) : shown}\n`);
  };

  return {
    json,
    columns: stdout.isTTY === true && stdout.columns ? stdout.columns : COLUMNS,
    line,
    style,
    table(header, rows) {
      const cells = rows.map((row) => row.map((cell) => makeVisible(cell)));
      const [head = [], ...body] = layOutTable(
        header,
        cells,
        stdout.isTTY === true ? stdout.columns : undefined,
      );
      for (const text of head) line(style("bold", text));
      for (const text of body.flat()) line(text);
    },
    result(value) {
      if (json) stdout.write(`${formatVisibleJson(value)}\n`);
    },
    data(value, layout) {
      stdout.write(`${layout === "line" ? formatVisibleLine(value) : formatVisibleJson(value)}\n`);
    },
    progress(text) {
      if (stderr.isTTY !== true || json) return;
      clearProgress();
      stderr.write(`${makeVisible(text.slice(0, PROGRESS_CHARS_MAX))}…`);
      progressShown = true;
    },
    progressDone: clearProgress,
    async ask(question) {
      if (stdin.isTTY !== true || json) return false;
      clearProgress();
      const { createInterface } = await import("node:readline/promises");
      const terminal = createInterface({ input: stdin, output: stdout });
      // Whoever ends the input instead of answering has not said yes.
      const ended = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
      try {
        const answer = await Promise.race([terminal.question(`${question} [y/N] `), ended]);
        return /^y(es)?$/i.test(answer.trim());
      } catch {
        return false;
      } finally {
        terminal.close();
      }
    },
  };
}
