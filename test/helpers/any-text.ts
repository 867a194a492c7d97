import fc from "fast-check";

const SURROGATES_FROM = 0xd800;
const SURROGATES = 0x800;
const CODE_POINT_MAX = 0x10ffff;

/** Every code point but the halves of pairs, by its place among them: the `unit` of texts, or the `stringUnit` of JSON. */
export const anyCharacter = fc
  .nat(CODE_POINT_MAX - SURROGATES)
  .map(
    (place) => String.fromCodePoint(place < SURROGATES_FROM ? place : place + SURROGATES),
    placeOf,
  );

/**
 * Texts of any characters: what `fc.string({ unit: "binary" })` makes, with the same runs and the same dangerous words among
 * them. fast-check's own lists all 1.1 million characters in a map first, which takes longer than most tests of it.
 */
export function anyText(
  constraints: Omit<fc.StringConstraints, "unit"> = {},
): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: anyCharacter });
}

function placeOf(character: unknown): number {
  const codePoint = typeof character === "string" ? character.codePointAt(0) : undefined;
  if (codePoint === undefined || String.fromCodePoint(codePoint) !== character)
    throw new Error("not one character");
  if (codePoint < SURROGATES_FROM) return codePoint;
  if (codePoint < SURROGATES_FROM + SURROGATES) throw new Error("half a character");
  return codePoint - SURROGATES;
}
