import { spawnSync } from "node:child_process";
import { SourceMap, type SourceMapPayload } from "node:module";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Listed, PluginExports } from "../guest/entry.ts";
import type { ToolDefinition } from "../tool/list.ts";
import { type Bundle, OUTPUT_FOLDER } from "./bundle.ts";
import { BuildError, type BuildPlace } from "./errors.ts";
import type { ListAnswer, ListRequest } from "./list-program.ts";

const loadMsMax = 10_000;
const startMsMax = 10_000;
const answerBytesMax = 16 * 1024 * 1024;
const FILE = "plugin-bundle.js";
const PROGRAM = fileURLToPath(
  new URL(`./list-program.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url),
);
/** No files but the SDK's own, no network, no processes; `node:sqlite` would go past that. */
const FLAGS = [
  "--no-warnings",
  "--permission",
  `--allow-fs-read=${fileURLToPath(new URL("..", import.meta.url))}`,
  "--no-experimental-sqlite",
];

/**
 * Runs the bundle's module level in a bare context, as the engine does when the component is made, and lists the tools.
 * It is likely the author's own code on the author's machine, but it may be a stranger's that somebody wants to look at:
 * so it runs in a process of its own that has no rights and no environment.
 */
export function listSurface(bundle: Bundle, folder: string): ListedPlugin {
  const answer = runProgram({ script: bundle.script, filename: FILE, loadMsMax });
  if ("listed" in answer) return readListed(answer.listed);
  throw new BuildError("ERR_BUILD_LOAD", `The plugin's modules do not load: ${answer.message}`, {
    place: findPlace(answer.stack, bundle, folder),
    cause: answer,
  });
}

/** What a plugin lists, and what there is besides. */
export interface ListedPlugin {
  readonly listed: Listed;
  readonly definitions: readonly ToolDefinition[];
  readonly offered: PluginExports["offered"];
}

function readListed(text: string): ListedPlugin {
  const { tools, resources, prompts, offered } = JSON.parse(text) as Listed &
    Pick<PluginExports, "offered">;
  return {
    listed: { tools, resources, prompts },
    definitions: JSON.parse(tools) as ToolDefinition[],
    offered,
  };
}

/** What comes back was written by a process in which the plugin's code ran. */
function runProgram(request: ListRequest): ListAnswer {
  const { stdout } = spawnSync(process.execPath, [...FLAGS, PROGRAM], {
    input: JSON.stringify(request),
    env: {},
    encoding: "utf8",
    timeout: startMsMax + 2 * loadMsMax,
    killSignal: "SIGKILL",
    maxBuffer: answerBytesMax,
  });
  try {
    const answer = JSON.parse(stdout) as Partial<Record<"listed" | "message" | "stack", unknown>>;
    const { listed, message, stack } = answer;
    if (typeof listed === "string" && Array.isArray(readListed(listed).definitions))
      return { listed };
    if (typeof message === "string" && typeof stack === "string") return { message, stack };
  } catch {
    // The same as any other nonsense.
  }
  return { message: "they ended the process that runs them, or answered nonsense", stack: "" };
}

/** The first frame of the stack that lies in the plugin's own sources. */
function findPlace(stack: string, bundle: Bundle, folder: string): BuildPlace | undefined {
  const map = new SourceMap(JSON.parse(bundle.scriptMap) as SourceMapPayload);
  for (const [, line, column] of stack.matchAll(/plugin-bundle\.js:(\d+):(\d+)/g)) {
    const origin = map.findOrigin(Number(line), Number(column));
    if (!("fileName" in origin) || !origin.fileName) continue;
    const file = relative(folder, resolve(folder, OUTPUT_FOLDER, origin.fileName));
    if (!file.startsWith("..") && !file.includes("node_modules")) {
      return { file, line: origin.lineNumber, column: origin.columnNumber };
    }
  }
  return undefined;
}
