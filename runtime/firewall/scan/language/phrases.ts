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

/** One step of one phrase. */
interface Use {
  readonly phrase: Phrase;
  readonly step: number;
  readonly gap: number;
  /** Where its state lies; that of the step before lies before it. */
  readonly place: number;
  readonly isLast: boolean;
}

const NOWHERE = -1_000_000;

/** Finds all phrases at once. */
export class PhraseMatcher {
  /** By concept: which steps of which phrases it may be. */
  readonly #uses: readonly (readonly Use[])[];
  /** The same for the sets of concepts that words have; these arrays are shared, so there are few. */
  readonly #merged = new WeakMap<readonly number[], readonly Use[]>();
  readonly #stateSize: number;

  constructor(phrases: readonly Phrase[]) {
    const uses = CONCEPTS.map((): Use[] => []);
    let place = 0;
    for (const phrase of phrases) {
      const steps = compileSteps(phrase);
      for (const [step, { concepts, gap }] of steps.entries()) {
        const use = { phrase, step, gap, place: place++, isLast: step === steps.length - 1 };
        for (const concept of concepts) uses[concept]?.push(use);
      }
    }
    this.#uses = uses;
    this.#stateSize = place;
  }

  /** The first place of each phrase in the text that `mentions` were read from. Linear in the mentions. */
  match(mentions: readonly Mention[]): readonly Sign[] {
    // Nearly all keys and values of a schema: what the states take is not asked for them.
    if (mentions.length === 0) return [];
    const ends = new Int32Array(this.#stateSize).fill(NOWHERE);
    const starts = new Int32Array(this.#stateSize);
    const found = new Map<Phrase, Sign>();
    for (const mention of mentions) {
      for (const { phrase, step, gap, place, isLast } of this.#usesOf(mention.concepts)) {
        if (mention.isDenied && phrase.denies === undefined) continue;
        if (step === 0) {
          starts[place] = mention.start;
        } else {
          const distance = mention.position - (ends[place - 1] ?? NOWHERE);
          if (distance < 1 || distance > gap) continue;
          starts[place] = starts[place - 1] ?? 0;
        }
        ends[place] = mention.position;
        if (isLast && !found.has(phrase)) {
          found.set(phrase, { phrase, start: starts[place] ?? 0, end: mention.end });
        }
      }
    }
    return [...found.values()];
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
