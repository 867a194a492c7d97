import type { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { ToolAnswer } from "../../answer.ts";
import { LOCAL_CALLER } from "../../call.ts";
import { askableOf, makeLocalConnection } from "../mcp/connection.ts";
import { DirectCalls } from "../mcp/direct-calls.ts";
import { makeMcpServers, type McpSetting } from "../mcp/mcp-server.ts";
import { RunningCalls } from "../mcp/running-calls.ts";
import type { RequestId } from "../mcp/plain-call.ts";
import { isTaskOnly } from "../mcp/serve-tasks.ts";
import { tellChanges } from "../mcp/tell-changes.ts";
import { StdioTransport, type StdioStreams } from "./stdio-transport.ts";

export interface StdioServing {
  /** Resolves when the client has gone: its end of a pipe is closed. Calls in flight are then cancelled. */
  readonly closed: Promise<void>;
  /** Nothing waits for what runs: whoever stops a client's server is that client. Its calls are answered `SERVER_STOPPING`. */
  close(): Promise<void>;
}

/**
 * Serves one client over this process's stdin and stdout, in the era that its first message speaks.
 * Nothing else may write to stdout. `onError` hears what was wrong with the client's messages.
 */
export function serveOverStdio(
  setting: McpSetting,
  streams: StdioStreams,
  onError: (error: Error) => void,
): StdioServing {
  const transport = new StdioTransport(streams);
  const first = new Map<RequestId, ToolAnswer>();
  const calls = new RunningCalls(setting.callTool);
  const { callTool } = calls;
  const makeServer = makeMcpServers({ ...setting, callTool });
  let server: Server | undefined;
  let stopChanges: (() => void) | undefined;
  const connection = makeLocalConnection(first);
  const direct = new DirectCalls({
    callTool,
    logs: connection.logs,
    known: new Set(
      setting.tools
        .map((tool) => tool.exposedName)
        .filter((name) => !isTaskOnly(setting.tasks, name)),
    ),
    send: (message) => transport.send(message),
    handOver(message, id, answer) {
      first.set(id, answer);
      transport.deliver(message);
    },
  });
  transport.direct = {
    accept: (value) =>
      direct.accept(value, {
        caller: { ...LOCAL_CALLER, can: askableOf(server?.getClientCapabilities()) },
      }),
    noteSent: (message) => direct.noteSent(message),
    close: () => direct.close(),
  };
  const open = (): Server => {
    const made = makeServer(connection);
    server = made;
    // Of the era 2026 the SDK itself knows which resources the client listens to.
    const subscribed = {
      has: (uri: string) => connection.subscribed.has(uri) || !made.getClientCapabilities(),
    };
    // There is one tenant, whoever holds the pipes.
    if (setting.changes) stopChanges = tellChanges(made, setting.changes, subscribed, () => true);
    return made;
  };
  const handle = serveStdio(open, {
    transport,
    onerror: onError,
  });
  void transport.closed.then(() => stopChanges?.());
  return {
    closed: transport.closed,
    async close() {
      await calls.drain(0);
      // What was answered now is written in this turn.
      await new Promise((resolve) => setImmediate(resolve));
      await handle.close();
    },
  };
}
