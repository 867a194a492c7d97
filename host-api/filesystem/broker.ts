import type { CapabilityBroker, HostAnswer, HostOperation, PluginHome } from "../capability.ts";
import { HostError } from "../errors.ts";
import type { BeneathStat, Powers } from "../powers.ts";
import { assertCount, parseInteger, parseTime, parseWord, parseWords } from "./arguments.ts";
import type { FilesystemGrant } from "./grant.ts";
import { CountUnderWay } from "./ledger.ts";
import { CHUNK_BYTES_MAX, LIST_ENTRIES_MAX, WHOLE_FILE_BYTES_MAX } from "./limits.ts";
import { MeteredFolder } from "./metered-folder.ts";
import { type OpenFile, OpenFiles } from "./open-files.ts";
import { parseLeafPath, parsePath } from "./path.ts";

const OPEN_FLAGS = ["read", "write", "create", "exclusive", "truncate", "directory"] as const;
const WRITE_MODES = ["create", "replace", "append"] as const;
const NOTHING: HostAnswer = { value: null };

type Operations = Record<string, HostOperation>;

/**
 * The authority over one plugin's folder, `files` below its home, created when it is missing.
 * Paths and handles come from a hostile runner: each operation reads its own arguments strictly.
 */
export function makeBroker(
  grant: FilesystemGrant,
  home: PluginHome,
  powers: Pick<Powers, "openBeneath" | "nowMs" | "monotonicMs">,
): CapabilityBroker {
  const beneath = powers.openBeneath(`${home.folder}/files`, {
    writable: grant.access === "read-write",
    ...(home.seal ? { seal: home.seal } : {}),
  });
  const folder = new MeteredFolder(beneath, grant, () => powers.monotonicMs());
  const files = new OpenFiles();
  const operations = {
    ...pathOperations(folder),
    ...handleOperations(folder, files, () => powers.nowMs()),
  };
  return {
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, run]) => [`filesystem.${name}`, whileCallRuns(run)]),
    ),
    endCall: (callId) => files.endCall(callId),
    close() {
      files.closeAll();
      folder.close();
    },
  };
}

/** Operations by path: `glovebox:plugin/files`, and all that needs no open file in `wasi:filesystem`. */
function pathOperations(folder: MeteredFolder): Operations {
  return {
    readFile({ args }) {
      assertCount(args, 1);
      const file = folder.open(parseLeafPath(args[0]), {
        read: true,
        write: false,
        create: false,
        exclusive: false,
        truncate: false,
      });
      if (file === undefined) throw new HostError("not-a-file", "read of a directory");
      try {
        const { sizeBytes } = file.stat();
        if (sizeBytes > WHOLE_FILE_BYTES_MAX)
          throw new HostError("too-large", "a file beyond one answer");
        return { value: null, body: file.read(0, sizeBytes) };
      } finally {
        file.close();
      }
    },
    writeFile({ args, body }) {
      assertCount(args, 2);
      assertSize(body.length, WHOLE_FILE_BYTES_MAX);
      folder.put(parseLeafPath(args[0]), body, parseWord(args[1], WRITE_MODES));
      return NOTHING;
    },
    stat({ args }) {
      assertCount(args, 1);
      return { value: statValue(folder.stat(parsePath(args[0]))) };
    },
    /** The entries travel as JSON in the body, since they may exceed a header. */
    list({ args }) {
      assertCount(args, 1);
      const entries = folder.list(parsePath(args[0]), LIST_ENTRIES_MAX);
      const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      return { value: null, body: new TextEncoder().encode(JSON.stringify(sorted)) };
    },
    makeDirectory({ args }) {
      assertCount(args, 1);
      folder.makeDirectory(parseLeafPath(args[0]));
      return NOTHING;
    },
    removeFile({ args }) {
      assertCount(args, 1);
      folder.removeFile(parseLeafPath(args[0]));
      return NOTHING;
    },
    removeDirectory({ args }) {
      assertCount(args, 1);
      folder.removeDirectory(parseLeafPath(args[0]));
      return NOTHING;
    },
    rename({ args }) {
      assertCount(args, 2);
      folder.rename(parseLeafPath(args[0]), parseLeafPath(args[1]));
      return NOTHING;
    },
  };
}

/** Operations on open files. Directories need no handle: the guest's side keeps their path, and it is resolved anew. */
function handleOperations(
  folder: MeteredFolder,
  files: OpenFiles,
  nowMs: () => number,
): Operations {
  return {
    /** Answers a handle, or `null` for a directory. */
    open({ args }, { callId }) {
      assertCount(args, 2);
      const path = parsePath(args[0]);
      const flags = parseWords(args[1], OPEN_FLAGS);
      if (flags.has("directory") && (flags.has("create") || flags.has("truncate")))
        throw new HostError("invalid-argument", "a directory is not opened so");
      files.assertRoom(callId);
      const [read, write] = [flags.has("read"), flags.has("write")];
      const wish = { read, write, create: flags.has("create") };
      const file = folder.open(path, {
        ...wish,
        exclusive: flags.has("exclusive"),
        truncate: flags.has("truncate"),
      });
      if (file === undefined) return NOTHING;
      if (flags.has("directory")) {
        file.close();
        throw new HostError("not-a-directory", "open of a file as a directory");
      }
      return { value: files.add(callId, { file, read, write }) };
    },
    read({ args }, { callId }) {
      assertCount(args, 3);
      const open = files.get(callId, parseInteger(args[0]));
      if (!open.read) throw new HostError("not-permitted", "read through a handle for writing");
      const lengthBytes = parseInteger(args[2]);
      assertSize(lengthBytes, CHUNK_BYTES_MAX);
      return { value: null, body: open.file.read(parseInteger(args[1]), lengthBytes) };
    },
    /** `[handle, offset | "end"]`, bytes in the body. Answers how many were written. */
    write({ args, body }, { callId }) {
      assertCount(args, 2);
      const file = writable(files.get(callId, parseInteger(args[0])));
      assertSize(body.length, CHUNK_BYTES_MAX);
      const offset = args[1] === "end" ? file.stat().sizeBytes : parseInteger(args[1]);
      return { value: file.write(offset, body) };
    },
    statHandle({ args }, { callId }) {
      assertCount(args, 1);
      return { value: statValue(files.get(callId, parseInteger(args[0])).file.stat()) };
    },
    setSize({ args }, { callId }) {
      assertCount(args, 2);
      writable(files.get(callId, parseInteger(args[0]))).setSize(parseInteger(args[1]));
      return NOTHING;
    },
    /** `[handle, accessed, modified]`, as `parseTime` reads them. */
    setTimes({ args }, { callId }) {
      assertCount(args, 3);
      const file = writable(files.get(callId, parseInteger(args[0])));
      const { accessedMs, modifiedMs } = file.stat();
      const now = nowMs();
      file.setTimes(parseTime(args[1], accessedMs, now), parseTime(args[2], modifiedMs, now));
      return NOTHING;
    },
    async sync({ args }, { callId }) {
      assertCount(args, 1);
      await files.get(callId, parseInteger(args[0])).file.sync();
      return NOTHING;
    },
    close({ args }, { callId }) {
      assertCount(args, 1);
      files.close(callId, parseInteger(args[0]));
      return NOTHING;
    },
  };
}

/**
 * Nothing is opened or changed for a call that has ended: `endCall` has already closed what it held.
 * An operation that needs a count which takes long waits for it, and begins anew.
 */
function whileCallRuns(run: HostOperation): HostOperation {
  const attempt: HostOperation = (request, call) => {
    if (call.signal.aborted)
      throw new HostError("timed-out", "an operation of a call that has ended");
    try {
      return run(request, call);
    } catch (error) {
      if (!(error instanceof CountUnderWay)) throw error;
      return error.over.then(() => attempt(request, call));
    }
  };
  return attempt;
}

function writable(open: OpenFile): OpenFile["file"] {
  if (!open.write) throw new HostError("not-permitted", "write through a handle for reading");
  return open.file;
}

function assertSize(lengthBytes: number, bytesMax: number): void {
  if (lengthBytes > bytesMax)
    throw new HostError("too-large", "more bytes than one operation moves");
}

function statValue({ kind, sizeBytes, modifiedMs, accessedMs, changedMs, identity }: BeneathStat) {
  return { kind, sizeBytes, modifiedMs, accessedMs, changedMs, identity };
}
