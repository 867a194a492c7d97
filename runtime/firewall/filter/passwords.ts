import type { SpanList } from "./span.ts";

const VALUE =
  /[\w-]{0,20}["'`\])]{0,2}[ \t]{0,4}(?:=>|:=|={1,2}|:)[ \t]{0,4}(?:"((?:[^"\\\n]|\\.){4,80})"|'((?:[^'\\\n]|\\.){4,80})'|([^\s"'`<>(){}[\],;$]{6,60})(?=$|[\s"',;&]))/y;
/** Words that stand where a password would, and refer to it or describe it. */
const NO_PASSWORD =
  /^(?:pass|pw[ds]?\b|secret|your|my[-_]?pass|change|string|text|none|null|undefined|true|false|required|optional|env|process|os\.|config|\*+|x+$|\.+|<|\$|\{|%|@|!|&|#\{|input|hidden|e?nter|confirm|forgot|reset|new|old|invalid|wrong|incorrect|missing|username|user name|type|label|field|hash)|(?:pass(?:word|wd)?|secret|here|placeholder|label|example|field|hash|["'`]\s*[.+])$|\$\{|\{\{|\$\(|process\.env|getenv|environ|example|redacted|x{4,}|^[+.\-/]/i;

/** What a name that ends in `password` is given. `from` is behind the name. */
export function readPassword(text: string, from: number, list: SpanList): void {
  if (from < list.secretsTo) return;
  VALUE.lastIndex = from;
  const found = VALUE.exec(text);
  if (found === null) return;
  const value = found[1] ?? found[2] ?? found[3] ?? "";
  const isQuoted = found[3] === undefined;
  if (NO_PASSWORD.test(value)) return;
  const isLoud = /[0-9]/.test(value) && /[A-Za-z]/.test(value);
  if (isQuoted ? !isLoud : !(isLoud && /^[^.()/]+$/.test(value))) return;
  if (isQuoted && /\s/.test(value) && value.split(/\s+/).length > 3) return;
  const start = found.index + found[0].length - value.length - (isQuoted ? 1 : 0);
  list.add("secrets", "password", "high", start, start + value.length);
}
