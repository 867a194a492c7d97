import type { Phrase } from "../language/phrases.ts";
import type { Rule } from "../rule.ts";

export const ENCODED: Rule = {
  id: "encoded",
  severity: "high",
  title: "Text that only a model reads: encoded, disguised or spaced out",
  references: ["OWASP MCP03", "OWASP MCP06"],
  *find({ texts, decoded, signsOf }) {
    for (const text of decoded) {
      const isPlain = (phrase: Phrase) =>
        texts.some(
          (plain) =>
            plain.where === text.where && signsOf(plain).some((sign) => sign.phrase === phrase),
        );
      const isGrave = signsOf(text).some(
        ({ phrase }) => phrase.severity !== "low" && !isPlain(phrase),
      );
      if (!isGrave && DISGUISES.has(text.via ?? "")) continue;
      yield {
        where: text.where,
        severity: isGrave ? "high" : "medium",
        why: `There is text in ${text.via ?? "another writing"}${isGrave ? ", and it instructs the model" : ""}.`,
        quote: text.raw,
      };
    }
  },
};

/** Plain text may look like these by chance; they count when what comes out says something. */
const DISGUISES = new Set([
  "terminal sequences",
  "letters rotated by thirteen",
  "reversed writing",
  "digits for letters",
  "spaced letters",
  "character codes",
  "hexadecimal",
  "base32",
]);
