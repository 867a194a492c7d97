import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { addPlugin, type AddRequest } from "../../runtime/cli/approval/approve.ts";
import type { CommandCall } from "../../runtime/cli/command.ts";
import type { ApprovalResult } from "../../runtime/cli/approval/finish-approval.ts";
import type { Machine } from "../../runtime/cli/machine.ts";
import { makeMachine } from "../../runtime/cli/make-machine.ts";
import { makeOutput } from "../../runtime/cli/output.ts";
import { generateKey, type KeyPair } from "../../runtime/supply/signatures/keys.ts";
import { packPackage } from "../../runtime/supply/package.ts";
import { fromWat, TOOLS_WAT } from "./component-samples.ts";
import { signPackage } from "./packed-plugin.ts";
import { toBytes } from "./plugin-files.ts";

/** A component of half a kilobyte that lists `tools`, and answers every call with the same text. */
export function tinyComponent(tools: unknown): Promise<Uint8Array> {
  const json = JSON.stringify(tools);
  const length = Buffer.from(Uint32Array.of(json.length).buffer);
  const lengthText = [...length].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
  return fromWat(
    TOOLS_WAT.replace("\\02\\00\\00\\00", lengthText).replace('"[]"', JSON.stringify(json)),
  );
}

export interface TinyPlugin {
  readonly manifest: Uint8Array;
  readonly component: Uint8Array;
  /** The whole package. */
  readonly packed: Uint8Array;
}

export async function tinyPlugin(name = "tiny", version = "1.0.0"): Promise<TinyPlugin> {
  const tools = [{ name: "say", description: "Says something.", inputSchema: { type: "object" } }];
  const manifest = toBytes({
    manifest_version: 1,
    name,
    version,
    license: "MIT",
    description: "A tiny plugin.",
    tools: ["say"],
    capabilities: {},
  });
  const component = await tinyComponent(tools);
  const packed = packPackage({
    manifest,
    component,
    surface: toBytes(tools),
    license: toBytes("MIT"),
  });
  return { manifest, component, packed };
}

export interface ScratchWorkspace {
  readonly folder: string;
  readonly configFile: string;
  readonly key: KeyPair;
  /** What the commands printed. */
  readonly lines: string[];
  file(name: string): string;
  write(name: string, bytes: Uint8Array | string): string;
  /** Writes a package and its signature, by the trusted key unless another is given. */
  writePackage(name: string, packed: Uint8Array, key?: KeyPair | null): string;
  add(
    request: Partial<AddRequest> & { source: string },
    machine?: Machine,
  ): Promise<ApprovalResult>;
  readonly call: CommandCall;
}

/** A workspace that trusts one key for everything; `head` is the configuration's first lines. */
export function makeScratchWorkspace(t: TestContext, head = "version: 1"): ScratchWorkspace {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "glovebox-workspace-")));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const key = generateKey();
  const file = (name: string): string => path.join(folder, name);
  const write = (name: string, bytes: Uint8Array | string): string => {
    fs.mkdirSync(path.dirname(file(name)), { recursive: true });
    fs.writeFileSync(file(name), bytes);
    return file(name);
  };
  const configFile = write(
    "glovebox.yaml",
    `${head}\ntrust:\n  - { name: us, key: ${key.publicKey.text}, plugins: ["*"] }\n`,
  );
  const lines: string[] = [];
  const out = {
    ...makeOutput(process, false),
    line: (text = "") => void lines.push(text),
  };
  const call: CommandCall = {
    args: [],
    flag: () => false,
    text: () => undefined,
    texts: () => [],
    configFile,
    out,
    machine: makeMachine(),
  };
  return {
    folder,
    configFile,
    key,
    lines,
    file,
    write,
    writePackage(name, packed, signer = key) {
      if (signer) write(`${name}.sigstore.json`, signPackage(packed, signer));
      return write(name, packed);
    },
    add: (request, machine = makeMachine()) =>
      addPlugin(
        { alias: undefined, grants: undefined, unsigned: false, yes: true, ...request },
        { ...call, machine },
      ),
    call,
  };
}
