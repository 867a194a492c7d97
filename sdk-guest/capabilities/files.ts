import { currentHost, type FileStat, type WriteMode } from "../host/host.ts";
import { decodeText, encodeText } from "./text.ts";

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "other";
}

/**
 * Files beneath the plugin's own folder. Paths are relative, with `/` between names; `.` is the folder itself.
 * Needs the `filesystem` capability.
 */
export const files = {
  async readText(path: string): Promise<string> {
    return decodeText(currentHost().files.readFile(path));
  },
  async readBytes(path: string): Promise<Uint8Array> {
    return currentHost().files.readFile(path);
  },
  /** `create` (refuses an existing file), `replace` (the default) or `append`. */
  async write(
    path: string,
    contents: string | Uint8Array,
    mode: WriteMode = "replace",
  ): Promise<void> {
    currentHost().files.writeFile(
      path,
      typeof contents === "string" ? encodeText(contents) : contents,
      mode,
    );
  },
  async stat(path: string): Promise<FileStat> {
    return currentHost().files.statPath(path);
  },
  /** Sorted by name, at most 10,000. */
  async list(path = "."): Promise<readonly DirectoryEntry[]> {
    return JSON.parse(currentHost().files.listDirectory(path)) as DirectoryEntry[];
  },
  async makeDirectory(path: string): Promise<void> {
    currentHost().files.makeDirectory(path);
  },
  async remove(path: string): Promise<void> {
    currentHost().files.removeFile(path);
  },
  /** Only when it is empty. */
  async removeDirectory(path: string): Promise<void> {
    currentHost().files.removeDirectory(path);
  },
  async rename(oldPath: string, newPath: string): Promise<void> {
    currentHost().files.renamePath(oldPath, newPath);
  },
} as const;
