import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { HelperAnswer, HelperRequest } from "../supply/sources/powers.ts";

/** A folder that a package's install may have put programs into: `npm exec` and scripts begin PATH with it. */
const OF_PACKAGES = /[\\/]node_modules[\\/]\.bin[\\/]?$/;

/** Where the operator's Docker configuration would be. */
export function dockerConfigFile(environment: NodeJS.ProcessEnv = process.env): string {
  const folder = environment["DOCKER_CONFIG"] || path.join(os.homedir(), ".docker");
  return path.join(folder, "config.json");
}

/**
 * Runs `docker-credential-NAME get` as Docker does: the server's name on its standard input, with the operator's own
 * environment, which key rings need. It is the operator's program, named by the operator's file, and looked for in PATH;
 * but never in a relative folder or one of packages. No shell is involved.
 */
export async function askCredentialHelper(
  { name, server, msMax, bytesMax }: HelperRequest,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<HelperAnswer> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)) throw new Error("its name is not one");
  const program = findProgram(`docker-credential-${name}`, environment);
  if (program === undefined) throw new Error("there is no such program in PATH");
  const child = spawn(program, ["get"], {
    env: environment,
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
    windowsHide: true,
  });
  const chunks: Buffer[] = [];
  let problem: Error | undefined;
  const stop = (why: string): void => {
    problem ??= new Error(why);
    killGroup(child.pid);
    // What it started may hold its end of the pipe open for ever.
    child.stdout.destroy();
  };
  const timer = setTimeout(() => stop(`it took longer than ${msMax} ms`), msMax);
  let total = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    total += chunk.length;
    if (total > bytesMax) stop(`it printed more than ${bytesMax} bytes`);
    else chunks.push(chunk);
  });
  // A program that does not want its input is not at fault.
  child.stdin.on("error", () => {}).end(server);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (problem) throw problem;
    if (code === null) throw new Error("it was killed");
    return { code, printed: Buffer.concat(chunks) };
  } finally {
    clearTimeout(timer);
    killGroup(child.pid);
  }
}

function findProgram(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  return (environment["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder) && !OF_PACKAGES.test(folder))
    .map((folder) => path.join(folder, file))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** It leads a group of its own: what it started ends with it. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
