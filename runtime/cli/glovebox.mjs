#!/usr/bin/env node
// The entry point: plain JavaScript that any Node can parse, so that an old one gets one clear line.
import fs from "node:fs";
import module from "node:module";
import path from "node:path";
import process from "node:process";

const NODE_MAJOR_MIN = 26;
const major = Number(process.versions.node.split(".")[0]);
if (major < NODE_MAJOR_MIN) {
  process.stderr.write(
    `glovebox needs Node ${NODE_MAJOR_MIN} or newer, and this is ${process.versions.node}: install the current LTS from nodejs.org (or run \`nvm install --lts\`), then run the command again.\n`,
  );
  process.exit(1);
}

// node:ffi is announced as experimental on every start; where it does not load, the seal's probe says so.
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (warning.name !== "ExperimentalWarning") process.stderr.write(`${warning.name}: ${warning.message}\n`);
});

/**
 * Compiled code from a cache is run as it is. So it is kept in the user's own folder, and only where nobody else could plant
 * theirs: never below the working folder, never where another user may write. A user without such a folder, as containers
 * have them, goes without.
 */
function findCodeFolder() {
  try {
    const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = process.env;
    const base = [XDG_CACHE_HOME, LOCALAPPDATA, HOME && path.join(HOME, ".cache")].find((place) => place && path.isAbsolute(place));
    if (!base) return undefined;
    const folder = path.join(base, "glovebox", "code");
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    return isOurs(fs.realpathSync(folder)) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Whether no other user can put something into the folder, or another folder in its place. */
function isOurs(folder) {
  const uid = process.getuid?.();
  for (let place = folder; uid !== undefined; place = path.dirname(place)) {
    const stat = fs.statSync(place);
    const isSticky = place !== folder && (stat.mode & 0o1000) !== 0;
    if (![uid, 0].includes(stat.uid) || ((stat.mode & 0o022) !== 0 && !isSticky)) return false;
    if (place === path.dirname(place)) break;
  }
  return true;
}

const codeFolder = findCodeFolder();
if (codeFolder) module.enableCompileCache(codeFolder);

const main = import.meta.url.endsWith("/dist/cli/glovebox.mjs") ? "./main.js" : "./main.ts";
await (await import(main)).main(process.argv.slice(2));
