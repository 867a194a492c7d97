import { buildGuest } from "./guest-component.ts";

const INTERFACES = {
  environment: "wasi:cli/environment@0.2.12",
  exit: "wasi:cli/exit@0.2.12",
  stdin: "wasi:cli/stdin@0.2.12",
  stdout: "wasi:cli/stdout@0.2.12",
  stderr: "wasi:cli/stderr@0.2.12",
  monotonic: "wasi:clocks/monotonic-clock@0.2.12",
  wall: "wasi:clocks/wall-clock@0.2.12",
  poll: "wasi:io/poll@0.2.12",
};

/** A QuickJS component that runs the code it is handed, with WASI's resources within reach, and answers JSON. */
export function wasiGuest(): Promise<Uint8Array> {
  const names = Object.entries(INTERFACES);
  return buildGuest(
    `world guest { ${names.map(([, from]) => `import ${from};`).join(" ")} export run: func(code: string) -> string; }`,
    `${names.map(([name, from]) => `import * as ${name} from "${from}";`).join("\n")}
const all = { ${names.map(([name]) => name).join(", ")} };
const err = (operation) => { try { return ["ok", operation()]; } catch (error) { return ["err", error.payload ?? String(error)]; } };
const show = (key, value) => typeof value === "bigint" ? value + "n" : value instanceof Uint8Array ? ["bytes", ...value] : value === undefined ? "undefined" : value;
export function run(code) {
  return JSON.stringify(new Function("api", "err", "with (api) { return (" + code + "); }")(all, err), show);
}`,
  );
}
