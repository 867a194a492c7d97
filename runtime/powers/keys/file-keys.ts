import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { AtRestError } from "../../at-rest/errors.ts";
import { isKeyIdOf, type KeyProvider } from "../../at-rest/key-provider.ts";
import { DATA_KEY_BYTES, Sealer } from "../../at-rest/seal.ts";
import { isCode } from "../file-errors.ts";
import { flushFolder } from "../write-files.ts";

const FOLDER_MODE = 0o700;
const KEY_MODE = 0o600;
const OPEN_TO_OTHERS = 0o077;
/** Says what the file is, for whoever finds it. */
const MARK = Buffer.from("glovebox key 1\n");
const FILE_BYTES = MARK.length + DATA_KEY_BYTES;
const PLACE = { store: "tenant key", name: "" };
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_RDWR } = fs.constants;

/**
 * Wrapping keys as files in one folder, for one machine: whoever reads the folder and the data reads everything, so it
 * belongs outside the workspace, and outside of the data's backups. Refuses a folder or a file that is a link, another
 * user's, or open to others.
 * To destroy a key is to overwrite its bytes, flush them, and remove the file. A disk that keeps old blocks, a snapshot
 * or a backup of the folder keeps the key: debt("GB-079").
 */
export function openFileKeys(folder: string): KeyProvider {
  const fileOf = (id: string): string => path.join(folder, `${id}.key`);
  const sealerOf = (id: string): Sealer => {
    verifyFolder(folder);
    return new Sealer(readKey(fileOf(id)));
  };
  return {
    kind: "file",
    create: async (id) => {
      makeFolder(folder);
      guard(() => {
        const fd = fs.openSync(fileOf(id), "wx", KEY_MODE);
        try {
          fs.fchmodSync(fd, KEY_MODE);
          fs.writeFileSync(fd, Buffer.concat([MARK, randomBytes(DATA_KEY_BYTES)]));
          fs.fsyncSync(fd);
        } finally {
          fs.closeSync(fd);
        }
        flushFolder(folder);
      });
    },
    wrap: async (id, plain, associated) =>
      sealerOf(id).seal(plain, { ...PLACE, tenant: toText(associated) }),
    unwrap: async (id, wrapped, associated) => {
      const sealer = sealerOf(id);
      try {
        return sealer.open(wrapped, { ...PLACE, tenant: toText(associated) });
      } catch (cause) {
        throw new AtRestError("ERR_TENANT_KEY_RECORD", "A wrapped key does not open.", { cause });
      }
    },
    list: async (tenant) => {
      if (!fs.existsSync(folder)) return [];
      verifyFolder(folder);
      const names = guard(() => fs.readdirSync(folder));
      return names
        .flatMap((name) => (name.endsWith(".key") ? [name.slice(0, -".key".length)] : []))
        .filter((id) => isKeyIdOf(id, tenant));
    },
    destroy: async (id) => {
      verifyFolder(folder);
      destroyKey(fileOf(id));
      guard(() => flushFolder(folder));
    },
    check: async () => {
      if (!fs.existsSync(folder)) return "the folder of keys is made with the first key";
      verifyFolder(folder);
      guard(() => fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK));
      return "the folder of keys can be used, and by its owner alone";
    },
    close: async () => undefined,
  };
}

/** The folder itself, never the one above it: where that is missing the path is likely wrong. */
function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { mode: FOLDER_MODE });
    flushFolder(path.dirname(folder));
  } catch (cause) {
    if (!isCode(cause, "EEXIST")) throw unusable(cause);
  }
  verifyFolder(folder);
}

function verifyFolder(folder: string): void {
  const stat = guard(() => fs.lstatSync(folder, { throwIfNoEntry: false }));
  if (stat === undefined) throw new AtRestError("ERR_TENANT_KEY_GONE", "There is no key folder.");
  if (!stat.isDirectory()) throw unsafe("what stands in the folder's place is a link or no folder");
  verifyRights(stat, "the folder");
}

/** Throws `ERR_TENANT_KEY_GONE`, and `ERR_KEY_FOLDER` for a file that may not be trusted. */
function readKey(file: string): Uint8Array {
  const fd = openKey(file, O_RDONLY);
  if (fd === undefined) throw new AtRestError("ERR_TENANT_KEY_GONE", "There is no such key.");
  try {
    const stat = fs.fstatSync(fd);
    verifyKeyFile(stat);
    const bytes = Buffer.alloc(FILE_BYTES + 1);
    const count = guard(() => fs.readSync(fd, bytes, 0, bytes.length, 0));
    if (count !== FILE_BYTES || !bytes.subarray(0, MARK.length).equals(MARK))
      throw new AtRestError("ERR_TENANT_KEY_GONE", "A key's file is damaged.");
    return bytes.subarray(MARK.length, FILE_BYTES);
  } finally {
    fs.closeSync(fd);
  }
}

function destroyKey(file: string): void {
  const fd = openKey(file, O_RDWR);
  if (fd === undefined) return;
  try {
    const stat = fs.fstatSync(fd);
    // Whatever else stands there is not overwritten, and its removal would destroy nothing.
    verifyKeyFile(stat);
    guard(() => {
      for (const fill of [randomBytes(FILE_BYTES), Buffer.alloc(FILE_BYTES)]) {
        fs.writeSync(fd, fill, 0, FILE_BYTES, 0);
        fs.fsyncSync(fd);
      }
    });
  } finally {
    fs.closeSync(fd);
  }
  guard(() => fs.rmSync(file, { force: true }));
}

/** Not through a link, and not blocking: a pipe in the file's place must not stop the broker. */
function openKey(file: string, flags: number): number | undefined {
  try {
    return fs.openSync(file, flags | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return undefined;
    if (isCode(cause, "ELOOP", "ENXIO", "EISDIR"))
      throw unsafe("what stands in a key's place is a link or no file");
    throw unusable(cause);
  }
}

function verifyKeyFile(stat: fs.Stats): void {
  if (!stat.isFile()) throw unsafe("what stands in a key's place is no file");
  if (stat.nlink > 1) throw unsafe("a key's file has a second name");
  verifyRights(stat, "a key's file");
}

function verifyRights({ mode, uid }: fs.Stats, what: string): void {
  if (process.platform === "win32") return;
  if (uid !== process.geteuid?.()) throw unsafe(`${what} is another user's`);
  if ((mode & OPEN_TO_OTHERS) !== 0) throw unsafe(`${what} is open to others than its owner`);
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function guard<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    throw cause instanceof AtRestError ? cause : unusable(cause);
  }
}

function unsafe(what: string): AtRestError {
  return new AtRestError("ERR_KEY_FOLDER", `In \`encryption.keys.file\` ${what}.`);
}

function unusable(cause: unknown): AtRestError {
  return new AtRestError("ERR_KEY_PROVIDER", "The folder of keys cannot be used.", { cause });
}
