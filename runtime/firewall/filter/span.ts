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

/** Takes what the readers find. `isFull` once there is no use in reading on. */
export class SpanList {
  readonly spans: Span[] = [];
  isFull = false;
  /** How far the text is covered by secrets, and by instructions, that were found. */
  secretsTo = 0;
  instructionsTo = 0;
  linksTo = 0;
  /** Places that seem to be text in base 64, and how far they were looked for. */
  readonly encoded: EncodedRun[] = [];
  encodedTo = 0;

  add(kind: OutputKind, id: string, severity: OutputSeverity, start: number, end: number): void {
    if (kind === "secrets") this.secretsTo = Math.max(this.secretsTo, end);
    else if (kind === "exfiltration") this.linksTo = Math.max(this.linksTo, end);
    else if (kind === "instructions") this.instructionsTo = Math.max(this.instructionsTo, end);
    this.push({ kind, id: `${kind}.${id}`, severity, start, end });
  }

  push(span: Span): void {
    if (this.spans.length >= SPANS_MAX) this.isFull = true;
    else if (span.start < span.end) this.spans.push(span);
  }
}
