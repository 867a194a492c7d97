import { change, mutationsOf } from "./change.ts";

const IMPORTS = "runtime/plugin/component/imports.ts";

/** Ring 1: which code is taken at all. */
export const COMPONENT_MUTATIONS = mutationsOf(1, [
  [
    "interfaces that nobody serves are taken",
    change(
      IMPORTS,
      "if (!rules.known.has(item.name) || item.name === TOOLS) {",
      "if (item.name === TOOLS) {",
    ),
    "component.import",
  ],
  [
    "capabilities need not be asked for",
    change(IMPORTS, "!rules.requested.has(capability)", "false"),
    "component.capability",
  ],
  [
    "young instructions are taken",
    change(
      "runtime/plugin/component/instructions.ts",
      "if (operands === undefined) {",
      "if (operands === undefined) {\n    reader.byte();\n    return opcode;",
    ),
    "component.instruction",
  ],
  [
    "code is not looked at",
    change("runtime/supply/verify-installed.ts", "if (!rules.passed?.has(key)) {", "if (false) {"),
    ["component.import", "component.capability", "component.instruction"],
  ],
]);
