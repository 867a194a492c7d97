import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** Who may do what with a file. Undefined permissions where the system has none. */
export interface FileRights {
  readonly mode: number | undefined;
  readonly owner: "operator" | "root" | "other";
  readonly isOwnGroup: boolean;
}

const PERMISSIONS = 0o7777;

/** Rights of what stands at the path, links followed; undefined when nothing does, or nobody may look. */
// debt("GB-055"): the mode alone, and once.
export function readRights(file: string): FileRights | undefined {
  try {
    const { mode, uid, gid } = fs.statSync(file);
    if (process.platform === "win32")
      return { mode: undefined, owner: "operator", isOwnGroup: true };
    const self = process.geteuid?.();
    return {
      mode: mode & PERMISSIONS,
      owner: uid === self ? "operator" : uid === 0 ? "root" : "other",
      isOwnGroup: gid === process.getegid?.(),
    };
  } catch {
    return undefined;
  }
}

/** The path with every link resolved, as far as it exists. */
export function resolveLinks(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    const parent = path.dirname(file);
    return parent === file ? file : path.join(resolveLinks(parent), path.basename(file));
  }
}

/** Homes of the machine's users, as far as they can be known: of who runs this, and of who is listed. */
export function listHomes(): readonly string[] {
  const own = [os.homedir(), process.env["HOME"] ?? ""];
  try {
    const lines = fs.readFileSync("/etc/passwd", "utf8").split("\n");
    const users = lines.map((line) => line.split(":")).filter((fields) => isPerson(fields));
    return unique([...own, ...users.map((fields) => fields[5] ?? "")]);
  } catch {
    return unique(own);
  }
}

/** Services have folders as their homes that may well be theirs to put data in. */
function isPerson([, , id = ""]: readonly string[]): boolean {
  return id === "0" || (Number(id) >= 1000 && Number(id) < 60_000);
}

function unique(homes: readonly string[]): readonly string[] {
  return [
    ...new Set(homes.filter((home) => path.isAbsolute(home)).map((home) => resolveLinks(home))),
  ];
}
