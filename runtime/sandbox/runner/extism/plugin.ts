import { Buffer } from "node:buffer";
import { createPlugin, type Plugin } from "extism";
import { GuestExit } from "@glovebox/host-api/guest";
import { cutMessage } from "@glovebox/host-api/log/lines";
import type { CallStates } from "@glovebox/host-api/call-states";
import type { CallMessage, ResultMessage } from "../../protocol.ts";
import type { Ended } from "../run-export.ts";
import type { InstanceWorld } from "../serve.ts";
import { Blocks } from "./blocks.ts";
import { makeCallState, type CallState } from "./call-state.ts";
import { servletCall, versionOf, type ServletVersion } from "./formats.ts";
import { makeKernelFunctions } from "./kernel.ts";
import { KernelFull, ToolFailure } from "./tool-failure.ts";
import { makeUserFunctions } from "./user.ts";
import { makeWasi } from "./wasi.ts";
import { prepareWasi } from "./wasi-module.ts";

const DECODER = new TextDecoder();

/** One instance of an Extism plugin. */
export interface ExtismInstance {
  readonly instance: WebAssembly.Instance;
  readonly states: CallStates;
  run(this: void, message: CallMessage): Promise<Ended>;
  /** Drops what the last call left in blocks. False when that cannot be. */
  restoreBlocks(): boolean;
}

export interface InstanceOptions {
  readonly world: InstanceWorld;
  /** What host and plugin hand to each other at most, at one time. */
  readonly kernelBytesMax: number;
}

/**
 * Makes an instance by Extism, in the foreground: no worker, no promise of the engine's, no file, no fetch. Whatever holds
 * authority is ours: see `makeKernelFunctions`, `makeUserFunctions` and `makeWasi`. Throws when it does not link or start.
 */
export async function makeExtismInstance(
  module: WebAssembly.Module,
  { world, kernelBytesMax }: InstanceOptions,
): Promise<ExtismInstance> {
  const { setting, states } = world;
  const state = makeCallState(setting.perCall);
  const blocks = new Blocks(kernelBytesMax, setting.perCall);
  prepareWasi(makeWasi(setting, state));
  const plugin = await createPlugin(module, {
    useWasi: true,
    // Else Extism would open a device to throw output away. Ours are log lines.
    enableWasiOutput: true,
    runInWorker: false,
    logger: makeLogger(setting),
    logLevel: "trace",
    config: {},
    allowedHosts: [],
    fetch: () => Promise.reject(new Error("not this way")),
    functions: {
      "extism:host/env": makeKernelFunctions(setting, blocks, state),
      "extism:host/user": makeUserFunctions(setting, blocks, state),
    },
  });
  const instance = await plugin.getInstance();
  const version = versionOf(instance.exports);
  if (version === undefined) throw new Error("it exports neither call and describe nor call_tool");
  states.forget();
  return {
    instance,
    states,
    restoreBlocks: () => restoreBlocks(plugin, blocks),
    run: (message) => runServlet({ plugin, version, blocks, state, message }),
  };
}

/**
 * Extism keeps one block over all calls, of one byte, so that no other has the address 0; and a plugin may write it or free
 * it as any other. It can be seen through what a host function was handed: where none of ours was called, nobody knows.
 */
function restoreBlocks(plugin: Plugin, blocks: Blocks): boolean {
  void plugin.reset();
  const first = blocks.seen?.read(0n)?.bytes();
  if (first?.length !== 1) return false;
  first[0] = 0;
  return true;
}

function makeLogger(setting: InstanceWorld["setting"]): Console {
  const write =
    (level: string) =>
    (text: unknown): void =>
      setting.note("log", [level, cutMessage(String(text))]);
  const logger: Partial<Console> = {
    trace: write("debug"),
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
  return logger as Console;
}

interface Run {
  readonly plugin: Plugin;
  readonly version: ServletVersion;
  readonly blocks: Blocks;
  readonly state: () => CallState;
  readonly message: CallMessage;
}

/** Calls the plugin and says how it ended. Never throws. */
async function runServlet({ plugin, version, blocks, state, message }: Run): Promise<Ended> {
  const { id, args, context } = message;
  const asked = servletCall(version, message.export, args, context);
  if (asked === undefined) return { message: { t: "result", id, trap: "error" } };
  state().isListing = message.export[1] === "listTools";
  try {
    await plugin.call(asked.export, asked.input);
    const { output, error } = state();
    if (error !== undefined) {
      const said = blocks.text(error.plugin, error.address) ?? "";
      return answer(id, failureText("FAILED", said));
    }
    const bytes = output && blocks.read(output.plugin, output.address, output.lengthBytes);
    return answer(id, bytes === undefined ? "" : DECODER.decode(bytes));
  } catch (thrown) {
    // What the plugin left halfway is nothing to go on with, though the client gets an answer.
    if (thrown instanceof ToolFailure)
      return { ...answer(id, failureText(thrown.code, thrown.message)), unwound: true };
    return { message: { t: "result", id, trap: classify(thrown) } };
  }
}

function answer(id: number, text: string): Ended {
  return { message: { t: "result", id }, body: Buffer.from(text) };
}

/** As tools of our own say it: see `ToolFailure` of the firewall. */
function failureText(code: ToolFailure["code"], message: string): string {
  return JSON.stringify({ error: { error_code: code, message } });
}

function classify(error: unknown): NonNullable<ResultMessage["trap"]> {
  if (error instanceof GuestExit) return "exit";
  if (error instanceof KernelFull) return "memory";
  if (error instanceof RangeError) {
    if (error.message.startsWith("Maximum call stack")) return "stack";
    return /allocation/i.test(error.message) ? "memory" : "error";
  }
  return error instanceof WebAssembly.RuntimeError ? "trap" : "error";
}
