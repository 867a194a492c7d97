import { readFileSync } from "node:fs";

/** The version of the package this file is in. */
export function runtimeVersion(): string {
  return versionOf(new URL("../package.json", import.meta.url));
}

/** The version of the bindings generator, which decides what transpiled code looks like. */
export function transpilerVersion(): string {
  return versionOf(new URL("../package.json", import.meta.resolve("@bytecodealliance/jco-transpile/component")));
}

function versionOf(file: URL | string): string {
  const { version } = JSON.parse(readFileSync(new URL(file), "utf8")) as { version: string };
  return version;
}
