import type { Rule } from "../rule.ts";

/** Marks of chat templates: only a model's runtime writes these. */
const TEMPLATE =
  /<\|\/?(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|end_header_id|eot_id|end|begin_of_text)\|?>|\[\/?inst\]|<<\/?sys>>|<\/?(?:system|sys|assistant|system_prompt|system-prompt|system_message|system-reminder|developer|admin|root|hidden|secret|instructions?_override|jailbreak|antml:[a-z_]{1,30}|function_calls|tool_call|thinking)>|<start_of_turn>|\[(?:system|admin|developer) ?(?:override|message|prompt|instructions?|directive|note|command)[^\]\n]{0,40}\]/;
const HEADING =
  /(?:^|\n|[.!?>*] ?)[#*\s[(]{0,8}(?:system|assistant|developer|admin|root|override) ?(?:override|message|prompt|instructions?|directive|note|notice|update|alert|command|configuration)?[^\n:a-z0-9]{0,3}(?:\([^)\n]{0,60}\))?[*\])]{0,3} ?: /;
/** Emphasis in the shape of a tag; honest servers write it too. */
const EMPHASIS =
  /<\/?(?:important|critical|urgent|attention|warning|instructions?|note_to_(?:ai|model|assistant)|internal|private|confidential|mandatory|rules?|override|required|must|directive|ai|llm|model|agent)>|\[(?:important|critical|urgent|hidden|secret|internal|instructions?|mandatory)[^\]\n]{0,20}\]|\*\*\*(?:important|critical)/;

export const FAKE_ROLE: Rule = {
  id: "fake-role",
  severity: "high",
  title: "Text in the shape of a system message or of a chat template",
  references: ["OWASP MCP03", "OWASP MCP06"],
  *find({ texts, decoded, isInstructive }) {
    for (const { where, raw, view } of [...texts, ...decoded]) {
      for (const { pattern, why, severity, followed } of SHAPES) {
        const index = view.text.search(pattern);
        if (index < 0) continue;
        const quote = raw.slice(view.placeOf(index), view.placeOf(index) + FOLLOWING_MAX);
        yield { where, severity: isInstructive(quote) ? followed : severity, why, quote };
        break;
      }
    }
  },
};

const FOLLOWING_MAX = 200;
/** `followed`: where what follows tells somebody to do something. */
const SHAPES = [
  {
    pattern: TEMPLATE,
    severity: "high",
    followed: "high",
    why: "It imitates a message of the system.",
  },
  {
    pattern: HEADING,
    severity: "medium",
    followed: "high",
    why: "It has a heading like a message of the system.",
  },
  {
    pattern: EMPHASIS,
    severity: "low",
    followed: "medium",
    why: "It marks a passage as important for the model.",
  },
] as const;
