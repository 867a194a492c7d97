import type { CapabilityName } from "@glovebox/host-api/capability";

/** Interfaces of `glovebox:plugin` that carry no authority: every plugin has them. */
const ALWAYS = ["context", "log", "notify", "progress"] as const;

const INTERFACE_OF: Readonly<Record<CapabilityName, string>> = {
  filesystem: "files",
  http: "http",
  kv: "kv",
  env: "env",
  clock: "clock",
  random: "random",
  ask: "ask",
};

/** The interfaces that a plugin with these requests imports, sorted. */
export function interfacesOf(capabilities: readonly CapabilityName[]): readonly string[] {
  return [...new Set([...ALWAYS, ...capabilities.map((name) => INTERFACE_OF[name])])].toSorted();
}

/**
 * The contract with a world of this plugin's own: a component imports exactly what its world does,
 * so what the manifest does not request is not even there to be called.
 */
export function makeWorld(
  contract: string,
  interfaces: readonly string[],
  offers: readonly string[] = [],
): string {
  const start = contract.search(/(?:\/\/\/[^\n]*\n)*world plugin \{/);
  if (start < 0) throw new Error("glovebox.wit has no world named plugin");
  const imports = interfaces.map((name) => `  import ${name};\n`).join("");
  const exports = ["tools", ...offers].map((name) => `  export ${name};\n`).join("");
  return `${contract.slice(0, start)}world plugin {\n${imports}${exports}}\n`;
}

/** The package and version of the contract, for import names: `glovebox:plugin/kv@0.1.0`. */
export function importName(contract: string, name: string): string {
  const [, packageName, version] = /^package ([a-z:]+)@([0-9.]+);$/m.exec(contract) ?? [];
  return `${packageName}/${name}@${version}`;
}
