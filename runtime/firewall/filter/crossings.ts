import type { CompiledPolicy } from "./compile-policy.ts";
import { findSpans } from "./find-spans.ts";
import type { Span } from "./span.ts";

/** So much of each text is read together with the next ones. */
const EDGE_LENGTH = 256;
/** Rows of short texts are read whole. */
const WHOLE_LENGTH_MAX = 16 * 1024;
/** What the text around it makes of a value is not told by a neighbour. */
const BY_SURROUNDINGS = new Set([
  "secrets.service-key",
  "secrets.credential",
  "secrets.password",
  "secrets.url-password",
  "secrets.authorization",
]);

/** Which of `texts` hold a part of something that only several together spell, and what. */
export function findCrossings(
  texts: readonly string[],
  policy: CompiledPolicy,
): ReadonlyMap<number, Span> {
  const crossings = new Map<number, Span>();
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  for (const joint of ["", " "]) {
    if (total <= WHOLE_LENGTH_MAX) findIn(texts, 0, joint, policy, crossings);
    else
      for (let index = 0; index + 1 < texts.length; index++) {
        const [left = "", right = ""] = [texts[index], texts[index + 1]];
        findIn(
          [left.slice(-EDGE_LENGTH), right.slice(0, EDGE_LENGTH)],
          index,
          joint,
          policy,
          crossings,
        );
      }
  }
  return crossings;
}

function findIn(
  texts: readonly string[],
  first: number,
  joint: string,
  policy: CompiledPolicy,
  crossings: Map<number, Span>,
): void {
  const { spans } = findSpans(texts.join(joint), policy.personal);
  for (const span of spans) {
    if (policy.actions[span.kind] === undefined || BY_SURROUNDINGS.has(span.id)) continue;
    if (span.kind === "exfiltration" || span.kind === "terminal") continue;
    const touched: number[] = [];
    let from = 0;
    texts.forEach((text, index) => {
      if (span.start < from + text.length && span.end > from && text !== "") touched.push(index);
      from += text.length + joint.length;
    });
    const instructs = span.kind === "instructions";
    // An instruction's own words reach into the next text by themselves: its marker has to.
    if (touched.length < 2 || (instructs && isWithinFirst(texts, touched[0] ?? 0, policy)))
      continue;
    for (const index of touched) crossings.set(first + index, span);
  }
}

function isWithinFirst(texts: readonly string[], index: number, policy: CompiledPolicy): boolean {
  return findSpans(texts[index] ?? "", policy.personal).spans.some(
    ({ kind }) => kind === "instructions",
  );
}
