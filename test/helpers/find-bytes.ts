import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What a text may look like where nobody calls it by its name: each way of writing it that a program might have used. */
export function writingsOf(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text);
  const wide = Buffer.from(text, "utf16le");
  const escaped = Array.from(text)
    .map((char) => (char > "~" ? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}` : char))
    .join("");
  const texts = [
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    encodeURIComponent(text),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => base64Of(bytes, offset)),
  ];
  return [
    bytes,
    wide,
    Buffer.from(wide).swap16(),
    Buffer.from(text, "latin1"),
    ...texts.map((each) => Buffer.from(each)),
  ];
}

/** What of a text's Base64 does not depend on what stands before and after it, in both alphabets. */
function base64Of(bytes: Buffer, offset: number): readonly string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  const own = whole.slice(offset === 0 ? 0 : 4, -4);
  return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
}

/** The files below a folder that hold one of the texts, in whatever writing. */
export function filesWith(folder: string, texts: readonly string[]): readonly string[] {
  const writings = texts.flatMap(writingsOf);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .filter(
      (file) => holdsOne(readFileSync(file), writings) || holdsOne(Buffer.from(file), writings),
    );
}

export function holdsOne(bytes: Buffer, writings: readonly Buffer[]): boolean {
  return writings.some((writing) => bytes.includes(writing));
}
