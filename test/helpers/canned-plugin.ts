import { canonicalBytes } from "../../runtime/plugin/canonical.ts";
import { parseSurface } from "../../runtime/plugin/surface.ts";
import type { PluginPackage } from "../../runtime/supply/package.ts";
import { fromWat } from "./component-samples.ts";
import { toolsWat } from "./tools-guest.ts";

/** What a plugin says, fixed in advance. */
export interface Canned {
  readonly name: string;
  readonly version?: string;
  readonly tools: readonly string[];
  /** Their definitions. Default: harmless ones. */
  readonly definitions?: readonly object[];
  /** Text of every answer. */
  readonly answer?: string;
  /** Capability requests of the manifest. */
  readonly capabilities?: object;
  /** What the component answers when it is asked for its tools: the first time, the second time, and so on. Default: its tools. */
  readonly lists?: readonly object[];
}

/** The files of a plugin whose component is a few hundred bytes written by hand: tests make it, change it and install it at once. */
export async function cannedPackage(canned: Canned): Promise<PluginPackage> {
  const { name, version = "1.0.0", tools, answer = "hello", capabilities = {} } = canned;
  const surface = canned.definitions ?? describeTools(tools);
  const component = await cannedComponent(
    (canned.lists ?? [surface]).map((list) => JSON.stringify(list)),
    JSON.stringify({ content: [{ type: "text", text: answer }] }),
  );
  const manifest = {
    manifest_version: 1,
    name,
    version,
    license: "Apache-2.0",
    description: `Says ${answer}.`,
    tools,
    capabilities,
  };
  return {
    manifest: Buffer.from(JSON.stringify(manifest)),
    component,
    surface: canonicalBytes(parseSurface(JSON.stringify(surface))),
    license: Buffer.from("Apache-2.0\n"),
  };
}

/** Definitions of tools that take anything. */
export function describeTools(
  names: readonly string[],
): readonly { name: string; description: string; inputSchema: object }[] {
  return names.map((name) => ({
    name,
    description: `Does ${name}.`,
    inputSchema: { type: "object" },
  }));
}

/** Where the core module keeps pairs of address and length, and where the texts are. Arguments are lowered between them. */
const PAIRS = 16;
const ARGUMENTS = 4096;
const TEXTS = 131_072;

/** A component of the tools interface: `lists` are its answers to `list-tools` in turn, the last one for good, and `answer` that of every call. */
async function cannedComponent(lists: readonly string[], answer: string): Promise<Uint8Array> {
  const texts = [...lists, answer].map((text) => Buffer.from(text));
  let at = TEXTS;
  const data = texts.map((bytes, index) => {
    const pair = Buffer.alloc(8);
    pair.writeUInt32LE(at, 0);
    pair.writeUInt32LE(bytes.length, 4);
    const segments = `(data (i32.const ${PAIRS + 8 * index}) "${escape(pair)}") (data (i32.const ${at}) "${escape(bytes)}")`;
    at += bytes.length;
    return segments;
  });
  return fromWat(
    toolsWat(`
    (memory (export "memory") ${Math.ceil(at / 65_536)})
    (global $asked (mut i32) (i32.const -1))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const ${ARGUMENTS})
    (func (export "list") (result i32)
      (if (i32.lt_s (global.get $asked) (i32.const ${lists.length - 1}))
        (then (global.set $asked (i32.add (global.get $asked) (i32.const 1)))))
      (i32.add (i32.const ${PAIRS}) (i32.mul (i32.const 8) (global.get $asked))))
    (func (export "call") (param i32 i32 i32 i32) (result i32) i32.const ${PAIRS + 8 * lists.length})
    ${data.join("\n    ")}`),
  );
}

function escape(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
}
