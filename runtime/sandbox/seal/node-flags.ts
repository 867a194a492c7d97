/**
 * Ring 4: what a sealed Node gives up by itself. A seat belt against JavaScript that was led astray;
 * it stops nothing native, which is ring 5's work. No probe tells whether it is there: debt("GB-075").
 *
 * The permission model denies files (but the program itself and `readable`), network, child processes, workers, addons,
 * WASI and the inspector. Behind a seal node:ffi stays allowed until `tighten` has used and dropped it.
 */
export function nodeFlags(sealed: boolean, readable: readonly string[]): readonly string[] {
  return [
    "--no-warnings",
    "--permission",
    ...(sealed ? ["--allow-ffi"] : []),
    ...readable.map((path) => `--allow-fs-read=${path}`),
    // node:sqlite is not held by the permission model.
    "--no-experimental-sqlite",
    "--no-experimental-websocket",
    "--no-experimental-webstorage",
    // Neither this runtime nor the bindings of a component make code of strings: vm.Script and WebAssembly are other ways.
    "--disallow-code-generation-from-strings",
    "--no-addons",
    "--no-global-search-paths",
    "--disable-proto=delete",
    "--disable-sigusr1",
    // An unreadable openssl.cnf ends Node at its start.
    "--openssl-config=/dev/null",
  ];
}
