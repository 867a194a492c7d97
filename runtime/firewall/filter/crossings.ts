import type { CompiledPolicy } from "./compile-policy.ts";
import { findSpans } from "./find-spans.ts";
import type { Span } from "./span.ts";

/** So much of the beginning and of the end of each text is read together with its neighbours. */
const EDGE_LENGTH = 256;
/** So much is joined at once, and so much of it is joined again with what follows. */
const JOINED_LENGTH = 4096;
const AGAIN_LENGTH = 256;
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
  joints: readonly string[] = ["", " "],
): ReadonlyMap<number, Span> {
  const crossings = new Map<number, Span>();
  for (const joint of joints) {
    let [first, length] = [0, 0];
    texts.forEach((text, index) => {
      length += edgeOf(text).length;
      if (length < JOINED_LENGTH && index < texts.length - 1) return;
      findIn(texts, first, index, joint, policy, crossings);
      for (
        first = index + 1, length = 0;
        first > 0 && length < AGAIN_LENGTH && index - first < AGAIN_LENGTH;
      )
        length += edgeOf(texts[--first] ?? "").length;
    });
  }
  return crossings;
}

function edgeOf(text: string): string {
  return text.length <= 2 * EDGE_LENGTH
    ? text
    : `${text.slice(0, EDGE_LENGTH)}\n\n${text.slice(-EDGE_LENGTH)}`;
}

function findIn(
  texts: readonly string[],
  first: number,
  last: number,
  joint: string,
  policy: CompiledPolicy,
  crossings: Map<number, Span>,
): void {
  if (last <= first) return;
  const edges = texts.slice(first, last + 1).map(edgeOf);
  const { spans } = findSpans(edges.join(joint), policy.personal);
  for (const span of spans) {
    if (policy.actions[span.kind] === undefined || BY_SURROUNDINGS.has(span.id)) continue;
    if (span.kind === "exfiltration" || span.kind === "terminal") continue;
    const touched = touchedBy(span, edges, joint);
    // An instruction's own words reach into the next text by themselves: its marker has to.
    const isOwn = span.kind === "instructions" && isFound(edges[touched[0] ?? 0] ?? "", policy);
    if (touched.length < 2 || isOwn) continue;
    for (const index of touched) crossings.set(first + index, span);
  }
}

function touchedBy(span: Span, edges: readonly string[], joint: string): readonly number[] {
  const touched: number[] = [];
  let from = 0;
  edges.forEach((edge, index) => {
    if (edge !== "" && span.start < from + edge.length && span.end > from) touched.push(index);
    from += edge.length + joint.length;
  });
  return touched;
}

function isFound(text: string, policy: CompiledPolicy): boolean {
  return findSpans(text, policy.personal).spans.some(({ kind }) => kind === "instructions");
}
