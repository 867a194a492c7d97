import { callOrThrowTag, type GuestChannel, type MakeGuestImports } from "../guest.ts";
import type { IoError } from "../io/streams.ts";
import type { BeneathStat } from "../powers.ts";
import { entriesOf, statOf } from "./answers.ts";
import { Descriptor, DirectoryEntryStream } from "./descriptor.ts";
import { wasiCodeOfTag } from "./wasi-error.ts";

/** `glovebox:plugin/files`, `wasi:filesystem/types` and `wasi:filesystem/preopens`. Without the grant there is no preopen. */
export const makeFilesystemImports: MakeGuestImports = ({ channel, granted }) => ({
  "glovebox:plugin/files": makeFiles(channel),
  "wasi:filesystem/types": {
    Descriptor,
    DirectoryEntryStream,
    filesystemErrorCode: (error: IoError) => wasiCodeOfTag(error.toDebugString()),
  },
  "wasi:filesystem/preopens": {
    getDirectories: () =>
      granted.has("filesystem")
        ? [[new Descriptor(channel, { path: "" }, { read: true, mutateDirectory: true }), "/"]]
        : [],
  },
});

function makeFiles(channel: GuestChannel) {
  const call = (operation: string, args: readonly string[], body?: Uint8Array) =>
    callOrThrowTag(channel, `filesystem.${operation}`, args, body);
  return {
    readFile: (path: string) => call("readFile", [path]).body,
    writeFile: (path: string, contents: Uint8Array, mode: string) => {
      call("writeFile", [path, mode], contents);
    },
    statPath: (path: string) => {
      const { kind, sizeBytes, modifiedMs } = statOf(call("stat", [path]));
      return { kind: plainKind(kind), size: BigInt(sizeBytes), modifiedMs };
    },
    listDirectory: (path: string) => {
      const entries = entriesOf(call("list", [path]));
      return JSON.stringify(entries.map(({ name, kind }) => ({ name, kind: plainKind(kind) })));
    },
    makeDirectory: (path: string) => {
      call("makeDirectory", [path]);
    },
    removeFile: (path: string) => {
      call("removeFile", [path]);
    },
    removeDirectory: (path: string) => {
      call("removeDirectory", [path]);
    },
    renamePath: (oldPath: string, newPath: string) => {
      call("rename", [oldPath, newPath]);
    },
  };
}

/** The WIT knows files and directories; a link is as foreign as a device. */
function plainKind(kind: BeneathStat["kind"]): "file" | "directory" | "other" {
  return kind === "symlink" ? "other" : kind;
}
