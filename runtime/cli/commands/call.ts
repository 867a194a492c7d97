import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../../answer.ts";
import { LOCAL_CALLER, type CallRequest } from "../../call.ts";
import { makeReportDebt } from "../../debt/cached-report.ts";
import type { ExitCode } from "../../errors.ts";
import type { ContentBlock } from "../../firewall/content.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { DEBT_TOOL_NAME } from "../../policy/expose.ts";
import { listProfiles } from "../../policy/profiles.ts";
import { remedyForUnknown } from "../../plugin/suggest.ts";
import { readWorkspace, type Workspace } from "../../workspace.ts";
import { callerHere, callWithAnswers } from "../serving/answer-questions.ts";
import { exitOfAnswer } from "../call-exit.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import type { Output } from "../output.ts";
import { startRuntime, type Runtime } from "../serving/start-runtime.ts";

const ARGUMENTS_CHARS_MAX = 4 * 1024 * 1024;

export const call: Command = {
  name: "call",
  summary: "call one tool as an MCP client would",
  usage: "PLUGIN__TOOL [JSON|-] [--profile NAME] [--approve]",
  description: [
    "Verifies and starts everything as `serve` does, calls the tool once and prints its answer.",
    "The arguments are a JSON object, or `-` to read it from standard input.",
    "Exit 4 when the tool answers an error, 3 when the call is refused, 2 when its arguments do not fit, 1 when it fails or is stopped.",
    "Where a person has to approve the call, you are asked at the terminal; a script says `--approve`.",
  ],
  options: {
    profile: {
      type: "string",
      value: "NAME",
      summary: "the tool of this profile; without it, of the plugins that no profile names",
    },
    approve: {
      type: "boolean",
      summary: "approve the call where a human has to, without being asked",
    },
  },
  argumentsMin: 1,
  argumentsMax: 2,
  examples: [
    'glovebox call time__now \'{"zone":"Europe/Paris"}\'',
    'echo \'{"path":"notes.txt"}\' | glovebox call files__read -',
  ],
  async run({ args: [name = "", words = "{}"], configFile, flag, text, out, machine }) {
    const args = parseArguments(words === "-" ? await readStandardInput() : words);
    const workspace = readWorkspace(configFile, machine.files);
    const runtime = await startRuntime(workspace, machine, {
      profile: text("profile"),
    });
    const interrupted = new AbortController();
    const stop = (): void => interrupted.abort();
    process.once("SIGINT", stop);
    try {
      if (name === DEBT_TOOL_NAME) return await answerOwn(args, runtime, out);
      const names = runtime.tools.map((tool) => tool.exposedName);
      if (!names.includes(name))
        throw new CliError("ERR_USAGE", `There is no tool \`${name}\`.`, {
          remedy:
            findElsewhere(name, workspace, text("profile")) ??
            remedyForUnknown(name, names, NO_TOOL),
        });
      const isApproved = flag("approve");
      const request: CallRequest = {
        name,
        arguments: args,
        caller: callerHere(out, isApproved),
        signal: interrupted.signal,
        onProgress: (progress, total, message) =>
          out.progress(formatProgress(progress, total, message)),
      };
      const answer = await callWithAnswers(runtime.callTool, request, out, isApproved);
      showAnswer(answer, out);
      return exitOfAnswer(answer);
    } finally {
      process.off("SIGINT", stop);
      out.progressDone();
      await runtime.close();
    }
  },
};

/** Answers as the server does, and as little: no other call needs what this loads. */
async function answerOwn(args: JsonObject, runtime: Runtime, out: Output): Promise<ExitCode> {
  const { answerDebt, seenPlugins } = await import("../../server/mcp/debt-tool.ts");
  const [profile] = runtime.profiles;
  const reportDebt = makeReportDebt(() => runtime.posture, "public");
  const answer = answerDebt(
    (filter, viewer) =>
      reportDebt(filter, { ...viewer, ...(profile?.name && { profile: profile.name }) }),
    args,
    seenPlugins(runtime, LOCAL_CALLER.principal),
  );
  showAnswer(answer, out);
  return exitOfAnswer(answer);
}

const NO_TOOL =
  "No tool is served here: `glovebox list` shows what is installed, and `glovebox add SOURCE` installs a plugin.";

/** What to say of a tool whose plugin is in other sets than the one that was asked for. */
function findElsewhere(
  tool: string,
  { configuration: { profiles, plugins } }: Workspace,
  asked: string | undefined,
): string | undefined {
  const sets = listProfiles(profiles, Object.keys(plugins)).filter((set) =>
    set.plugins.some((alias) => tool.startsWith(`${alias.replaceAll("-", "_")}__`)),
  );
  if (sets.length === 0 || sets.some((set) => set.name === asked)) return undefined;
  const ways = sets.map(({ name }) =>
    name ? `with \`--profile ${name}\`` : "without `--profile`",
  );
  return `Its plugin is in another profile: call it ${ways.join(", or ")}.`;
}

/** What the plugin wrote is shown, never obeyed: escapes and invisible characters become visible. */
function showAnswer({ content, structuredContent, isError, error }: ToolAnswer, out: Output): void {
  if (error) {
    out.line(
      `${out.style("red", error.error_code)}: ${makeVisible(error.message, { newlines: true })}`,
    );
    if (error.suggestion) out.line(`  ${makeVisible(error.suggestion)}`);
  } else {
    for (const block of content)
      out.line(
        block.type === "text"
          ? makeVisible(block.text, { newlines: true })
          : makeVisible(describeBlock(block), { newlines: true }),
      );
  }
  out.result({
    content,
    ...(structuredContent === undefined ? {} : { structuredContent }),
    ...(isError ? { isError } : {}),
  });
}

function describeBlock(block: Exclude<ContentBlock, { type: "text" }>): string {
  if (block.type === "resource_link") return `[link ${block.name}: ${block.uri}]`;
  if (block.type !== "resource")
    return `[${block.type} ${block.mimeType}, ${block.data.length} base64 characters]`;
  const { resource } = block;
  return "text" in resource
    ? `[${resource.uri}]\n${resource.text}`
    : `[${resource.uri}, ${resource.blob.length} base64 characters]`;
}

function formatProgress(
  progress: number,
  total: number | undefined,
  message: string | undefined,
): string {
  return [message, total === undefined ? progress : `${progress}/${total}`]
    .filter(Boolean)
    .join(" ");
}

async function readStandardInput(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    text += chunk;
    if (text.length > ARGUMENTS_CHARS_MAX) break;
  }
  return text;
}

function parseArguments(words: string): JsonObject {
  if (words.length > ARGUMENTS_CHARS_MAX)
    throw new CliError(
      "ERR_ARGUMENTS_NOT_JSON",
      `The arguments are longer than ${ARGUMENTS_CHARS_MAX} characters.`,
    );
  let value: JsonValue;
  try {
    value = JSON.parse(words) as JsonValue;
  } catch (cause) {
    throw new CliError(
      "ERR_ARGUMENTS_NOT_JSON",
      `The arguments are not JSON: ${(cause as Error).message}.`,
      { cause },
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CliError("ERR_ARGUMENTS_NOT_JSON", "The arguments are JSON, but not an object.");
  return value as JsonObject;
}
