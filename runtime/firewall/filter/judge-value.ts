/** What a value looks like that stands where a key may stand. */
export interface ValueLook {
  readonly length: number;
  readonly digits: number;
  readonly letters: number;
  readonly isMixedCase: boolean;
  /** Shannon's, in bits a character. */
  readonly entropy: number;
  readonly isPlaceholder: boolean;
}

const PLACEHOLDER =
  /x{4,}|X{4,}|\*{3,}|\.{3}|example|your[-_]|^your|changeme|change[-_]me|placeholder|dummy|insert[-_]|replace[-_]|redacted|process\.env|os\.environ|getenv|0123456789|a1b2c3d4e5f6g|^(?:true|false|null|none|undefined|string|required|optional)$|^test(?:ing)?[-_]?(?:key|token|secret)?$/i;
const COUNTS = new Uint8Array(128);

/** Looks at no more than its first 200 characters. */
export function lookAtValue(text: string, start: number, end: number): ValueLook {
  const stop = Math.min(end, start + 200);
  COUNTS.fill(0);
  let [digits, lower, upper] = [0, 0, 0];
  for (let index = start; index < stop; index++) {
    const code = text.charCodeAt(index) & 0x7f;
    COUNTS[code] = (COUNTS[code] ?? 0) + 1;
    if (code >= 0x30 && code <= 0x39) digits++;
    else if (code >= 0x61 && code <= 0x7a) lower++;
    else if (code >= 0x41 && code <= 0x5a) upper++;
  }
  const total = stop - start;
  let entropy = 0;
  for (let code = 0x20; code < 128; code++) {
    const count = COUNTS[code] ?? 0;
    if (count > 0) entropy -= (count / total) * Math.log2(count / total);
  }
  return {
    length: end - start,
    digits,
    letters: lower + upper,
    isMixedCase: lower > 0 && upper > 0,
    entropy,
    isPlaceholder: entropy < 1.5 || PLACEHOLDER.test(text.slice(start, stop)),
  };
}
