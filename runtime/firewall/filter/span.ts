import type { EncodedRun } from "./encoded.ts";
import type { OutputKind, OutputSeverity } from "../../audit/output-finding.ts";

/** One place of a text that the filter has something to say of, in UTF-16 code units. */
export interface Span {
  readonly kind: OutputKind;
  readonly id: string;
  readonly severity: OutputSeverity;
  readonly start: number;
  readonly end: number;
}

/** More places than that in one text tell nobody anything: it is closed whole. */
export const SPANS_MAX = 20_000;

/** So much around such a place is read with it. */
const ODD_REACH = 300;

export interface OddPart {
  readonly start: number;
  end: number;
  hasEscapes: boolean;
}

/** Takes what the readers find. `isFull` once there is no use in reading on. */
export class SpanList {
  readonly spans: Span[] = [];
  isFull = false;
  /** How far the text is covered by secrets, and by instructions, that were found. */
  secretsTo = 0;
  instructionsTo = 0;
  linksTo = 0;
  commandsTo = 0;
  /** Places that seem to be text in base 64, and how far they were looked for. */
  readonly encoded: EncodedRun[] = [];
  encodedTo = 0;
  /** Parts of the text that may read otherwise than they are written. */
  readonly odd: OddPart[] = [];

  add(kind: OutputKind, id: string, severity: OutputSeverity, start: number, end: number): void {
    if (kind === "secrets") this.secretsTo = Math.max(this.secretsTo, end);
    else if (kind === "exfiltration") this.linksTo = Math.max(this.linksTo, end);
    else if (kind === "instructions") this.instructionsTo = Math.max(this.instructionsTo, end);
    this.push({ kind, id: `${kind}.${id}`, severity, start, end });
  }

  /** Something at `index` may read otherwise: as it looks, or with its escape undone. Indices come in their order. */
  noteOdd(index: number, isEscape: boolean): void {
    const last = this.odd.at(-1);
    if (last && index - ODD_REACH <= last.end) {
      last.end = index + ODD_REACH;
      last.hasEscapes ||= isEscape;
    } else
      this.odd.push({
        start: Math.max(0, index - ODD_REACH),
        end: index + ODD_REACH,
        hasEscapes: isEscape,
      });
  }

  push(span: Span): void {
    if (this.spans.length >= SPANS_MAX) this.isFull = true;
    else if (span.start < span.end) this.spans.push(span);
  }
}
