import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { generateKey } from "../../runtime/supply/signatures/keys.ts";
import { packedPlugin, signPackage } from "./packed-plugin.ts";

export const GLOVEBOX = join(import.meta.dirname, "../../runtime/cli/glovebox.mjs");

/** A plugin of this tree, and what the operator lets it do. */
export interface PluginToInstall {
  readonly folder: string;
  readonly grants: readonly string[];
}

export const FIXTURE: PluginToInstall = {
  folder: join(import.meta.dirname, "fixture-plugin"),
  grants: ["clock"],
};

export interface ServedWorkspace {
  readonly folder: string;
  readonly configFile: string;
  /** What an MCP client starts. */
  readonly command: { readonly command: string; readonly args: string[] };
  remove(): void;
}

/** Plugins built from source, signed with a key made for this test, and installed by the command line. */
export async function makeServedWorkspace(
  plugins: readonly PluginToInstall[],
  settings = "",
): Promise<ServedWorkspace> {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-served-"));
  const configFile = join(folder, "glovebox.yaml");
  const key = generateKey();
  writeFileSync(join(folder, "author.key"), key.privateKey, { mode: 0o600 });
  writeFileSync(join(folder, "author.pub"), `${key.publicKey.text}\n`);
  runGlovebox(["init"], folder);
  runGlovebox(["trust", "add", "author.pub", "--plugins", "*"], folder);
  for (const plugin of plugins) {
    const packed = await packedPlugin(plugin.folder);
    const manifest = readFileSync(join(plugin.folder, "plugin.json"), "utf8");
    const { name, version }: { name: string; version: string } = JSON.parse(manifest);
    mkdirSync(join(folder, name, "dist"), { recursive: true });
    const file = join(name, "dist", `${name}-${version}.tgz`);
    writeFileSync(join(folder, file), packed);
    writeFileSync(join(folder, `${file}.sigstore.json`), signPackage(packed, key));
    const grants = plugin.grants.flatMap((grant) => ["--grant", grant]);
    // Fixtures offer some of the same tools, and nobody chooses among them by their names.
    runGlovebox(["add", file, "--yes", "--accept", "name-overlap", ...grants], folder);
  }
  writeFileSync(configFile, `${readFileSync(configFile, "utf8")}${settings}`);
  return {
    folder,
    configFile,
    command: { command: process.execPath, args: [GLOVEBOX, "serve", "--config", configFile] },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs one command and throws when it fails. */
export function runGlovebox(words: readonly string[], folder: string): void {
  const { status, stderr } = spawnSync(process.execPath, [GLOVEBOX, ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`glovebox ${words.join(" ")} exited ${status}: ${stderr}`);
}

/** A client that says exactly what a test wants to say, byte for byte, and keeps every line that comes back. */
export class RawClient {
  readonly child: ChildProcessWithoutNullStreams;
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Every line of stdout that was no JSON-RPC message: there must be none. */
  readonly strayLines: string[] = [];
  readonly messages: Message[] = [];
  stderr = "";
  #waiting: (() => void)[] = [];

  constructor({ command }: ServedWorkspace) {
    this.child = spawn(command.command, command.args, { stdio: "pipe" });
    this.child.stderr.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.child.stdin.on("error", () => undefined);
    this.exited = new Promise((resolve) =>
      this.child.once("close", (code, signal) => {
        resolve(code ?? signal ?? -1);
        this.#wake();
      }),
    );
    createInterface({ input: this.child.stdout }).on("line", (line) => this.#hear(line));
  }

  #hear(line: string): void {
    try {
      this.messages.push(JSON.parse(line));
    } catch {
      this.strayLines.push(line);
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  send(message: string | object): void {
    const line =
      typeof message === "string" ? message : JSON.stringify({ jsonrpc: "2.0", ...message });
    this.child.stdin.write(`${line}\n`);
  }

  async initialize(): Promise<void> {
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "raw", version: "1" },
    };
    this.send({ id: "initialize", method: "initialize", params });
    await this.answer("initialize");
    this.send({ method: "notifications/initialized" });
  }

  call(id: number | string, name: string, args: unknown, meta?: unknown): void {
    this.send({
      id,
      method: "tools/call",
      params: { name, arguments: args, ...(meta ? { _meta: meta } : {}) },
    });
  }

  /** The message that answers request `id`, now or later. */
  answer(id: number | string): Promise<Message> {
    return this.find((message) => message.id === id && message.method === undefined);
  }

  async find(matches: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(matches);
      if (found) return found;
      if (this.child.exitCode !== null) throw new Error(`the server exited: ${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

export interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>> & {
    readonly content?: readonly { readonly type: string; readonly text: string }[];
    readonly structuredContent?: Readonly<Record<string, unknown>>;
    readonly isError?: boolean;
  };
  readonly error?: { readonly code: number; readonly message: string };
}

/** Processes whose ancestors include `root`, as the kernel says now. Linux only. */
export function descendantsOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(Number(name));
    if (stat) parents.set(Number(name), stat.parent);
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent === root || (parent !== undefined && parent > 1 && isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

/** Which of these processes are still there; one that only waits to be reaped is not. */
export function stillAlive(pids: readonly number[]): number[] {
  return pids.filter((pid) => !["Z", "X", undefined].includes(readStat(pid)?.state));
}

function readStat(pid: number): { parent: number; state: string | undefined } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return { state: fields[0], parent: Number(fields[1]) };
  } catch {
    return undefined;
  }
}

/** Waits until `holds`, and fails loudly when it never does. */
export async function until(holds: () => boolean, what: string, waitMsMax = 10_000): Promise<void> {
  const endMs = performance.now() + waitMsMax;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
