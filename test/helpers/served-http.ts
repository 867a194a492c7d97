// `glovebox serve --http` as the process that it is.
import { spawn, type ChildProcess } from "node:child_process";
import { GLOVEBOX, until, type ServedWorkspace } from "./served-workspace.ts";

export interface ServedHttp {
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
  readonly exited: Promise<number | null>;
  stderr(): string;
  stop(): Promise<number | null>;
}

/** Resolves when it listens, on a port of the system's choosing. */
export async function serveWorkspace(
  { configFile, folder }: Pick<ServedWorkspace, "configFile" | "folder">,
  words: readonly string[] = [],
  scheme = "http",
): Promise<ServedHttp> {
  const child = spawn(
    process.execPath,
    [GLOVEBOX, "serve", "--http", "--listen", "127.0.0.1:0", "--config", configFile, ...words],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
  );
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  const port = (): string | undefined => /"port":(\d+)/.exec(stderr)?.[1];
  await until(() => port() !== undefined || child.exitCode !== null, "the server", 60_000);
  if (port() === undefined) throw new Error(`the server did not start: ${stderr}`);
  return {
    child,
    port: Number(port()),
    url: `${scheme}://127.0.0.1:${port()}/mcp`,
    exited,
    stderr: () => stderr,
    stop() {
      child.kill("SIGTERM");
      return exited;
    },
  };
}
