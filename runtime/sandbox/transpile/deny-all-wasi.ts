// Stands in for preview2-shim beneath jco's own bindgen, which is itself a WASI component: no files, no environment,
// no clock, streams that lead nowhere. The build maps every `@bytecodealliance/preview2-shim/*` import to this file.

class Nowhere {
  checkWrite(): bigint {
    return 1_048_576n;
  }
  write(): void {}
  blockingWriteAndFlush(): void {}
  blockingFlush(): void {}
  blockingRead(): never {
    throw { tag: "closed" };
  }
}

/** A resource that nothing ever makes: only its name is asked for. */
const absent = (): new () => object => class extends Object {};
const refuse = (): never => {
  throw new Error("the bindgen asked for what it must not have");
};
const nowhere = (): Nowhere => new Nowhere();
const nothing = (): undefined => undefined;

export const environment = { getEnvironment: () => [], getArguments: () => [] };
export const exit = { exit: refuse };
export const stdin = { getStdin: nowhere };
export const stdout = { getStdout: nowhere };
export const stderr = { getStderr: nowhere };
export const terminalInput = { TerminalInput: absent() };
export const terminalOutput = { TerminalOutput: absent() };
export const terminalStdin = { getTerminalStdin: nothing };
export const terminalStdout = { getTerminalStdout: nothing };
export const terminalStderr = { getTerminalStderr: nothing };
export const preopens = { getDirectories: () => [] };
export const types = {
  Descriptor: absent(),
  DirectoryEntryStream: absent(),
  filesystemErrorCode: nothing,
};
export const error = { Error: absent() };
export const streams = { InputStream: Nowhere, OutputStream: Nowhere };
/** Only seeds hash tables: output must be the same every time. */
export const random = {
  getRandomBytes: (length: bigint) => new Uint8Array(Number(length)).fill(7),
  getRandomU64: () => 7n,
};
