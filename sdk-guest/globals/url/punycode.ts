const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;

function adapt(delta: number, points: number, first: boolean): number {
  let rest = first ? Math.floor(delta / DAMP) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

function threshold(k: number, bias: number): number {
  return Math.min(T_MAX, Math.max(T_MIN, k - bias));
}

/** One label to Punycode (RFC 3492), without `xn--`. */
export function punycodeEncode(label: string): string {
  const points = Array.from(label, (character) => character.codePointAt(0)!);
  let output = points
    .filter((point) => point < 0x80)
    .map((point) => String.fromCharCode(point))
    .join("");
  const basic = output.length;
  if (basic > 0) output += "-";
  let n = 0x80;
  let delta = 0;
  let bias = 72;
  for (let handled = basic; handled < points.length; delta++, n++) {
    const next = Math.min(...points.filter((point) => point >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta++;
      if (point !== n) continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias);
        if (q < t) break;
        output += digit(t + ((q - t) % (BASE - t)));
        q = Math.floor((q - t) / (BASE - t));
      }
      output += digit(q);
      bias = adapt(delta, handled + 1, handled === basic);
      delta = 0;
      handled++;
    }
  }
  return output;
}

function digit(value: number): string {
  return String.fromCharCode(value < 26 ? 0x61 + value : 0x30 + value - 26);
}

/** The other way. Answers undefined for what no encoder makes. */
export function punycodeDecode(text: string): string | undefined {
  const split = text.lastIndexOf("-");
  const points = Array.from(text.slice(0, Math.max(0, split)), (character) =>
    character.charCodeAt(0),
  );
  let n = 0x80;
  let i = 0;
  let bias = 72;
  for (let at = split + 1; at < text.length; i++, n++) {
    const before = i;
    for (let w = 1, k = BASE; ; k += BASE) {
      const value = /[a-z0-9]/i.test(text[at] ?? "") ? Number.parseInt(text[at++]!, 36) : -1;
      // parseInt counts 0–9a–z, Punycode a–z0–9.
      if (value < 0) return undefined;
      const d = value < 10 ? value + 26 : value - 10;
      i += d * w;
      if (i > 0x7fff_ffff) return undefined;
      const t = threshold(k, bias);
      if (d < t) break;
      w *= BASE - t;
    }
    bias = adapt(i - before, points.length + 1, before === 0);
    n += Math.floor(i / (points.length + 1));
    i %= points.length + 1;
    if (n > 0x10_ffff) return undefined;
    points.splice(i, 0, n);
  }
  return points.map((point) => String.fromCodePoint(point)).join("");
}
