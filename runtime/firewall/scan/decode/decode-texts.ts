import type { ToolText } from "../rule.ts";
import { LazyText } from "../texts.ts";
import type { Reading } from "../language/mentions.ts";
import { decodeDisguised } from "./disguised.ts";
import { decodeEncoded } from "./encoded.ts";
import { decodeHidden } from "./hidden.ts";
import type { Decoded } from "./hidden.ts";

/** An encoding within an encoding within an encoding; further in nobody reads it either. */
const DEPTH_MAX = 3;
const DECODED_TEXTS_MAX = 32;
const DECODED_LENGTH_MAX = 64 * 1024;
const READABLE_MIN = 6;
const PRINTABLE = /[\x20-\x7e\n\t]/g;
const LETTERS = /[A-Za-z ]/g;

/** What is written in `texts` in another way than plainly, and can be read. At most 32 texts, 64 KiB. */
export function decodeTexts(
  texts: readonly ToolText[],
  read: (text: ToolText) => Reading,
): readonly ToolText[] {
  const found: ToolText[] = [];
  let left = DECODED_LENGTH_MAX;
  let layer: readonly ToolText[] = texts;
  for (let depth = 0; depth < DEPTH_MAX && layer.length > 0; depth++) {
    const next: ToolText[] = [];
    for (const text of layer) {
      for (const { via, text: raw } of decodeOne(text, read)) {
        if (!isReadable(raw) || raw.length > left || found.length === DECODED_TEXTS_MAX) continue;
        left -= raw.length;
        const decoded = new LazyText(text.where, text.kind, raw, via);
        next.push(decoded);
        found.push(decoded);
      }
    }
    layer = next;
  }
  return found;
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
  const printable = text.match(PRINTABLE)?.length ?? 0;
  const letters = text.match(LETTERS)?.length ?? 0;
  return printable >= 0.95 * text.length && letters >= 0.7 * text.length;
}
