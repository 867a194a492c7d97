import type { Reading } from "../language/mentions.ts";
import type { ToolText } from "../rule.ts";
import { LazyText } from "../texts.ts";
import { decodeDisguised } from "./disguised.ts";
import { decodeEncoded } from "./encoded.ts";
import { decodeHidden } from "./hidden.ts";
import type { Decoded } from "./hidden.ts";

/** An encoding within an encoding within an encoding; further in nobody reads it either. */
const DEPTH_MAX = 3;
const READABLE_MIN = 6;

/** What is decoded at most in one scan, of all tools together. */
export interface DecodeBudget {
  textsLeft: number;
  lengthLeft: number;
  isSpent: boolean;
}

export function makeDecodeBudget(): DecodeBudget {
  return { textsLeft: 500, lengthLeft: 128 * 1024, isSpent: false };
}

/** What is written in `texts` in another way than plainly, and can be read. */
export function decodeTexts(
  texts: readonly ToolText[],
  read: (text: ToolText) => Reading,
  budget: DecodeBudget,
): readonly ToolText[] {
  const found: ToolText[] = [];
  let layer: readonly ToolText[] = texts;
  for (let depth = 0; depth < DEPTH_MAX && layer.length > 0; depth++) {
    const next: ToolText[] = [];
    for (const text of layer) {
      for (const { via, text: raw } of decodeOne(text, read)) {
        if (!isReadable(raw) || !spend(budget, raw.length)) continue;
        next.push(new LazyText(text.where, text.kind, raw, via));
      }
    }
    found.push(...next);
    layer = next;
  }
  return found;
}

function spend(budget: DecodeBudget, length: number): boolean {
  if (budget.textsLeft <= 0 || budget.lengthLeft < length) {
    budget.isSpent = true;
    return false;
  }
  budget.textsLeft--;
  budget.lengthLeft -= length;
  return true;
}

function decodeOne(text: ToolText, read: (text: ToolText) => Reading): readonly Decoded[] {
  const { raw, view, via } = text;
  if (raw.length < READABLE_MIN) return [];
  const disguised = via === undefined ? decodeDisguised(view.text, read(text)) : [];
  return [...decodeHidden(raw), ...decodeEncoded(raw), ...disguised];
}

/** Whether somebody wrote it for reading: keys, digests and pictures decode to noise. */
function isReadable(text: string): boolean {
  if (text.length < READABLE_MIN) return false;
  let [printable, letters] = [0, 0];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if ((code >= 0x20 && code < 0x7f) || code === 0x0a || code === 0x09) printable++;
    const letter = code | 0x20;
    if ((letter >= 0x61 && letter <= 0x7a) || code === 0x20) letters++;
  }
  return printable >= 0.95 * text.length && letters >= 0.7 * text.length;
}
