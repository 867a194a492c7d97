#!/usr/bin/env node
// The entry point: plain JavaScript that any Node can parse, so that an old one gets one clear line.
import module from "node:module";
import process from "node:process";
import { findBuiltProgram, findOwnNode, isBareTree } from "../powers/built-program.mjs";

const NODE_MAJOR_MIN = 26;
const major = Number(process.versions.node.split(".")[0]);
if (isBareTree()) {
  process.stderr.write(
    "glovebox is not installed here yet: run `npm ci` in its tree, which brings its packages and its Node, then run the command again.\n",
  );
  process.exit(1);
}
if (major < NODE_MAJOR_MIN) {
  const own = findOwnNode();
  const remedy = own
    ? `put the one of this tree first, by \`export PATH="${own}:$PATH"\``
    : "install the current LTS from nodejs.org (or run `nvm install --lts`)";
  process.stderr.write(
    `glovebox needs Node ${NODE_MAJOR_MIN} or newer, and this is ${process.versions.node}: ${remedy}, then run the command again.\n`,
  );
  process.exit(1);
}

// node:ffi is announced as experimental on every start; where it does not load, the seal's probe says so.
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (warning.name !== "ExperimentalWarning")
    process.stderr.write(`${warning.name}: ${warning.message}\n`);
});

// The build of the published package writes `.js` in these imports, as in every other.
const built = findBuiltProgram();
const { findCodeFolder } = await (built
  ? import(new URL("code-folder.mjs", built.folder).href)
  : import("../powers/code-folder.ts"));
const codeFolder = findCodeFolder(process.env);
if (codeFolder) module.enableCompileCache(codeFolder);

const { main } = await (built
  ? import(new URL("main.mjs", built.folder).href)
  : import("./main.ts"));
await main(process.argv.slice(2), built?.code);
