import fs from "node:fs";
import ffi from "node:ffi";

const F_SETFD = 2;
const FD_CLOEXEC = 1;

/**
 * Marks every descriptor above stderr as close-on-exec. Whatever started the broker may have left some open,
 * and Node marks them itself only up to the first gap: a sealed process would inherit the rest.
 * Throws when a descriptor cannot be marked.
 */
export function closeDescriptorsOnExec(): void {
  if (process.platform !== "linux") return;
  const { fcntl } = ffi.dlopen(null, {
    fcntl: { arguments: ["i32", "i32", "i32"], return: "i32" },
  }).functions;
  for (const descriptor of fs.readdirSync("/proc/self/fd").map(Number)) {
    const stillOpen = fs.existsSync(`/proc/self/fd/${descriptor}`);
    if (descriptor > 2 && stillOpen && fcntl(descriptor, F_SETFD, FD_CLOEXEC) !== 0) {
      throw new Error(`descriptor ${descriptor} cannot be closed on exec`);
    }
  }
}
