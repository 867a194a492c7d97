// What Extism finds where it looks for Node's modules: nothing. It opens files, devices and threads for manifests and options
// that we never give it. The build puts this in the place of every module that Extism imports, but for `wasi`.

function refuse(): never {
  throw new Error("Extism asked for what it must not have");
}

export const devNull = "/dev/null";
export const open = refuse;
export const closeSync = refuse;
export const readFile = refuse;
export class Worker {
  constructor() {
    refuse();
  }
}
