import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { makeMcpServer, type McpSetting } from "./mcp-server.ts";

/**
 * Serves one client over this process's stdin and stdout. Nothing else may write to stdout.
 * Resolves when the client has gone: its end of the pipe is closed.
 */
export function serveOverStdio(setting: McpSetting, onError: (error: Error) => void): { readonly closed: Promise<void>; close(): Promise<void> } {
  const closed = Promise.withResolvers<void>();
  const handle = serveStdio(
    () => {
      const server = makeMcpServer(setting);
      server.onclose = () => closed.resolve();
      return server;
    },
    { onerror: onError },
  );
  process.stdin.once("end", () => closed.resolve());
  process.stdin.once("close", () => closed.resolve());
  return {
    closed: closed.promise,
    async close() {
      await handle.close();
      closed.resolve();
    },
  };
}
