// Files: by native code in the runner's place, and by paths that a plugin asks its broker for.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { escaped, type Attack, type Family, type Outcome } from "./attack.ts";
import { FILE_ACTS } from "./inside/files.ts";
import { openDisk, QUOTA_BYTES, type Disk } from "./stage/disk.ts";
import { openRelay, relay, type Ask } from "./stage/relay.ts";
import type { Stage } from "./stage/stage.ts";

const FILES = "glovebox:plugin/files";
const read = (path: string): Ask => [FILES, "readFile", path];
const write = (path: string, mode = "replace", contents = "bytes:overwritten"): Ask => [
  FILES,
  "writeFile",
  path,
  contents,
  mode,
];

interface Room {
  readonly disk: Disk;
  readonly ask: (...asks: readonly Ask[]) => Promise<string>;
}

/** `name` is one for all attacks that leave nothing in the broker's books. */
function openRoom(stage: Stage, name = "disk"): Promise<Room> {
  return stage.shared(name, async () => {
    const disk = openDisk(stage);
    const plugin = openRelay(stage, [disk.broker], { limits: { deadlineMs: 3000 } });
    stage.onClose(async () => {
      await plugin.close();
      disk.close();
    });
    return { disk, ask: (...asks) => relay(plugin, ...asks) };
  });
}

/** Asks, and then looks at what is outside of the plugin's folder. */
async function beyond(stage: Stage, asks: (disk: Disk) => readonly Ask[]): Promise<Outcome> {
  const { disk, ask } = await openRoom(stage);
  disk.restore();
  const before = disk.look();
  return stage.judge(async () => {
    const home = await ask(...asks(disk));
    return {
      home,
      by: lastOf(home),
      traces: () => [
        ...(disk.look() === before ? [] : ["it changed what is outside of its folder"]),
        ...(home.includes(disk.base) ? ["it learnt a path of the host's"] : []),
      ],
    };
  });
}

function lastOf(home: string): string {
  return /refused: ([\w-]+)/.exec(home)?.[1] ?? "the broker found nothing there";
}

/** The folder's quota, which the real broker was granted: is there more in it afterwards? */
async function overfill(stage: Stage, name: string, asks: readonly Ask[]): Promise<Outcome> {
  const { disk, ask } = await openRoom(stage, name);
  const home = await ask(...asks);
  const used = disk.used();
  if (used > QUOTA_BYTES) return escaped(`${used} bytes where ${QUOTA_BYTES} were granted`);
  return { stopped: lastOf(home), evidence: `${used} bytes are there` };
}

const broker = (name: string, asks: readonly Ask[] | ((disk: Disk) => readonly Ask[])): Attack => ({
  name: `files by the broker: ${name}`,
  threat: "T13",
  attack: (stage) => beyond(stage, typeof asks === "function" ? asks : () => asks),
});

const quota = (name: string, asks: readonly Ask[]): Attack => ({
  name: `files by the broker: ${name}`,
  threat: "T13",
  attack: (stage) => overfill(stage, name, asks),
});

const RACE_MS = 400;

/** A second process exchanges a folder of ours with a link that leads out, as fast as it can. */
const race = (name: string, ask: (path: string) => Ask): Attack => ({
  name: `files by the broker: ${name} while another process exchanges a folder with a link`,
  threat: "T13",
  async attack(stage) {
    const room = await openRoom(stage);
    room.disk.restore();
    const [inside, link] = [join(room.disk.box, "swap"), join(room.disk.box, "swap-link")];
    mkdirSync(inside);
    writeFileSync(join(inside, "secret.txt"), "mine");
    symlinkSync("../files2", link);
    const attacker = spawn(
      process.execPath,
      ["--no-warnings", join(import.meta.dirname, "../helpers/exchange-attacker.ts"), inside, link],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    try {
      await once(attacker.stdout, "data");
      const before = room.disk.look();
      const endMs = performance.now() + RACE_MS;
      let tries = 0;
      while (performance.now() < endMs) {
        const home = await room.ask(...Array.from({ length: 100 }, () => ask("swap/secret.txt")));
        tries += 100;
        if (home.includes(stage.canaries.mark))
          return escaped(`the secret came back within ${tries} tries`);
        if (room.disk.look() !== before)
          return escaped(`it changed what is outside within ${tries} tries`);
      }
      return { stopped: "every step by descriptor", evidence: `${tries} tries` };
    } finally {
      attacker.kill("SIGKILL");
      await once(attacker, "exit");
    }
  },
});

export const FILESYSTEM: Family = {
  name: "filesystem",
  attacks: [
    ...Object.keys(FILE_ACTS).map((act): Attack => ({
      name: `native code: ${act}`,
      threat: "T10",
      attack: (stage) => stage.native(act),
    })),
    broker("read upwards", [read("../files2/secret.txt")]),
    broker("read upwards from a folder", [read("folder/../../files2/secret.txt")]),
    broker("read upwards with backslashes", [read("..\\files2\\secret.txt")]),
    broker("read an absolute path", ({ outside }) => [read(`${outside}/secret.txt`)]),
    broker("read a path that ends before a NUL", [read("../files2/secret.txt\0.txt")]),
    broker("read through a link", [read("link")]),
    broker("read through an absolute link", [read("absolute-link")]),
    broker("read through a link to a link", [read("link-to-link")]),
    broker("read through a link to a folder", [read("folder-link/secret.txt")]),
    broker("read through a magic link of /proc", ({ outside }) => [
      read(`magic${outside}/secret.txt`),
    ]),
    broker("read a hard link", [read("hard-link")]),
    broker("read with dots for nothing", [read("./folder/.././../files2/./secret.txt")]),
    broker("list upwards", [
      [FILES, "listDirectory", ".."],
      [FILES, "listDirectory", "../files2"],
      read("../files2/secret.txt"),
    ]),
    broker("look through a link and read", [
      [FILES, "statPath", "folder-link/secret.txt"],
      read("folder-link/secret.txt"),
    ]),
    broker("write upwards", [write("../files2/secret.txt")]),
    broker("write through a link", [write("link")]),
    broker("write through a link to a folder", [write("folder-link/made.txt")]),
    broker("write a hard link", [write("hard-link")]),
    broker("append to a link", [write("link", "append")]),
    broker("create where a dangling link leads", [write("dangling", "create"), write("dangling")]),
    broker("make a folder upwards", [[FILES, "makeDirectory", "../files2/made"]]),
    broker("make a folder behind a link", [[FILES, "makeDirectory", "folder-link/made"]]),
    broker("remove a file upwards", [[FILES, "removeFile", "../files2/secret.txt"]]),
    broker("remove a file behind a link", [[FILES, "removeFile", "folder-link/secret.txt"]]),
    broker("fetch a file by renaming it", [
      [FILES, "renamePath", "../files2/secret.txt", "fetched"],
      read("fetched"),
    ]),
    broker("fetch a file from behind a link by renaming it", [
      [FILES, "renamePath", "folder-link/secret.txt", "fetched"],
      read("fetched"),
    ]),
    broker("put a file in another's place by renaming it", [
      [FILES, "renamePath", "mine.txt", "../files2/secret.txt"],
    ]),
    broker("carry a file out behind a link", [
      [FILES, "renamePath", "mine.txt", "folder-link/made.txt"],
    ]),
    {
      ...broker("wait at a pipe for a writer who never comes", [read("pipe")]),
      withoutControl: "unprotected, it stops the broker itself, and with it this suite",
    },
    quota("write more than the quota at once", [
      write("big", "create", `zeros:${QUOTA_BYTES + 1}`),
    ]),
    quota(
      "write more than the quota in pieces",
      Array.from({ length: 8 }, () => write("big", "append", "zeros:10000")),
    ),
    quota(
      "write more than the quota in many files",
      Array.from({ length: 12 }, (_, at) => write(`big${at}`, "create", "zeros:8000")),
    ),
    race("read", read),
    race("write", (path) => write(path)),
  ],
};
