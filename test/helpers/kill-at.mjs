// Preloaded by tests: kills this process, as `kill -9` would, at the step that its environment names.
import { watchDisk } from "./dying-disk.ts";

const { KILL_FOLDER: folder, KILL_AT: at, KILL_TORN: torn } = process.env;
watchDisk({
  folder,
  at: Number(at),
  isTorn: torn === "1",
  die() {
    process.kill(process.pid, "SIGKILL");
    // The signal takes a moment, in which nothing may happen.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
