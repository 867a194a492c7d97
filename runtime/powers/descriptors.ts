import fs from "node:fs";
import ffi from "node:ffi";

const F_SETFD = 2;
const FD_CLOEXEC = 1;

/**
 * Makes the function that marks every descriptor above stderr as close-on-exec, to be called before each start of a process.
 * Whatever started the broker may have left some open, of which Node marks only those up to the first gap,
 * and a library in the broker may open more at any time: a sealed process would inherit them.
 * It throws when a descriptor cannot be marked.
 */
export function makeDescriptorMarker(): () => void {
  if (process.platform !== "linux") return () => {};
  const { fcntl } = ffi.dlopen(null, {
    fcntl: { arguments: ["i32", "i32", "i32"], return: "i32" },
  }).functions;
  return () => {
    for (const descriptor of fs.readdirSync("/proc/self/fd").map(Number)) {
      if (descriptor <= 2 || fcntl(descriptor, F_SETFD, FD_CLOEXEC) === 0) continue;
      // The listing's own is closed by now.
      if (fs.existsSync(`/proc/self/fd/${descriptor}`))
        throw new Error(`descriptor ${descriptor} cannot be closed on exec`);
    }
  };
}
