import { plural } from "../../plugin/schema/check.ts";
import { makeReportDebt } from "../../debt/cached-report.ts";
import { EXIT } from "../../errors.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { describeWaivers } from "../../policy/gates/waivers.ts";
import { parseListen } from "../../policy/server/http.ts";
import type { ListenAddress } from "../../policy/server/http-configuration.ts";
import { makeLog, type Log } from "../../powers/log.ts";
import { runtimeVersion } from "../../powers/version.ts";
import { makeChangeBus, publishChanges } from "../../server/mcp/change-bus.ts";
import { serveOverStdio, type StdioServing } from "../../server/stdio/serve-stdio.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import { readWorkspace, type Workspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { effectiveMode } from "../machine.ts";
import { attackRelease } from "../probes/attack-release.ts";
import { keepRun } from "../probes/kept-run.ts";
import { termsOf } from "../probes/probe-terms.ts";
import { openServedTasks, type ServedTasks } from "../serving/open-tasks.ts";
import type { serveOverHttp as ServeOverHttp } from "../serving/serve-over-http.ts";
import { limitNotes } from "../serving/limit-notes.ts";
import { showSnippets } from "../snippets.ts";
import { makeProbeWatch, type ProbeWatch } from "../serving/watch-probes.ts";
import { watchStore } from "../serving/watch-store.ts";
import { startRuntime, type Runtime } from "../serving/start-runtime.ts";

const FLUSH_MS_MAX = 1000;

export const serve: Command = {
  name: "serve",
  summary: "serve the installed plugins to one MCP client over stdio, or to many over HTTP",
  usage: "[--http] [--listen ADDRESS:PORT] [--profile NAME] [--snippets]",
  description: [
    "Verifies everything, asks every gate, and speaks MCP on standard input and output until the client goes.",
    "With --http it listens on `server.http.listen` (127.0.0.1:8808 by default) and serves MCP at /mcp, and each profile at /mcp/NAME, until it is told to stop.",
    "Notes for the operator go to standard error: lines on a terminal, and else JSON.",
    "With NODE_ENV=production or `mode: production` anything unsigned, unpinned, changed or unsealed refuses to start.",
    "With --snippets it serves nothing: it prints what to paste into Claude Desktop, VS Code and Cursor to have it started.",
  ],
  options: {
    http: {
      type: "boolean",
      summary: "listen for clients, rather than serve whoever holds standard input and output",
    },
    listen: {
      type: "string",
      value: "ADDRESS:PORT",
      summary: "with --http: listen here; port 0 lets the system choose",
    },
    profile: {
      type: "string",
      value: "NAME",
      summary: "serve the plugins of this profile; without it, those that no profile names",
    },
    snippets: {
      type: "boolean",
      summary: "print the clients' configuration for this workspace, and end",
    },
  },
  argumentsMin: 0,
  argumentsMax: 0,
  examples: [
    "glovebox serve",
    "glovebox serve --http",
    "glovebox serve --http --listen 127.0.0.1:9000",
    "glovebox serve --profile bank",
    "glovebox serve --snippets",
    "NODE_ENV=production glovebox serve --config /srv/tools/glovebox.yaml",
  ],
  async run({ configFile, flag, text, out, machine }) {
    if (flag("snippets")) {
      readWorkspace(configFile, machine.files);
      showSnippets(configFile, out);
      return EXIT.done;
    }
    const isHttp = flag("http");
    const listen = readListenFlag(text("listen"), isHttp);
    const workspace = listenAt(readWorkspace(configFile, machine.files), listen);
    const profile = text("profile");
    const which = isHttp && profile === undefined ? "all" : { profile };
    const log = await makeLog(process.stderr);
    const probes = openProbeWatch(workspace, machine.files, log);
    const over = isHttp ? "http" : "stdio";
    const runtime = await startRuntime(workspace, machine, which, over, probes);
    announce(runtime, log);
    for (const waiver of describeWaivers(runtime.posture.waivers, Date.now())) {
      const { gate, reason, until, isInForce } = waiver;
      const state = isInForce ? `is waived until ${until}` : `was waived until ${until}`;
      log.warn(`gate ${gate} ${state}: ${makeVisible(reason)}`, { gate, until });
    }
    for (const { path, reason, until } of runtime.posture.acceptedPaths ?? [])
      log.warn(`path ${path} is accepted until ${until}: ${makeVisible(reason)}`, { path, until });
    const tasks = await openTasksOf(workspace, runtime, log);
    const server = isHttp
      ? await serveAtAddress(workspace, runtime, machine, { log, tasks })
      : serveAtPipes(runtime, tasks, log);
    const stopWatching = watchStore(runtime.store, log);
    // The second time nobody waits for what runs.
    let isStopping = false;
    const { drainMs } = workspace.configuration.server.http.limits;
    const stop = (signal: NodeJS.Signals): void => {
      if (!isStopping) log.info(`stopping: ${signal}`, { signal });
      void server.close();
      void tasks.close(isStopping ? 0 : drainMs);
      isStopping = true;
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    process.on("SIGHUP", stop);
    const escape = await Promise.race([server.closed, ...(probes ? [probes.stopped] : [])]);
    // Whoever reads the log may not read the words of errors.
    if (escape) log.warn(escape.message, { code: escape.code });
    if (escape) await stopAtOnce(server);
    await tasks.close(isStopping ? drainMs : 0);
    stopWatching();
    await runtime.close();
    // Whoever ends the process waits for what is written to be read: a client that never reads does not keep it.
    setTimeout(() => process.exit(escape?.exit ?? EXIT.done), FLUSH_MS_MAX).unref();
    if (escape) throw escape;
    return EXIT.done;
  },
};

/** Nobody waits for what runs: nothing of it would be answered any more. */
async function stopAtOnce(server: { close(): Promise<void> }): Promise<void> {
  void server.close();
  await server.close();
}

/** In a process of its own, and so under what this server runs with as it was read at the start. */
function openProbeWatch(
  { configuration, paths }: Workspace,
  files: FilePowers,
  log: Log,
): ProbeWatch | undefined {
  const mode = effectiveMode(configuration.mode);
  return makeProbeWatch({
    configuration,
    mode,
    log,
    async attack(signal) {
      const terms = termsOf(configuration, mode, Date.now());
      const run = await attackRelease({ terms, near: [paths.folder], signal });
      if (!keepRun(run, terms, paths, files))
        log.warn("the probes' run cannot be kept for `glovebox debt`", { file: paths.probesFile });
      return run;
    },
  });
}

function readListenFlag(words: string | undefined, isHttp: boolean): ListenAddress | undefined {
  if (words === undefined) return undefined;
  const listen = isHttp ? parseListen(words) : undefined;
  if (listen) return listen;
  const message = isHttp
    ? "`--listen` is not an address and a port."
    : "`--listen` says where to listen, and nothing listens without `--http`.";
  throw new CliError("ERR_USAGE", message, {
    remedy: "Write `--http --listen 127.0.0.1:8808`, or `[::1]:8808`.",
  });
}

/** The gates ask about the address that is listened on, whoever said it. */
function listenAt(workspace: Workspace, listen: ListenAddress | undefined): Workspace {
  if (!listen) return workspace;
  const { configuration } = workspace;
  const http = { ...configuration.server.http, listen };
  const server = { ...configuration.server, http };
  return { ...workspace, configuration: { ...configuration, server } };
}

function announce({ profiles, posture }: Runtime, log: Log): void {
  const { mode, plugins, seal } = posture;
  const tools = profiles.reduce((sum, profile) => sum + profile.tools.length, 0);
  log.info(
    `${plural(tools, "tool")} of ${plural(plugins.length, "plugin")}, ${mode} mode, seal ${seal.name}`,
    {
      tools,
      plugins: plugins.length,
      mode,
      seal: seal.name,
    },
  );
  for (const { alias, signed } of plugins)
    if (!signed) log.warn(`plugin ${alias} runs UNSIGNED`, { plugin: alias });
}

/** What cannot be kept is not promised: without the store nothing is served that needs it. */
async function openTasksOf(workspace: Workspace, runtime: Runtime, log: Log): Promise<ServedTasks> {
  try {
    return await openServedTasks(workspace, runtime, (error) =>
      log.warn(`tasks: ${String(error)}`),
    );
  } catch (error) {
    await runtime.close();
    throw error;
  }
}

async function serveAtAddress(
  ...given: Parameters<typeof ServeOverHttp>
): Promise<Awaited<ReturnType<typeof ServeOverHttp>>> {
  const [, runtime, , { log }] = given;
  const { serveOverHttp } = await import("../serving/serve-over-http.ts");
  try {
    const server = await serveOverHttp(...given);
    const { host, port } = server.address;
    log.info(`MCP at ${host.includes(":") ? `[${host}]` : host}:${port}/mcp`, { host, port });
    return server;
  } catch (error) {
    await runtime.close();
    throw error;
  }
}

function serveAtPipes(runtime: Runtime, tasks: ServedTasks, log: Log): StdioServing {
  const {
    profiles: [profile],
    tools,
    offers,
    changes,
    callTool,
  } = runtime;
  const own = profile && tasks.of(profile);
  const reportDebt = makeReportDebt(() => runtime.posture, "public");
  const bus = makeChangeBus();
  publishChanges(changes, bus);
  return serveOverStdio(
    {
      ...(own ? { tasks: own } : {}),
      version: runtimeVersion(),
      tools,
      offers,
      changes: bus,
      callTool,
      reportDebt: (filter, viewer) =>
        reportDebt(filter, {
          ...viewer,
          ...(profile?.name === undefined ? {} : { profile: profile.name }),
        }),
    },
    { input: process.stdin, output: process.stdout },
    limitNotes((error) => log.warn(`protocol: ${error.message}`)),
  );
}
