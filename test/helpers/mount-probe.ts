/** Runs in a mount namespace of its own, where `files/d` and `files/f` are bind mounts of what lies outside. */
import { join } from "node:path";
import { openBeneath } from "../../runtime/powers/beneath/open-beneath.ts";
import { MECHANISMS, tagOf } from "./sandbox-folder.ts";

const [, , base = "", name] = process.argv;
const mechanism = MECHANISMS.find((one) => one.name === name);
const folder = openBeneath(join(base, "files"), { writable: true }, mechanism);
const open = { read: true, write: false, create: false };
const tags = [
  tagOf(() => folder.open(["f"], open)),
  tagOf(() => folder.open(["d", "secret.txt"], open)),
  tagOf(() => folder.list(["d"], 10)),
  tagOf(() => folder.makeDirectory(["d", "new"])),
  tagOf(() => folder.removeFile(["d", "secret.txt"])),
];
process.stdout.write(JSON.stringify(tags));
