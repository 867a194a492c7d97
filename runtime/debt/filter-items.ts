import type { DebtItem } from "./items.ts";

/** What the filter of outputs does not see. */
export const FILTER_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-065",
    title: "A secret without a form, a name or a neighbour that tells it is not found",
    status: "open",
    severity: "medium",
    since: "0.1.0",
    ring: null,
    area: "content",
    current_behavior:
      "Keys are told by the forms of about 130 providers, by the names of services and by words such as `token` beside them, and fields by their names. `npm run bench:filter` measures how much of each kind is found, on texts whose one half nobody tuned on. A password of plain letters, or a key that stands alone and begins like nothing, passes; and a few texts that only look like keys are taken out.",
    ideal: "The broker knows its own secrets, and tools say which of their fields are secret.",
    resolved_by: "Annotations of output schemas that name secret fields.",
    references: ["OWASP MCP01"],
    evidence: [{ kind: "test", what: "test/security/known-gaps.test.ts" }],
  },
  {
    id: "GB-066",
    title: "Pictures, sounds and what is encoded twice are not read",
    status: "open",
    severity: "medium",
    since: "0.1.0",
    ring: null,
    area: "content",
    current_behavior:
      "One level of base 64, of hexadecimal digits and of escapes is undone, and bytes whose type is a text are read. Words drawn in a picture, spoken, compressed, encrypted or encoded twice reach the model.",
    ideal: "What a model can read, the filter can.",
    resolved_by: "Nothing that is planned: the flow policy holds what such words could do.",
    references: ["OWASP MCP06"],
    evidence: [{ kind: "test", what: "test/security/known-gaps.test.ts" }],
  },
  {
    id: "GB-067",
    title: "Marks of instructions are known in English, and a few words of other languages",
    status: "open",
    severity: "medium",
    since: "0.1.0",
    ring: null,
    area: "content",
    current_behavior:
      "The phrases that mark an instruction are English; letters that look alike, are wide, rotated or escaped do not hide them. The same order in another language, or in letters and digits mixed, has no mark that is known.",
    ideal: "The same phrases in the languages that models read best.",
    resolved_by: "Vocabularies of other languages, measured on texts of theirs.",
    references: ["OWASP MCP06"],
    evidence: [{ kind: "test", what: "test/security/known-gaps.test.ts" }],
  },
  {
    id: "GB-068",
    title: "What is split over the fields of an object, or over several calls, is not put together",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: null,
    area: "content",
    current_behavior:
      "Blocks of content, lists of texts, and reports of one call are read together with their neighbours. The halves of a key in two fields of an object, or in the answers of two calls, are two texts without a secret.",
    ideal: "A model that puts them together gets nothing that it could not have asked for.",
    resolved_by:
      "Nothing that is planned: a plugin that wants to get a secret past the filter can encode it as it likes.",
    references: ["OWASP MCP01"],
    evidence: [{ kind: "test", what: "test/security/known-gaps.test.ts" }],
  },
];
