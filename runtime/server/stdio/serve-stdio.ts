import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { DirectCalls } from "../mcp/direct-calls.ts";
import { makeMcpServer, type McpSetting } from "../mcp/mcp-server.ts";
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
  transport.direct = new DirectCalls(setting, (message) => transport.send(message));
  const handle = serveStdio(() => makeMcpServer(setting), { transport, onerror: onError });
  return { closed: transport.closed, close: () => handle.close() };
}
