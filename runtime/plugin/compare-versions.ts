/**
 * Orders two versions as Semantic Versioning 2.0.0 does (clause 11): negative when `left` is the older one, 0 when neither is.
 * Both must have the shape of `VERSION`; build metadata does not count.
 */
export function compareVersions(left: string, right: string): number {
  const [one, other] = [left, right].map(splitVersion);
  const core = compareParts(one?.core ?? [], other?.core ?? []);
  if (core !== 0) return core;
  // A pre-release comes before the release that it leads to.
  const [pre, otherPre] = [one?.pre ?? [], other?.pre ?? []];
  if (pre.length === 0 || otherPre.length === 0) return otherPre.length - pre.length;
  return compareParts(pre, otherPre);
}

function splitVersion(version: string): { core: readonly string[]; pre: readonly string[] } {
  const [plain = ""] = version.split("+");
  const dash = plain.indexOf("-");
  const core = dash === -1 ? plain : plain.slice(0, dash);
  return { core: core.split("."), pre: dash === -1 ? [] : plain.slice(dash + 1).split(".") };
}

function compareParts(left: readonly string[], right: readonly string[]): number {
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (part !== other) return comparePart(part, other);
  }
  return left.length - right.length;
}

/** Numbers as numbers of any length, and before words. */
function comparePart(part: string, other: string): number {
  const [isNumber, isOtherNumber] = [part, other].map((text) => /^\d+$/.test(text));
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  if (isNumber && part.length !== other.length) return part.length - other.length;
  return part < other ? -1 : 1;
}
