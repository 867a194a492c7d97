import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { randomBytes } from "node:crypto";

/** A server of the probes' own on a port of this machine. */
export interface BaitServer {
  readonly port: number;
  /** Requests so far, each as the header lines that came with it. */
  readonly visits: readonly string[];
}

/** What a probe sets out for a plugin that tries to get out, and how it sees whether the plugin came there. */
export interface Bait {
  /** Stands in the file and is what the servers say: whoever knows it has been there. */
  readonly word: string;
  /** A file outside every plugin's folder. */
  readonly file: string;
  /** Requests here carry a secret of the operator's. */
  readonly withSecret: BaitServer;
  readonly granted: BaitServer;
  /** Nobody was granted this one. */
  readonly forbidden: BaitServer;
  /** In a file of its own, which only its owner reads. */
  readonly secret: { readonly value: string; readonly file: string };
  /** What the file holds now. */
  readonly read: () => string;
  /** Makes a note in `folder`, and links to the file and to its folder, as an operator's own mistake would. */
  lay(folder: string): void;
  close(): Promise<void>;
}

export async function setBait(folder: string): Promise<Bait> {
  const word = makeWord("bait");
  const outside = path.join(folder, "outside");
  const file = path.join(outside, "bait.txt");
  fs.mkdirSync(outside, { recursive: true, mode: 0o700 });
  fs.writeFileSync(file, word, { mode: 0o600 });
  const secret = { value: makeWord("secret"), file: path.join(folder, "secret") };
  fs.writeFileSync(secret.file, secret.value, { mode: 0o600 });
  const [withSecret, granted, forbidden] = await Promise.all([
    serveBait(word),
    serveBait(word),
    serveBait(word),
  ]);
  return {
    word,
    file,
    withSecret,
    granted,
    forbidden,
    secret,
    read: () => fs.readFileSync(file, "utf8"),
    lay(home) {
      fs.mkdirSync(home, { recursive: true, mode: 0o700 });
      fs.writeFileSync(path.join(home, "note"), "note", { mode: 0o600 });
      fs.symlinkSync(file, path.join(home, "link-to-file"));
      fs.symlinkSync(outside, path.join(home, "link-to-folder"));
    },
    async close() {
      await Promise.all([withSecret, granted, forbidden].map((server) => server.close()));
    },
  };
}

/** More than a probe's plugin may have answered to one request. */
const LARGE_BYTES = 128 * 1024;

/** Says the word: at `/echo` the headers that came, at `/large` much; below `/away/` it redirects to what follows. */
async function serveBait(word: string): Promise<BaitServer & { close(): Promise<void> }> {
  const visits: string[] = [];
  const server = http.createServer(({ url = "/", rawHeaders }, response) => {
    const lines = rawHeaders.join("\n");
    visits.push(lines);
    const away = url.startsWith("/away/") ? decodeURIComponent(url.slice("/away/".length)) : "";
    if (away !== "") response.writeHead(302, { location: away });
    response.end(url === "/echo" ? lines : url === "/large" ? word.padEnd(LARGE_BYTES, ".") : word);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    visits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function makeWord(kind: string): string {
  return `${kind}-${randomBytes(12).toString("hex")}`;
}
