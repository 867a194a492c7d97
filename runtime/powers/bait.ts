import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { randomBytes } from "node:crypto";

/** What a probe sets out for a plugin that tries to get out, and how it sees whether the plugin came there. */
export interface Bait {
  /** Stands in the file and is what the port says: whoever knows it has been there. */
  readonly word: string;
  /** A file outside every plugin's folder. */
  readonly file: string;
  /** A port of this machine that nobody was granted. */
  readonly port: number;
  /** Connections to the port so far. */
  readonly visits: () => number;
  /** What the file holds now. */
  readonly read: () => string;
  /** Makes links to the file and to its folder in `folder`, as an operator's own mistake would. */
  lay(folder: string): void;
  close(): Promise<void>;
}

export async function setBait(folder: string): Promise<Bait> {
  const word = `bait-${randomBytes(12).toString("hex")}`;
  const outside = path.join(folder, "outside");
  const file = path.join(outside, "bait.txt");
  fs.mkdirSync(outside, { recursive: true, mode: 0o700 });
  fs.writeFileSync(file, word, { mode: 0o600 });
  let visits = 0;
  const server = net.createServer((socket) => {
    visits += 1;
    socket.on("error", () => undefined);
    socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${word.length}\r\n\r\n${word}`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    word,
    file,
    port,
    visits: () => visits,
    read: () => fs.readFileSync(file, "utf8"),
    lay(home) {
      fs.mkdirSync(home, { recursive: true, mode: 0o700 });
      fs.symlinkSync(file, path.join(home, "link-to-file"));
      fs.symlinkSync(outside, path.join(home, "link-to-folder"));
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
