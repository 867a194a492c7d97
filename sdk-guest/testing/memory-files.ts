import type { HostErrorTag } from "@glovebox/host-api/errors";
import { CapabilityError, type PluginHost } from "../host/host.ts";

/** The plugin's folder in memory: files by path, and directories that were made. Behaves like the host's, without quotas. */
export function makeMemoryFiles(
  contents: Map<string, Uint8Array>,
  options: { readonly readOnly: boolean; readonly nowMs: () => number },
): PluginHost["files"] {
  const directories = new Set<string>();
  const modified = new Map<string, number>();

  const at = (operation: string) => {
    const refuse = (tag: HostErrorTag): never => {
      throw new CapabilityError(tag, "filesystem", `files.${operation}`);
    };
    return {
      refuse,
      read: (path: string): string => parsePath(path, refuse),
      change: (path: string): string => {
        const name = parsePath(path, refuse);
        if (options.readOnly) refuse("not-permitted");
        if (name === "") refuse("invalid-argument");
        const parent = name.includes("/") ? name.slice(0, name.lastIndexOf("/")) : "";
        if (contents.has(parent)) refuse("not-a-directory");
        if (!isDirectory(parent)) refuse("not-found");
        return name;
      },
    };
  };
  const isDirectory = (path: string): boolean =>
    path === "" ||
    directories.has(path) ||
    [...contents.keys()].some((name) => name.startsWith(`${path}/`));

  return {
    readFile(path) {
      const { read, refuse } = at("readFile");
      const name = read(path);
      return contents.get(name)?.slice() ?? refuse(isDirectory(name) ? "not-a-file" : "not-found");
    },
    writeFile(path, bytes, mode) {
      const { change, refuse } = at("writeFile");
      const name = change(path);
      if (isDirectory(name)) refuse("not-a-file");
      const old = contents.get(name);
      if (mode === "create" && old) refuse("already-exists");
      contents.set(
        name,
        mode === "append" && old ? new Uint8Array([...old, ...bytes]) : bytes.slice(),
      );
      modified.set(name, options.nowMs());
    },
    statPath(path) {
      const { read, refuse } = at("statPath");
      const name = read(path);
      const file = contents.get(name);
      if (!file && !isDirectory(name)) refuse("not-found");
      return {
        kind: file ? "file" : "directory",
        sizeBytes: file?.length ?? 0,
        modifiedMs: modified.get(name) ?? 0,
      };
    },
    listDirectory(path) {
      const { read, refuse } = at("listDirectory");
      const name = read(path);
      if (contents.has(name)) refuse("not-a-directory");
      if (!isDirectory(name)) refuse("not-found");
      const prefix = name === "" ? "" : `${name}/`;
      const entries = new Map<string, "file" | "directory">();
      for (const full of [...contents.keys(), ...directories]) {
        if (full === name || !full.startsWith(prefix)) continue;
        const rest = full.slice(prefix.length);
        const [first] = rest.split("/");
        entries.set(first!, rest === first && contents.has(full) ? "file" : "directory");
      }
      return JSON.stringify(
        [...entries]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([entry, kind]) => ({ name: entry, kind })),
      );
    },
    makeDirectory(path) {
      const { change, refuse } = at("makeDirectory");
      const name = change(path);
      if (contents.has(name) || isDirectory(name)) refuse("already-exists");
      directories.add(name);
    },
    removeFile(path) {
      const { change, refuse } = at("removeFile");
      const name = change(path);
      if (!contents.delete(name)) refuse(isDirectory(name) ? "not-a-file" : "not-found");
    },
    removeDirectory(path) {
      const { change, refuse } = at("removeDirectory");
      const name = change(path);
      if (contents.has(name)) refuse("not-a-directory");
      if (!isDirectory(name)) refuse("not-found");
      const inside = [...contents.keys(), ...directories].some((full) =>
        full.startsWith(`${name}/`),
      );
      if (inside) refuse("not-empty");
      directories.delete(name);
    },
    renamePath(oldPath, newPath) {
      const { change, refuse } = at("renamePath");
      const from = change(oldPath);
      const to = change(newPath);
      const file = contents.get(from);
      if (!file) refuse(isDirectory(from) ? "not-a-file" : "not-found");
      if (isDirectory(to)) refuse("already-exists");
      contents.delete(from);
      contents.set(to, file!);
    },
  };
}

function parsePath(path: string, refuse: (tag: HostErrorTag) => never): string {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (path.startsWith("/") || path.includes("\\") || names.includes("..")) refuse("not-permitted");
  if (path.includes("\0")) refuse("invalid-argument");
  return names.join("/");
}
