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

/** More places of one kind in one text tell nobody anything: where they are to be taken out, it is closed whole. */
export const SPANS_MAX = 5000;

/** So much around such a place is read with it. */
const ODD_REACH = 300;

export interface OddPart {
  readonly start: number;
  end: number;
  hasEscapes: boolean;
}

/** Takes what the readers find. Each kind has places of its own: none uses up another's. */
export class SpanList {
  readonly spans: Span[] = [];
  /** Kinds of which there is more than was kept. */
  readonly full = new Set<OutputKind>();
  readonly #counts = new Map<OutputKind, number>();
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
    if (span.start >= span.end) return;
    const count = this.#counts.get(span.kind) ?? 0;
    if (count >= SPANS_MAX) return void this.full.add(span.kind);
    this.#counts.set(span.kind, count + 1);
    this.spans.push(span);
  }
}
