import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { ToolAnswer } from "../../answer.ts";
import { LOCAL_CALLER } from "../../call.ts";
import { askableOf, makeLocalConnection } from "../mcp/connection.ts";
import { DirectCalls } from "../mcp/direct-calls.ts";
import { makeMcpServers, type McpSetting } from "../mcp/mcp-server.ts";
import type { RequestId } from "../mcp/plain-call.ts";
import { StdioTransport, type StdioStreams } from "./stdio-transport.ts";

export interface StdioServing {
  /** Resolves when the client has gone: its end of a pipe is closed. Calls in flight are then cancelled. */
  readonly closed: Promise<void>;
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
  const makeServer = makeMcpServers(setting);
  let server: ReturnType<typeof makeServer> | undefined;
  const direct = new DirectCalls({
    callTool: setting.callTool,
    known: new Set(setting.tools.map((tool) => tool.exposedName)),
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
  const handle = serveStdio(() => (server = makeServer(makeLocalConnection(first))), {
    transport,
    onerror: onError,
  });
  return { closed: transport.closed, close: () => handle.close() };
}
