/**
 * Letters that are drawn like Latin ones (Unicode UTS 39, the part of `confusables.txt` that spells English words),
 * besides those that NFKD folds by itself (fullwidth, mathematical, circled …).
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: "аɑαᴀ",
  b: "ЬᖯʙВвɓ",
  c: "сϲᴄƈ",
  d: "ԁɗᴅ",
  e: "еҽєεᴇ℮",
  f: "ғƒꜰ",
  g: "ɡԍɢց",
  h: "һнʜհ",
  i: "іıɪιӏ",
  j: "јϳᴊ",
  k: "кκᴋ",
  l: "ⅼʟɭ",
  m: "мᴍ",
  n: "ոпɴηп",
  o: "оοσᴏօ",
  p: "рρᴘ",
  q: "ԛգ",
  r: "гʀᴦ",
  s: "ѕꜱʂ",
  t: "тτᴛ",
  u: "υսᴜ",
  v: "ѵνᴠ",
  w: "ԝѡᴡա",
  x: "хχ×",
  y: "уγʏү",
  z: "ᴢʐ",
  "'": "‘’ʼ′`´",
  '"': "“”„",
  "-": "‐‑‒–—−",
  "/": "∕⁄",
};

/** By the look-alike, in both cases. */
export const CONFUSABLES: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([plain, alikes]) =>
    Array.from(alikes).flatMap((alike) => [
      [alike, plain] as const,
      [alike.toUpperCase(), plain] as const,
    ]),
  ),
);
