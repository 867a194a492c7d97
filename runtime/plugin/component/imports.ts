import type { CapabilityName } from "@glovebox/host-api/capability";
import type { Shape } from "../shape.ts";
import { ComponentError } from "./errors.ts";
import type { ComponentInspection, ComponentItem } from "./inspect.ts";
import { referenceOf } from "./reference.ts";

const TOOLS = "glovebox:plugin/tools";
/** What a plugin may offer besides. */
const OFFERS = [
  "glovebox:plugin/resources",
  "glovebox:plugin/prompts",
  "glovebox:plugin/completions",
];

/** Versions served, by package. Within a minor version interfaces only grow. */
const VERSIONS: readonly (readonly [packagePrefix: string, served: RegExp, words: string])[] = [
  ["glovebox:plugin/", /^0\.1\.\d{1,5}$/u, "0.1.x"],
  // Of the one draft that toolchains carry, and the candidate that followed with the same functions.
  ["wasi:config/", /^0\.2\.0-(draft|rc\.1)$/u, "0.2.0-draft"],
  // The older draft pages through keys by number, which its types show: a component that lists keys is refused by them.
  ["wasi:keyvalue/", /^0\.2\.0-draft2?$/u, "0.2.0-draft2"],
  ["wasi:logging/", /^(0\.1\.0-draft)?$/u, "0.1.0-draft"],
  ["wasi:", /^0\.2\.\d{1,5}$/u, "0.2.x"],
];

export interface ImportRules {
  /** Interfaces that the host serves, without version. */
  readonly known: ReadonlySet<string>;
  /** The capability behind an interface of `glovebox:plugin`; undefined where none is needed. */
  readonly capabilityOf: (name: string) => CapabilityName | undefined;
  /** Capabilities that the manifest requests. */
  readonly requested: ReadonlySet<CapabilityName>;
  /** Of the plugin, as its manifest says. */
  readonly shape?: Shape | undefined;
}

/**
 * Everything that keeps a component from being linked: unknown interfaces and versions, capabilities it does not admit
 * to, and types that differ from the published ones. Types decide, because the component's own types are those that
 * values are lifted with: a `log` that takes `list<list<u8>>` is a memory bomb.
 * Pure. An empty list means it may be linked.
 */
export function decideImports(
  inspection: ComponentInspection,
  rules: ImportRules,
): ComponentError[] {
  const problems = inspection.imports.flatMap((item) => decideImport(item, rules));
  const tools = inspection.exports.filter((item) => item.name === TOOLS);
  if (rules.shape === "wit") {
    if (tools.length > 0)
      problems.push(
        new ComponentError(
          "ERR_COMPONENT_SHAPE",
          `its manifest says \`wit\`, but it exports \`${TOOLS}\``,
        ),
      );
    return problems;
  }
  if (tools.length === 0) {
    problems.push(new ComponentError("ERR_COMPONENT_SHAPE", `it exports no \`${TOOLS}\``));
  } else if (tools.length > 1) {
    problems.push(
      new ComponentError("ERR_COMPONENT_SHAPE", `it exports \`${TOOLS}\` more than once`),
    );
  }
  const offers = OFFERS.map((name) => inspection.exports.filter((item) => item.name === name));
  for (const [, again] of offers)
    if (again) problems.push(refuse("ERR_COMPONENT_SHAPE", again, "is exported more than once"));
  for (const item of [...tools, ...offers.flat()])
    problems.push(...decideVersion(item), ...decideTypes(item), ...decideComplete(item));
  return problems;
}

function decideImport(item: ComponentItem, rules: ImportRules): ComponentError[] {
  // Also where it imports nothing asynchronous: its interfaces have the names of others.
  if (item.name.startsWith("wasi:") && item.version?.startsWith("0.3.") === true)
    return [refuse("ERR_COMPONENT_ASYNC", item, "is of WASI 0.3; served: 0.2.x")];
  if (!rules.known.has(item.name) || item.name === TOOLS) {
    if (namesTypesOnly(item)) return [];
    return [refuse("ERR_COMPONENT_IMPORT", item, "is not an interface that Glovebox serves")];
  }
  const problems = [...decideVersion(item), ...decideTypes(item)];
  const capability = rules.capabilityOf(item.name);
  if (
    capability !== undefined &&
    item.name.startsWith("glovebox:") &&
    !rules.requested.has(capability)
  ) {
    problems.push(
      refuse(
        "ERR_COMPONENT_CAPABILITY",
        item,
        `needs \`${capability}\`, which the manifest does not request`,
      ),
    );
  }
  return problems;
}

/**
 * What an exported interface uses of another of the component's own is an import to toolchains, and asks for nothing.
 * A resource would have to be somebody's.
 */
function namesTypesOnly({ name, members }: ComponentItem): boolean {
  return (
    name !== TOOLS &&
    members.size > 0 &&
    [...members.values()].every((text) => text.startsWith("type "))
  );
}

function decideVersion(item: ComponentItem): ComponentError[] {
  const rule = VERSIONS.find(([prefix]) => item.name.startsWith(prefix));
  if (rule?.[1].test(item.version ?? "") === true) return [];
  const served = rule === undefined ? "no version" : rule[2];
  return [
    refuse(
      "ERR_COMPONENT_IMPORT",
      item,
      `has version ${item.version ?? "none"}; served: ${served}`,
    ),
  ];
}

function decideTypes(item: ComponentItem): ComponentError[] {
  const reference = referenceOf(item.name);
  if (reference === undefined || item.kind !== "instance") {
    return [refuse("ERR_COMPONENT_TYPE", item, "has no published types to compare with")];
  }
  return [...item.members]
    .filter(([member, text]) => reference.get(member) !== text)
    .map(([member, text]) =>
      refuse(
        "ERR_COMPONENT_TYPE",
        item,
        `has \`${member}\` as \`${clip(text)}\`; published: \`${clip(reference.get(member) ?? "nothing")}\``,
      ),
    );
}

function decideComplete(item: ComponentItem): ComponentError[] {
  return [...(referenceOf(item.name)?.keys() ?? [])]
    .filter((member) => !item.members.has(member))
    .map((member) => refuse("ERR_COMPONENT_SHAPE", item, `lacks \`${member}\``));
}

function clip(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}

function refuse(code: ComponentError["code"], item: ComponentItem, words: string): ComponentError {
  const path = item.version === undefined ? item.name : `${item.name}@${item.version}`;
  return new ComponentError(code, `\`${path}\` ${words}`, { place: { path } });
}
