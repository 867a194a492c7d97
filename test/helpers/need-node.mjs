// Before anything else of the tree runs: plain JavaScript that any Node can parse, so that a tree without `npm ci` gets one clear line.
import fs from "node:fs";
import process from "node:process";

const NODE_MAJOR_MIN = 26;
const isOld = Number(process.versions.node.split(".")[0]) < NODE_MAJOR_MIN;
if (isOld || !fs.existsSync(new URL("../../node_modules", import.meta.url))) {
  process.stderr.write(
    "Run `npm ci` first: it brings what this tree is built with, and the Node that runs it.\n",
  );
  process.exit(1);
}
