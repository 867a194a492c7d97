import type { Severity } from "../finding.ts";
import { CONCEPTS } from "./concepts.ts";
import type { Concept } from "./concepts.ts";
import { numberOf } from "./lexicon.ts";
import type { Mention } from "./mentions.ts";

/**
 * A sentence's skeleton: concepts that follow each other, not further apart than `gap` words each.
 * `steps` names them in order: `"read secretPath|configPath send"`; a step may be followed by its own gap, `"send/12"`.
 */
export interface Phrase {
  readonly steps: string;
  readonly gap?: number;
  readonly severity: Severity;
  readonly why: string;
  /** A phrase that itself denies ("do not tell"); others do not count what is denied ("never reads"). */
  readonly denies?: true;
}

/** Where a phrase was found in a folded text. */
export interface Sign {
  readonly phrase: Phrase;
  readonly start: number;
  readonly end: number;
}

const GAP = 5;

interface Step {
  readonly concepts: readonly number[];
  readonly gap: number;
}

/** One step of one phrase, after its first. */
interface Use {
  readonly phrase: Phrase;
  readonly step: number;
  readonly gap: number;
  /** What the step before it was, where that was the phrase's first; where else its state lies. */
  readonly first: readonly number[];
  readonly place: number;
  readonly isLast: boolean;
}

const NOWHERE = -1_000_000;
/** Further than any gap, so that nothing of one text is near to anything of the next. */
const BETWEEN_TEXTS = 1_000_000;
const POSITION_MAX = 2 ** 31 - 1;

/** Finds all phrases at once. */
export class PhraseMatcher {
  /** By concept: which steps of which phrases it may be. */
  readonly #uses: readonly (readonly Use[])[];
  /** By concept: the phrases that are nothing else. */
  readonly #single: readonly (readonly Phrase[])[];
  /** The same for the sets of concepts that words have; these arrays are shared, so there are few. */
  readonly #merged = new WeakMap<readonly number[], readonly Use[]>();
  /**
   * Where each step of each phrase was met last, and each concept: among all mentions, and among those that are not denied.
   * Most texts are a word or two, so nothing is wiped between them: each text's positions go on far behind the last one's.
   */
  readonly #ends: Int32Array;
  readonly #starts: Int32Array;
  readonly #lastEnds = new Int32Array(2 * CONCEPTS.length).fill(NOWHERE);
  readonly #lastStarts = new Int32Array(2 * CONCEPTS.length);
  #origin = 0;

  constructor(phrases: readonly Phrase[]) {
    const uses = CONCEPTS.map((): Use[] => []);
    const single = CONCEPTS.map((): Phrase[] => []);
    let place = 0;
    for (const phrase of phrases) {
      const [first, ...rest] = compileSteps(phrase);
      const beginning = first?.concepts ?? [];
      if (rest.length === 0) for (const concept of beginning) single[concept]?.push(phrase);
      for (const [index, { concepts, gap }] of rest.entries()) {
        const isLast = index === rest.length - 1;
        const before = index === 0 ? beginning : [];
        const use = { phrase, step: index + 1, gap, first: before, place: place++, isLast };
        for (const concept of concepts) uses[concept]?.push(use);
      }
    }
    this.#uses = uses;
    this.#single = single;
    this.#ends = new Int32Array(place).fill(NOWHERE);
    this.#starts = new Int32Array(place);
  }

  /** The first place of each phrase in the text that `mentions` were read from. Linear in the mentions. */
  match(mentions: readonly Mention[]): readonly Sign[] {
    if (mentions.length === 0) return [];
    const found = new Map<Phrase, Sign>();
    const [ends, starts] = [this.#ends, this.#starts];
    const [lastEnds, lastStarts] = [this.#lastEnds, this.#lastStarts];
    const origin = this.#moveOn(mentions.at(-1)?.position ?? 0);
    for (const mention of mentions) {
      const { concepts, isDenied } = mention;
      const position = origin + mention.position;
      for (const { phrase, gap, first, place, isLast } of this.#usesOf(concepts)) {
        if (isDenied && phrase.denies === undefined) continue;
        let end = NOWHERE;
        let start = 0;
        if (first.length === 0) {
          end = ends[place - 1] ?? NOWHERE;
          start = starts[place - 1] ?? 0;
        } else {
          const kind = phrase.denies === undefined ? CONCEPTS.length : 0;
          for (const concept of first) {
            const last = lastEnds[kind + concept] ?? NOWHERE;
            if (last <= end) continue;
            end = last;
            start = lastStarts[kind + concept] ?? 0;
          }
        }
        const distance = position - end;
        if (distance < 1 || distance > gap) continue;
        ends[place] = position;
        starts[place] = start;
        if (isLast && !found.has(phrase)) found.set(phrase, { phrase, start, end: mention.end });
      }
      for (const concept of concepts) {
        for (const phrase of this.#single[concept] ?? []) {
          if ((isDenied && phrase.denies === undefined) || found.has(phrase)) continue;
          found.set(phrase, { phrase, start: mention.start, end: mention.end });
        }
        for (const kind of isDenied ? [0] : [0, CONCEPTS.length]) {
          lastEnds[kind + concept] = position;
          lastStarts[kind + concept] = mention.start;
        }
      }
    }
    return [...found.values()];
  }

  /** Where the positions of a new text begin. */
  #moveOn(length: number): number {
    if (this.#origin > POSITION_MAX - length - 2 * BETWEEN_TEXTS) {
      this.#ends.fill(NOWHERE);
      this.#lastEnds.fill(NOWHERE);
      this.#origin = 0;
    }
    const origin = this.#origin;
    this.#origin = origin + length + BETWEEN_TEXTS;
    return origin;
  }

  /** Later steps first: a word is one step, and does not move the step before from under itself. */
  #usesOf(concepts: readonly number[]): readonly Use[] {
    let merged = this.#merged.get(concepts);
    if (merged === undefined) {
      const all = new Set(concepts.flatMap((concept) => this.#uses[concept] ?? []));
      merged = [...all].toSorted((left, right) => right.step - left.step);
      this.#merged.set(concepts, merged);
    }
    return merged;
  }
}

function compileSteps({ steps, gap = GAP }: Phrase): readonly Step[] {
  return steps.split(" ").map((step) => {
    const [names = "", own] = step.split("/");
    const concepts = names.split("|").map((name) => numberOf(name as Concept));
    return { concepts, gap: own === undefined ? gap : Number(own) };
  });
}
