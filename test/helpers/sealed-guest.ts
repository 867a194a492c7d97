import type { CapabilityBroker, CapabilityName } from "@glovebox/host-api/capability";
import { makeProcessPowers } from "../../runtime/powers/process.ts";
import { DEFAULT_LIMITS, type Limits } from "../../runtime/sandbox/limits.ts";
import { openSandbox } from "../../runtime/sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../../runtime/sandbox/programs.ts";
import type { PluginAnswer } from "../../runtime/sandbox/sandbox.ts";
import { buildHttpGuest } from "./guest-component.ts";

const INTERFACES = {
  poll: "wasi:io/poll",
  streams: "wasi:io/streams",
  http: "wasi:http/types",
  handler: "wasi:http/outgoing-handler",
  files: "wasi:filesystem/types",
  preopens: "wasi:filesystem/preopens",
  monotonic: "wasi:clocks/monotonic-clock",
  wall: "wasi:clocks/wall-clock",
  secure: "wasi:random/random",
  exit: "wasi:cli/exit",
  environment: "wasi:cli/environment",
  stdout: "wasi:cli/stdout",
} as const;

const WORLD = `world guest {
  ${Object.values(INTERFACES)
    .map((name) => `import ${name}@0.2.12;`)
    .join("\n")}
  export run: func(code: string) -> string;
}`;

/** Runs what a test hands it, and answers JSON. What the text can use besides WASI is written here. */
const SOURCE = `
${Object.entries(INTERFACES)
  .map(([name, from]) => `import * as ${name} from "${from}@0.2.12";`)
  .join("\n")}
const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const text = (array) => String.fromCharCode(...array);
const err = (operation) => { try { return ["ok", operation()]; } catch (error) { return ["err", error.payload ?? String(error)]; } };
const request = (url, { method = "get", headers = [] } = {}) => {
  const made = new http.OutgoingRequest(http.Fields.fromList(headers.map(([name, value]) => [name, bytes(value)])));
  const [, scheme, authority, path] = /^(https?):..([^/]*)(.*)$/.exec(url);
  made.setMethod({ tag: method });
  made.setScheme({ tag: scheme.toUpperCase() });
  made.setAuthority(authority);
  made.setPathWithQuery(path || "/");
  return made;
};
const get = (url, options) => handler.handle(request(url, options), options?.options);
const settle = (future) => { future.subscribe().block(); return future.get(); };
const unwrap = (result) => {
  if (result?.tag === undefined) return result;
  if (result.tag === "ok") return unwrap(result.val);
  throw Object.assign(new Error("err"), { payload: result.val });
};
const answer = (future) => unwrap(settle(future));
const readAll = (stream) => {
  let all = "";
  for (;;) {
    try { all += text(stream.blockingRead(65536)); }
    catch (error) { if (error.payload?.tag === "closed") return all; throw error; }
  }
};
const code = ({ payload }) => payload.tag === "last-operation-failed" ? http.httpErrorCode(payload.val)?.tag : payload.tag;
const api = { ${Object.keys(INTERFACES).join(", ")}, bytes, text, err, request, get, settle, answer, unwrap, readAll, code };
const show = (key, value) => typeof value === "bigint" ? Number(value) : value instanceof Uint8Array ? text(value) : value;
export function run(source) {
  try { return JSON.stringify({ answer: new Function("api", "with (api) { " + source + " }")(api) }, show); }
  catch (error) { return JSON.stringify({ threw: String(error) + JSON.stringify(error.payload, show) + error.stack }); }
}`;

export interface SealedGuest extends AsyncDisposable {
  /** Runs a function body inside the seal, in a call of its own, and answers what it returned. Throws `SandboxError`. */
  run(source: string, signal?: AbortSignal): Promise<unknown>;
  /** How the last call ended. */
  readonly last: PluginAnswer | undefined;
}

/** A guest of all of WASI behind the real seal, with real brokers. Needs the tree to be built. */
export async function makeSealedGuests() {
  const sandbox = await openSandbox(makeProcessPowers(SEALED_FOLDER));
  const transpiled = await sandbox.transpile(await buildHttpGuest(WORLD, SOURCE));
  let calls = 0;
  return {
    close: () => sandbox.close(),
    open(
      brokers: Partial<Record<CapabilityName, CapabilityBroker>>,
      limits: Partial<Limits> = {},
    ): SealedGuest {
      const plugin = sandbox.openPlugin({
        plugin: "p",
        transpiled,
        limits: { ...DEFAULT_LIMITS, ...limits },
        granted: Object.keys(brokers),
        brokers: Object.values(brokers),
      });
      let last: PluginAnswer | undefined;
      return {
        async run(source, signal = new AbortController().signal) {
          calls += 1;
          const scope = { callId: `call-${calls}`, plugin: "p", tool: "run", signal };
          last = await plugin.call({ scope, export: ["run"], args: [source], context: null });
          const { threw, answer } = JSON.parse(last.value as string);
          if (threw !== undefined) throw new Error(threw);
          return answer;
        },
        get last() {
          return last;
        },
        async [Symbol.asyncDispose]() {
          await plugin.close();
          for (const broker of Object.values(brokers)) await broker.close?.();
        },
      };
    },
  };
}
