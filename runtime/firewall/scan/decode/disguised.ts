import type { Reading } from "../language/mentions.ts";
import { rotate } from "../language/rotate.ts";
import type { Decoded } from "./hidden.ts";
import { segmentWords } from "./segment.ts";

const DISGUISED_MIN = 3;
const LETTERS_MIN = 8;
const LEET: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
  "9": "g",
  "@": "a",
  $: "s",
  "!": "i",
  "|": "l",
};
const LEET_DIGIT = /[0134578@$!|]/g;

/**
 * What `folded` says when its letters are put back: rotated by thirteen, reversed, digits for letters, spaced out.
 * `reading` says which of them is worth a look.
 */
export function decodeDisguised(folded: string, reading: Reading): readonly Decoded[] {
  const found: Decoded[] = [];
  if (reading.rotated >= DISGUISED_MIN) {
    found.push({ via: "letters rotated by thirteen", text: rotate(folded) });
  }
  if (reading.backwards >= DISGUISED_MIN) {
    found.push({ via: "reversed writing", text: Array.from(folded).toReversed().join("") });
  }
  if (reading.mixed >= DISGUISED_MIN) {
    for (const one of folded.includes("1") ? ["i", "l"] : ["i"]) {
      const text = folded.replace(LEET_DIGIT, (digit) =>
        digit === "1" ? one : (LEET[digit] ?? ""),
      );
      found.push({ via: "digits for letters", text });
    }
  }
  if (reading.spaced >= LETTERS_MIN) {
    for (const text of joinLetters(folded)) found.push({ via: "spaced letters", text });
  }
  return found;
}

/** Runs of single letters with something between: `s e n d`, `s.e.n.d`, `s-e-n-d`. */
function joinLetters(text: string): readonly string[] {
  const runs: string[] = [];
  let run = "";
  for (let index = 0; index < text.length; index++) {
    if (!isWord(text, index)) continue;
    if (!isWord(text, index - 1) && !isWord(text, index + 1)) {
      run += text[index] === "_" ? " " : (text[index] ?? "");
    } else {
      if (run.length >= LETTERS_MIN) runs.push(run);
      run = "";
    }
  }
  if (run.length >= LETTERS_MIN) runs.push(run);
  return runs.map((letters) => (letters.includes(" ") ? letters : segmentWords(letters)));
}

function isWord(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f;
}
