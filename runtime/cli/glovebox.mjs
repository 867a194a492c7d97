#!/usr/bin/env node
// The entry point: plain JavaScript that any Node can parse, so that an old one gets one clear line.
import process from "node:process";

const NODE_MAJOR_MIN = 26;
const major = Number(process.versions.node.split(".")[0]);
if (major < NODE_MAJOR_MIN) {
  process.stderr.write(
    `glovebox needs Node ${NODE_MAJOR_MIN} or newer, and this is ${process.versions.node}: install the current LTS from nodejs.org (or run \`nvm install --lts\`), then run the command again.\n`,
  );
  process.exit(1);
}
const inTree = import.meta.url.includes("/dist/") ? "./main.js" : "./main.ts";
const { main } = await import(inTree);
await main(process.argv.slice(2));
