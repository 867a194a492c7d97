import { text as readAll } from "node:stream/consumers";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { EXIT } from "../../errors.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { remedyForUnknown } from "../../plugin/suggest.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { makeMachine } from "../make-machine.ts";
import { startRuntime } from "../start-runtime.ts";

export const call: Command = {
  name: "call",
  summary: "call one tool as an MCP client would",
  usage: "PLUGIN__TOOL [JSON|-]",
  description: [
    "Verifies and starts everything as `serve` does, calls the tool once and prints its answer.",
    "The arguments are a JSON object, or `-` to read it from standard input. Exit 4 when the tool answers an error.",
  ],
  options: {},
  argumentsMin: 1,
  argumentsMax: 2,
  examples: ["glovebox call time__now '{\"zone\":\"Europe/Paris\"}'", "echo '{\"path\":\"notes.txt\"}' | glovebox call files__read -"],
  async run({ args: [name = "", words = "{}"], configFile, out }) {
    const args = parseArguments(words === "-" ? await readAll(process.stdin) : words);
    const machine = makeMachine();
    const runtime = await startRuntime(readWorkspace(configFile, machine.files), machine);
    const interrupted = new AbortController();
    const stop = (): void => interrupted.abort();
    process.once("SIGINT", stop);
    try {
      const names = runtime.tools.map((tool) => tool.exposedName);
      if (!names.includes(name)) throw new CliError("ERR_USAGE", `There is no tool \`${name}\`.`, { remedy: remedyForUnknown(name, names) });
      const answer = await runtime.callTool({
        name,
        arguments: args,
        signal: interrupted.signal,
        onProgress: (progress, total, message) => out.progress([message, total === undefined ? progress : `${progress}/${total}`].filter(Boolean).join(" ")),
      });
      const { content, structuredContent, isError, error } = answer;
      if (error) out.line(`${out.style("red", error.error_code)}: ${makeVisible(error.message, { newlines: true })}${error.suggestion ? `\n  ${makeVisible(error.suggestion)}` : ""}`);
      else for (const block of content) out.line(block.type === "text" ? makeVisible(block.text, { newlines: true }) : `[${block.type} ${block.mimeType}, ${block.data.length} base64 characters]`);
      out.result({ content: content as never, ...(structuredContent === undefined ? {} : { structuredContent }), ...(isError ? { isError } : {}) });
      return isError ? EXIT.toolError : EXIT.done;
    } finally {
      process.off("SIGINT", stop);
      await runtime.close();
    }
  },
};

function parseArguments(words: string): JsonObject {
  let value: JsonValue;
  try {
    value = JSON.parse(words) as JsonValue;
  } catch (cause) {
    throw new CliError("ERR_ARGUMENTS_NOT_JSON", `The arguments are not JSON: ${(cause as Error).message}.`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new CliError("ERR_ARGUMENTS_NOT_JSON", "The arguments are JSON, but not an object.");
  return value as JsonObject;
}
