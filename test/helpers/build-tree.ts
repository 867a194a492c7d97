// Builds what the tree needs before anything runs: the programs that run inside the seal, one file each, and the command line.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildCommandLine, componentsOf, licensesOf } from "./build-command-line.ts";
import { buildProbePlugin } from "./build-probe-plugin.ts";
import { buildSealed, SEALED_PROGRAMS, type SealedProgram } from "./build-sealed.ts";
import { packagesOf } from "./packages-in-use.ts";

const ROOT = join(import.meta.dirname, "../..");
const OUT = join(ROOT, "runtime/dist/sealed");

const present = (Object.keys(SEALED_PROGRAMS) as SealedProgram[]).filter((name) =>
  existsSync(join(ROOT, SEALED_PROGRAMS[name])),
);
const modules = await Promise.all(present.map((name) => buildSealed(ROOT, name)));
writeFileSync(join(OUT, "LICENSES.txt"), licensesOf(modules.flat()));
writeFileSync(join(OUT, "components.json"), componentsOf(modules.flat()));
await buildCommandLine({ out: join(ROOT, "runtime/dist/cli"), extension: "ts" });
await buildProbePlugin(join(ROOT, "runtime/dist/probes"));
writeFileSync(
  join(OUT, "built-with.json"),
  `${JSON.stringify({
    jco: versionOf("@bytecodealliance/jco-transpile/component"),
    packages: packagesOf(readFileSync(join(ROOT, "package-lock.json"), "utf8")),
  })}\n`,
);

/** The version of the package that holds this module, one folder below its own. */
function versionOf(module: string): string {
  const manifest = new URL("../package.json", import.meta.resolve(module));
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
