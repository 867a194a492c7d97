// A sandbox folder with everything in it that might lead out, and a secret beside it.
import { execFileSync } from "node:child_process";
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CapabilityBroker, HostOperation } from "@glovebox/host-api/capability";
import { makeBroker } from "@glovebox/host-api/filesystem/broker";
import { parseGrant } from "@glovebox/host-api/filesystem/grant";
import { openBeneath } from "../../../runtime/powers/beneath/open-beneath.ts";
import type { Stage } from "./stage.ts";

export interface Disk {
  readonly base: string;
  readonly box: string;
  readonly outside: string;
  readonly broker: CapabilityBroker;
  /** What is outside, whole: equal when nothing was touched. */
  look(): string;
  /** Bytes of all files inside. */
  used(): number;
  /** Everything as it was. */
  restore(): void;
  close(): void;
}

export const QUOTA_BYTES = 64 * 1024;
const FILES_MAX = 20;

export function openDisk(stage: Stage): Disk {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "glovebox-disk-")));
  // The real broker keeps its folder under the plugin's home, by this name.
  const box = join(base, "files");
  const outside = join(base, "files2");
  const mark = `${stage.canaries.mark}-disk`;
  const restore = (): void => {
    for (const folder of [box, outside]) {
      mkdirSync(folder, { recursive: true });
      for (const name of readdirSync(folder))
        rmSync(join(folder, name), { recursive: true, force: true });
    }
    writeFileSync(join(outside, "secret.txt"), mark);
    writeFileSync(join(box, "mine.txt"), "mine");
    mkdirSync(join(box, "folder"));
    symlinkSync("../files2/secret.txt", join(box, "link"));
    symlinkSync(join(outside, "secret.txt"), join(box, "absolute-link"));
    symlinkSync("../files2", join(box, "folder-link"));
    symlinkSync("link", join(box, "link-to-link"));
    symlinkSync("/proc/self/root", join(box, "magic"));
    symlinkSync(join(outside, "made.txt"), join(box, "dangling"));
    linkSync(join(outside, "secret.txt"), join(box, "hard-link"));
    execFileSync("mkfifo", [join(box, "pipe")]);
  };
  restore();
  const broker = stage.guarded
    ? makeBroker(
        parseGrant({ access: "read-write", quota: "64KiB", files_max: FILES_MAX }),
        { plugin: "attacker", folder: base },
        { openBeneath, nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      )
    : naiveBroker(box);
  return {
    base,
    box,
    outside,
    broker,
    look: () =>
      readdirSync(outside)
        .toSorted()
        .map((name) => {
          const { mode, size, mtimeMs } = lstatSync(join(outside, name));
          return [
            name,
            mode,
            size,
            mtimeMs,
            (mode & 0o170000) === 0o100000 ? readFileSync(join(outside, name), "latin1") : "",
          ].join("|");
        })
        .join("\n"),
    used: () =>
      readdirSync(box).reduce((sum, name) => {
        const stat = lstatSync(join(box, name));
        return sum + (stat.isFile() ? stat.size : 0);
      }, 0),
    restore,
    close() {
      broker.close?.();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** What anybody would write first: paths joined, links followed, nothing counted. */
function naiveBroker(box: string): CapabilityBroker {
  const at = (path: unknown): string => {
    const text = String(path).split("\0")[0] ?? "";
    return text.startsWith("/") ? text : join(box, text.replaceAll("\\", "/"));
  };
  const open = new Map<number, string>();
  const done = { value: null };
  const operations: Record<string, HostOperation> = {
    readFile: ({ args }) => ({ value: null, body: readFileSync(at(args[0])) }),
    writeFile: ({ args, body }) => {
      writeFileSync(at(args[0]), body, { flag: args[1] === "append" ? "a" : "w" });
      return done;
    },
    stat: ({ args }) => ({
      value: { sizeBytes: statSync(at(args[0])).size, kind: "file", modifiedMs: 0 },
    }),
    list: ({ args }) => ({
      value: null,
      body: Buffer.from(
        JSON.stringify(readdirSync(at(args[0])).map((name) => ({ name, kind: "file" }))),
      ),
    }),
    makeDirectory: ({ args }) => (mkdirSync(at(args[0])), done),
    removeFile: ({ args }) => (rmSync(at(args[0])), done),
    removeDirectory: ({ args }) => (rmSync(at(args[0]), { recursive: true }), done),
    rename: ({ args }) => (renameSync(at(args[0]), at(args[1])), done),
    open: ({ args }) => (open.set(open.size + 1, at(args[0])), { value: open.size }),
    read: ({ args }) => ({ value: null, body: readFileSync(open.get(Number(args[0])) ?? "") }),
    close: () => done,
  };
  return {
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, run]) => [`filesystem.${name}`, run]),
    ),
  };
}
