import { NoImage } from "./state-image.ts";

/** The way back to a global's value. A constant one needs none. */
export function restoreGlobal(global: WebAssembly.Global): () => void {
  const value = read(global);
  // JavaScript may write another NaN than the one it read.
  if (Number.isNaN(value)) throw new NoImage("a global that is not a number");
  try {
    global.value = value;
  } catch {
    return () => {};
  }
  return () => {
    global.value = value;
  };
}

function read(global: WebAssembly.Global): unknown {
  try {
    return global.value;
  } catch {
    throw new NoImage("a global that JavaScript cannot read");
  }
}
