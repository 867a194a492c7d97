import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { componentize } from "componentize-qjs";

const GLOVEBOX_WIT = fileURLToPath(import.meta.resolve("@glovebox/host-api/wit/glovebox.wit"));
const WORLD =
  "package glovebox:plugin@0.1.0;\nworld test-guest { import context; import log; import progress; import kv; import env; export tools; }";

/** Builds a QuickJS component of the tools interface. In `source`, `callTool(name, arguments)` and its helpers are declared. */
export async function buildToolsGuest(source: string): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-guest-"));
  try {
    cpSync(GLOVEBOX_WIT, join(folder, "wit/glovebox.wit"), { recursive: true });
    writeFileSync(join(folder, "wit/world.wit"), WORLD);
    const jsSource = `${source}\nexport const tools = { listTools: () => "[]", callTool };`;
    const jsPath = join(folder, "guest.js");
    writeFileSync(jsPath, jsSource);
    const options = {
      jsSource,
      jsPath,
      moduleRoot: folder,
      sync: true,
      stubWasi: true,
      optSize: true,
    };
    return (await componentize({ witPath: join(folder, "wit"), world: "test-guest", ...options }))
      .component;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A component written by hand around one core module, whose text declares `run: func() -> u32` as `(func (export "run") (result i32) …)`. */
export function runWat(core: string): string {
  return `(component
    (core module $m ${core})
    (core instance $i (instantiate $m))
    (func $run (result u32) (canon lift (core func $i "run")))
    (export "run" (func $run)))`;
}

/** A component of the tools interface around one core module, whose text declares a memory, `realloc`, `list` and `call`. */
export function toolsWat(core: string): string {
  return `(component
  (core module $m ${core})
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))
  (alias core export $i "list" (core func $core-list))
  (alias core export $i "call" (core func $core-call))
  (func $list (result string)
    (canon lift (core func $core-list) (memory (core memory $memory)) (realloc (core func $realloc))))
  (func $call (param "name" string) (param "arguments" string) (result string)
    (canon lift (core func $core-call) (memory (core memory $memory)) (realloc (core func $realloc))))
  (instance $tools (export "list-tools" (func $list)) (export "call-tool" (func $call)))
  (export "glovebox:plugin/tools@0.1.0" (instance $tools))
)`;
}
