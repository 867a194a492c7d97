import { files } from "@glovebox/sdk";

export interface Found {
  readonly path: string;
  readonly kind: "file" | "directory" | "other";
}

/** What one call may visit: each folder is a host call, and those are limited. */
const foldersMax = 2000;
const depthMax = 32;

/**
 * All entries beneath a folder, folder by folder, each folder sorted by name.
 * Ends early where a limit is reached; `cut` says so then.
 */
export async function walk(
  start: string,
  options: { readonly recursive: boolean; readonly visit: (found: Found) => Promise<boolean> },
): Promise<{ readonly cut: boolean }> {
  const folders: { path: string; depth: number }[] = [{ path: normalize(start), depth: 0 }];
  let visited = 0;
  let cut = false;
  for (let folder = folders.shift(); folder; folder = folders.shift()) {
    if (++visited > foldersMax) return { cut: true };
    for (const { name, kind } of await files.list(folder.path === "" ? "." : folder.path)) {
      const path = folder.path === "" ? name : `${folder.path}/${name}`;
      if (!(await options.visit({ path, kind }))) return { cut: true };
      if (kind !== "directory" || !options.recursive) continue;
      if (folder.depth + 1 < depthMax) folders.push({ path, depth: folder.depth + 1 });
      else cut = true;
    }
  }
  return { cut };
}

/** Without `.` and doubled slashes. What leaves the folder stays as it is, for the host to refuse. */
function normalize(path: string): string {
  if (path.startsWith("/")) return path;
  return path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .join("/");
}
