import fs from "node:fs";
import path from "node:path";

/** What this process does to files, one after the other, until it dies at one of them. */
export interface DyingDisk {
  /** Each that was done, as `rename .glovebox.yaml.….tmp`. */
  readonly steps: readonly string[];
  restore(): void;
}

export interface Death {
  /** Steps below this folder count, its caches left out. */
  readonly folder: string;
  /** The step that is not done any more, from 0. */
  readonly at: number;
  /** A write at that step is done by half. */
  readonly isTorn: boolean;
  /** Ends the process, or throws. */
  readonly die: (step: string) => void;
}

type Loose = Record<string, (...args: unknown[]) => unknown>;
const CHANGING = ["renameSync", "rmSync", "mkdirSync", "chmodSync", "linkSync", "unlinkSync"];
const machine = fs as unknown as Loose;

/**
 * Counts every change to files below a folder, and lets the process die at one of them. Who only throws to die changes no file
 * any more either: what the code does while the error passes through it, a killed process would not do.
 */
export function watchDisk({ folder, at, isTorn, die }: Death): DyingDisk {
  const steps: string[] = [];
  const opened = new Map<unknown, string>();
  const original: Loose = {};
  let isDead = false;
  const isCounted = (file: string): boolean =>
    file.startsWith(folder) && !file.startsWith(path.join(folder, ".glovebox/cache"));
  const step = (what: string, file: string, half: () => void = () => {}): void => {
    if (isDead) die(what);
    if (!isCounted(file)) return;
    const words = `${what} ${path.relative(folder, file)}`;
    if (steps.length === at) {
      if (isTorn) half();
      isDead = true;
      die(words);
    }
    steps.push(words);
  };
  const patch = (name: string, make: (call: Loose[string]) => Loose[string]): void => {
    const call = machine[name]!;
    original[name] = call;
    machine[name] = make(call.bind(fs));
  };
  for (const name of CHANGING)
    patch(name, (call) => (...args) => {
      step(name.replace("Sync", ""), String(args[0]));
      return call(...args);
    });
  patch("openSync", (call) => (...args) => {
    const isWriting = typeof args[1] === "string" && args[1] !== "r";
    if (isWriting) step("open", String(args[0]));
    const fd = call(...args);
    opened.set(fd, String(args[0]));
    return fd;
  });
  patch("fsyncSync", (call) => (...args) => {
    step("fsync", opened.get(args[0]) ?? "");
    return call(...args);
  });
  patch("writeFileSync", (call) => (...args) => {
    const [target, bytes] = args;
    const file = typeof target === "number" ? (opened.get(target) ?? "") : String(target);
    const whole = Buffer.from(bytes as string | Uint8Array);
    step("write", file, () => call(target, whole.subarray(0, whole.length >> 1)));
    return call(...args);
  });
  return { steps, restore: () => void Object.assign(machine, original) };
}
