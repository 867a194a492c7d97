import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";

/** A registry of Debian's package `docker-registry`, on loopback, with a folder of its own. It goes away with its block. */
export interface RealRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly origin: string;
  /** Only those with these credentials are let in; undefined when everybody is. */
  readonly login: Login | undefined;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Elsewhere than in CI a machine may lack it; the test program names what is not tested then. */
export const HAS_REGISTRY = (process.env["PATH"] ?? "")
  .split(delimiter)
  .some((folder) => existsSync(join(folder, "docker-registry")));

const TRIES_MAX = 200;

export async function startRegistry(withLogin = false): Promise<RealRegistry> {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-registry-"));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const login = withLogin
    ? { username: "tester", password: randomBytes(12).toString("base64url") }
    : undefined;
  writeFileSync(join(folder, "config.yml"), configurationOf(host, folder, login));
  const child = spawn("docker-registry", ["serve", join(folder, "config.yml")], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", OTEL_TRACES_EXPORTER: "none" },
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const words = text(child.stderr);
  const origin = `http://${host}`;
  try {
    await answers(origin, ended);
  } catch (cause) {
    child.kill("SIGKILL");
    throw new Error(`docker-registry did not start: ${(await words).slice(-2000)}`, { cause });
  }
  return {
    host,
    origin,
    login,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configurationOf(host: string, folder: string, login: Login | undefined): string {
  const lines = [
    "version: 0.1",
    "log: { level: error }",
    `storage: { filesystem: { rootdirectory: ${join(folder, "data")} } }`,
    `http: { addr: "${host}" }`,
  ];
  if (login) {
    writeFileSync(join(folder, "htpasswd"), `${login.username}:${bcrypt(login.password)}\n`);
    lines.push(`auth: { htpasswd: { realm: test, path: ${join(folder, "htpasswd")} } }`);
  }
  return `${lines.join("\n")}\n`;
}

/** The registry knows bcrypt only, which Node lacks; the C library's `crypt` has it, and Perl comes with Debian. */
function bcrypt(password: string): string {
  const salt = `$2b$05$${randomBytes(16).toString("hex").slice(0, 21)}u`;
  const program = "print crypt($ARGV[0], $ARGV[1])";
  return execFileSync("perl", ["-e", program, password, salt], { encoding: "utf8" });
}

async function answers(origin: string, ended: Promise<void>): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const response = await fetch(`${origin}/v2/`).catch(() => undefined);
    await response?.body?.cancel();
    if (response) return;
    const isOver = await Promise.race([ended.then(() => true), wait(50, false)]);
    if (isOver) break;
  }
  throw new Error("nothing answers");
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
