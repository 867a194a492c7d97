import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CAPABILITY_NAMES, type CapabilityName } from "@glovebox/host-api/capability";
import { BuildError } from "./errors.ts";

/** What the build needs of plugin.json. `runtime/plugin` holds the strict parser; `pack` uses that. */
export interface BuildManifest {
  readonly name: string;
  readonly version: string;
  readonly tools: readonly string[];
  readonly capabilities: readonly CapabilityName[];
  /** The file as it stands. */
  readonly text: string;
}

const place = { file: "plugin.json" };

export async function readManifest(folder: string): Promise<BuildManifest> {
  let text: string;
  try {
    text = await readFile(join(folder, "plugin.json"), "utf8");
  } catch (cause) {
    throw new BuildError("ERR_BUILD_MANIFEST", "There is no plugin.json that can be read", {
      place,
      cause,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BuildError(
      "ERR_BUILD_MANIFEST",
      `plugin.json is not JSON: ${(cause as Error).message}`,
      { place, cause },
    );
  }
  const { name, version, tools, capabilities = {} } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== "string" || typeof version !== "string")
    refuse("needs a `name` and a `version`, both text");
  if (!Array.isArray(tools) || !tools.every((tool) => typeof tool === "string")) {
    refuse("needs `tools`: an array of the tools' names");
  }
  if (typeof capabilities !== "object" || capabilities === null || Array.isArray(capabilities)) {
    refuse("has a `capabilities` that is no object");
  }
  return {
    name,
    version,
    tools,
    capabilities: Object.keys(capabilities).map(parseCapability),
    text,
  };
}

function refuse(what: string): never {
  throw new BuildError("ERR_BUILD_MANIFEST", `plugin.json ${what}`, { place });
}

function parseCapability(name: string): CapabilityName {
  const known = CAPABILITY_NAMES.find((capability) => capability === name);
  return known ?? refuse(`requests \`${name}\`; capabilities are ${CAPABILITY_NAMES.join(", ")}`);
}

/** Refuses a manifest whose `tools` are not exactly the listed names, and says what to add and remove. */
export function verifyToolNames(manifest: BuildManifest, listed: readonly string[]): void {
  const add = listed.filter((name) => !manifest.tools.includes(name));
  const remove = manifest.tools.filter((name) => !listed.includes(name));
  const twice = manifest.tools.filter((name, index) => manifest.tools.indexOf(name) !== index);
  if (add.length + remove.length + twice.length === 0) return;
  const steps = [
    add.length > 0 && `add ${add.map((name) => JSON.stringify(name)).join(", ")}`,
    remove.length > 0 && `remove ${remove.map((name) => JSON.stringify(name)).join(", ")}`,
    twice.length > 0 && `name ${twice.map((name) => JSON.stringify(name)).join(", ")} once`,
  ].filter((step) => step !== false);
  throw new BuildError("ERR_BUILD_TOOLS", "plugin.json does not list the tools of src/plugin.ts", {
    place,
    remedy: `In \`tools\` of plugin.json: ${steps.join("; ")}.`,
  });
}
