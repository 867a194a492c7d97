// Builds, packs and signs the reference plugins: `node plugins/release.ts --key author.key [--out DIR]`.
// Packing is reproducible byte for byte; compiling is not: the snapshot of the JavaScript engine holds its hash seeds.
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";

const PLUGINS = ["files", "memory", "time", "web"];
const HERE = import.meta.dirname;
const GLOVEBOX = path.join(HERE, "../runtime/cli/glovebox.mjs");

const { values } = parseArgs({
  options: { key: { type: "string" }, out: { type: "string", default: path.join(HERE, "dist") } },
});
if (values.key === undefined) {
  process.stderr.write(
    "Name the signing key: node plugins/release.ts --key author.key [--out DIR]\n",
  );
  process.exit(2);
}

mkdirSync(values.out, { recursive: true });
for (const name of PLUGINS) {
  const folder = path.join(HERE, name);
  glovebox("build", folder);
  glovebox("pack", folder);
  for (const packed of readdirSync(path.join(folder, "dist")).filter((file) =>
    file.endsWith(".tgz"),
  )) {
    const file = path.join(folder, "dist", packed);
    glovebox("sign", file, "--key", values.key);
    for (const ending of ["", ".sigstore.json"])
      copyFileSync(`${file}${ending}`, path.join(values.out, `${packed}${ending}`));
    process.stdout.write(`${path.join(values.out, packed)}\n`);
  }
}

function glovebox(...words: string[]): void {
  const { status } = spawnSync(process.execPath, [GLOVEBOX, ...words], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}
