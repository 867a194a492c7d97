import type { CapabilityBroker, HostOperation, HostRequest } from "@glovebox/host-api/capability";
import type { Awaitable } from "./awaitable.ts";

/** Told before a call reads or changes what its plugin keeps. */
export type TouchStore = (callId: string, store: string, writes: boolean) => Awaitable<void>;

/** Operations that change nothing which another call could find. Any other one counts as a change, known or not. */
const READING: ReadonlySet<string> = new Set([
  "kv.get",
  "kv.keys",
  "filesystem.readFile",
  "filesystem.stat",
  "filesystem.list",
  "filesystem.read",
  "filesystem.statHandle",
  "filesystem.sync",
  "filesystem.close",
]);
const KEEPING = /^(kv|filesystem)\./;

/**
 * Wraps the brokers of what a plugin keeps, so that it is known which calls touched it. The broker sees it happen: neither
 * the plugin's word nor its tool's name is asked. `store` names the folder that all this plugin's data is in.
 */
export function traceStores(
  brokers: readonly CapabilityBroker[],
  store: string,
  touch: TouchStore,
): readonly CapabilityBroker[] {
  return brokers.map((broker) => ({
    ...broker,
    operations: Object.fromEntries(
      Object.entries(broker.operations).map(([name, run]) => [
        name,
        KEEPING.test(name) ? trace(name, run, store, touch) : run,
      ]),
    ),
  }));
}

function trace(name: string, run: HostOperation, store: string, touch: TouchStore): HostOperation {
  return (request, call) => {
    const told = touch(call.callId, store, !isReading(name, request));
    return told instanceof Promise ? told.then(() => run(request, call)) : run(request, call);
  };
}

/** A file that is opened to be read is not changed; the flags are a list of words, written by the runner. */
function isReading(name: string, { args }: HostRequest): boolean {
  if (name !== "filesystem.open") return READING.has(name);
  const [, flags] = args;
  return Array.isArray(flags) && flags.every((flag) => flag === "read" || flag === "directory");
}
