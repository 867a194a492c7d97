import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { makeFilePowers } from "../../../runtime/powers/files.ts";
import { WorkspaceError } from "../../../runtime/workspace-errors.ts";
import { assertRefused, errorsOf } from "../../helpers/refusals.ts";

const root = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), "files-"));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
  fs.rmSync(root, { recursive: true });
});

const files = makeFilePowers();
let folder = root;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(root, "case-"));
});

const at = (...parts: string[]) => path.join(folder, ...parts);
const modeOf = (file: string) => fs.statSync(file).mode & 0o777;
const textOf = (file: string) => fs.readFileSync(file, "utf8");

function makeFifo(file: string): void {
  assert.equal(spawnSync("mkfifo", [file]).status, 0);
}

describe("reading a file", () => {
  it("answers its bytes, and nothing where there is none", () => {
    fs.writeFileSync(at("a"), "hello");
    fs.writeFileSync(at("empty"), "");
    assert.deepEqual(Buffer.from(files.readFile(at("a"), 5) ?? []), Buffer.from("hello"));
    assert.equal(files.readFile(at("empty"), 0)?.length, 0);
    assert.equal(files.readFile(at("absent"), 5), undefined);
    assert.equal(files.readFile(at("a", "below a file"), 5), undefined);
    fs.symlinkSync(at("nowhere"), at("dangling"));
    assert.equal(files.readFile(at("dangling"), 5), undefined);
  });

  it("answers large files whole", () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => index % 251));
    fs.writeFileSync(at("a"), bytes);
    assert.ok(bytes.equals(files.readFile(at("a"), 300_000) ?? Buffer.alloc(0)));
  });

  it("refuses a byte too many", () => {
    fs.writeFileSync(at("a"), "hello");
    assertRefused(() => files.readFile(at("a"), 4), "ERR_WORKSPACE_UNREADABLE");
  });

  it("counts what it reads, since a file may say that it is empty", () => {
    assert.equal(fs.statSync("/proc/self/status").size, 0);
    assertRefused(() => files.readFile("/proc/self/status", 10), "ERR_WORKSPACE_UNREADABLE");
    assert.ok((files.readFile("/proc/self/status", 100_000)?.length ?? 0) > 10);
  });

  it("does not hang at a FIFO, read a device without end, or read a folder", () => {
    makeFifo(at("fifo"));
    for (const file of [at("fifo"), "/dev/zero", "/dev/full", folder])
      assertRefused(() => files.readFile(file, 100), "ERR_WORKSPACE_UNREADABLE");
  });

  it("refuses links that go in a circle and names that are too long", () => {
    fs.symlinkSync(at("b"), at("a"));
    fs.symlinkSync(at("a"), at("b"));
    assertRefused(() => files.readFile(at("a"), 100), "ERR_WORKSPACE_UNREADABLE");
    assertRefused(() => files.readFile(at("x".repeat(300)), 100), "ERR_WORKSPACE_UNREADABLE");
    assertRefused(() => files.kindOf(at("a")), "ERR_WORKSPACE_UNREADABLE");
  });

  it("says which file, and leaves no descriptor open", () => {
    const open = () => fs.readdirSync("/proc/self/fd").length;
    const before = open();
    for (let count = 0; count < 20; count += 1) {
      const [error] = errorsOf(() => files.readFile(folder, 100));
      assert.equal(error?.place?.file, folder);
    }
    assert.equal(open(), before);
  });
});

describe("writing a file", () => {
  it("replaces it as a whole and leaves nothing beside it", () => {
    fs.writeFileSync(at("a"), "a longer text than the next");
    const before = fs.statSync(at("a")).ino;
    files.writeFile(at("a"), "new");
    assert.equal(textOf(at("a")), "new");
    assert.notEqual(fs.statSync(at("a")).ino, before);
    assert.deepEqual(fs.readdirSync(folder), ["a"]);
    files.writeFile(at("b"), Uint8Array.of(0, 255));
    assert.deepEqual([...fs.readFileSync(at("b"))], [0, 255]);
  });

  it("gives it the mode that is asked for, else the one it had", () => {
    files.writeFile(at("key"), "secret", 0o600);
    assert.equal(modeOf(at("key")), 0o600);
    fs.writeFileSync(at("private"), "x");
    fs.chmodSync(at("private"), 0o640);
    files.writeFile(at("private"), "y");
    assert.equal(modeOf(at("private")), 0o640);
    const before = process.umask(0o077);
    try {
      files.writeFile(at("new"), "x");
    } finally {
      process.umask(before);
    }
    assert.equal(modeOf(at("new")), 0o600);
  });

  it("keeps a link and replaces its target, also in another folder", () => {
    fs.mkdirSync(at("real"));
    fs.writeFileSync(at("real", "a"), "old");
    fs.symlinkSync(at("real", "a"), at("link"));
    files.writeFile(at("link"), "new");
    assert.ok(fs.lstatSync(at("link")).isSymbolicLink());
    assert.equal(textOf(at("real", "a")), "new");
    assert.deepEqual(fs.readdirSync(at("real")), ["a"]);
    assert.deepEqual(fs.readdirSync(folder), ["link", "real"]);
  });

  it("keeps a link across file systems", () => {
    const other = fs.mkdtempSync("/dev/shm/files-");
    try {
      fs.writeFileSync(path.join(other, "a"), "old");
      fs.symlinkSync(path.join(other, "a"), at("link"));
      files.writeFile(at("link"), "new");
      assert.equal(textOf(path.join(other, "a")), "new");
    } finally {
      fs.rmSync(other, { recursive: true });
    }
  });

  it("refuses a link to nowhere instead of replacing it", () => {
    fs.symlinkSync(at("nowhere"), at("link"));
    assertRefused(() => files.writeFile(at("link"), "x"), "ERR_WORKSPACE_NOT_WRITABLE");
    assert.ok(fs.lstatSync(at("link")).isSymbolicLink());
  });

  it("puts no file in the place of a folder, a FIFO or a device", () => {
    fs.mkdirSync(at("folder"));
    makeFifo(at("fifo"));
    fs.symlinkSync("/dev/null", at("device"));
    for (const file of [at("folder"), at("fifo"), at("device"), "/dev/null"])
      assertRefused(() => files.writeFile(file, "x"), "ERR_WORKSPACE_NOT_WRITABLE");
    assert.ok(fs.statSync("/dev/null").isCharacterDevice());
    assert.deepEqual(fs.readdirSync(folder), ["device", "fifo", "folder"]);
  });

  it("refuses where nothing can be written, and leaves everything as it was", () => {
    fs.writeFileSync(at("file"), "old");
    const places = [
      at("absent", "a"),
      at("file", "below a file"),
      "/proc/glovebox.yaml",
      "/proc/self/new/a",
      at("x".repeat(300)),
    ];
    for (const file of places) {
      assertRefused(() => files.writeFile(file, "x"), "ERR_WORKSPACE_NOT_WRITABLE");
      assert.equal(errorsOf(() => files.writeFile(file, "x"))[0]?.place?.file, file);
    }
    assert.deepEqual(fs.readdirSync(folder), ["file"]);
    assert.equal(textOf(at("file")), "old");
  });

  it("leaves the old file when the disk is full", () => {
    const limited = 'ulimit -f 8; exec "$0" "$@"';
    const program = `
      import { makeFilePowers } from ${JSON.stringify(new URL("../../../runtime/powers/files.ts", import.meta.url).href)};
      process.on("SIGXFSZ", () => {});
      try { makeFilePowers().writeFile(process.argv[1], Buffer.alloc(1024 * 1024)); } catch (error) { process.stdout.write(error.code); }
    `;
    fs.writeFileSync(at("a"), "old");
    const { stdout } = spawnSync(
      "bash",
      ["-c", limited, process.execPath, "--input-type=module-typescript", "-e", program, at("a")],
      { encoding: "utf8" },
    );
    assert.equal(stdout, "ERR_WORKSPACE_NOT_WRITABLE");
    assert.equal(textOf(at("a")), "old");
    assert.deepEqual(fs.readdirSync(folder), ["a"]);
  });
});

describe("writing several files", () => {
  it("changes all of them, or none when one cannot be written", () => {
    fs.writeFileSync(at("a"), "old");
    files.writeFiles([
      { path: at("a"), bytes: "new" },
      { path: at("b"), bytes: "new", mode: 0o600 },
    ]);
    assert.deepEqual([textOf(at("a")), textOf(at("b")), modeOf(at("b"))], ["new", "new", 0o600]);
    fs.mkdirSync(at("folder"));
    for (const bad of [at("folder"), at("absent", "c"), "/proc/c", "/dev/null"])
      assertRefused(
        () =>
          files.writeFiles([
            { path: at("a"), bytes: "newer" },
            { path: bad, bytes: "x" },
          ]),
        "ERR_WORKSPACE_NOT_WRITABLE",
      );
    assert.equal(textOf(at("a")), "new");
    assert.deepEqual(fs.readdirSync(folder), ["a", "b", "folder"]);
  });
});

describe("making a file", () => {
  it("leaves alone whatever stands there, links to nowhere too", () => {
    files.createFile(at("a"), "one");
    fs.symlinkSync(at("nowhere"), at("link"));
    fs.mkdirSync(at("folder"));
    for (const file of [at("a"), at("link"), at("folder")])
      assertRefused(() => files.createFile(file, "two"), "ERR_WORKSPACE_EXISTS");
    assert.equal(textOf(at("a")), "one");
    assert.equal(files.kindOf(at("nowhere")), "nothing");
    for (const file of [at("absent", "b"), at("a", "b"), "/proc/b"])
      assertRefused(() => files.createFile(file, "x"), "ERR_WORKSPACE_NOT_WRITABLE");
  });
});

describe("folders", () => {
  it("are made with all above them, for their owner alone", () => {
    files.makeFolder(at("a", "b"));
    files.makeFolder(at("a", "b"));
    assert.equal(modeOf(at("a", "b")), 0o700);
    assert.equal(files.kindOf(at("a", "b")), "folder");
  });

  it("are not made in the place of a file or below one", () => {
    fs.writeFileSync(at("file"), "x");
    for (const name of [at("file"), at("file", "b"), "/proc/x"])
      assertRefused(() => files.makeFolder(name), "ERR_WORKSPACE_NOT_WRITABLE");
  });

  it("are listed by name, and are empty when they are not there", () => {
    for (const name of ["b", "a", ".c"]) fs.writeFileSync(at(name), "");
    assert.deepEqual(files.list(folder), [".c", "a", "b"]);
    assert.deepEqual(files.list(at("absent")), []);
    assertRefused(() => files.list(at("a")), "ERR_WORKSPACE_UNREADABLE");
  });

  it("are removed with all in them, but nothing that a link in them leads to", () => {
    fs.mkdirSync(at("a"));
    fs.mkdirSync(at("outside"));
    fs.writeFileSync(at("outside", "precious"), "x");
    fs.symlinkSync(at("outside"), at("a", "link"));
    files.remove(at("a"));
    files.remove(at("a"));
    assert.equal(files.kindOf(at("a")), "nothing");
    assert.equal(textOf(at("outside", "precious")), "x");
  });

  it("are told from files, other things and nothing", () => {
    fs.writeFileSync(at("file"), "");
    makeFifo(at("fifo"));
    fs.symlinkSync(at("file"), at("link"));
    const kinds = [
      folder,
      at("file"),
      at("link"),
      at("fifo"),
      "/dev/null",
      at("absent"),
      at("file", "x"),
    ].map((file) => files.kindOf(file));
    assert.deepEqual(kinds, ["folder", "file", "file", "other", "other", "nothing", "nothing"]);
  });
});

describe("the lock", () => {
  /** A process that holds the lock. */
  async function startHolder(
    lockFile: string,
  ): Promise<ChildProcess & { say(): void; line(): Promise<string> }> {
    const program = path.join(import.meta.dirname, "../../helpers/lock-holder.ts");
    const child = spawn(process.execPath, [program, lockFile], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
    });
    children.push(child);
    const line = async () => String((await once(child.stdout, "data"))[0]).trim();
    assert.equal(await line(), "held");
    return Object.assign(child, { line, say: () => void child.stdin?.write("go\n") });
  }

  it("lets one at a time in, in one process", async () => {
    let inside = 0;
    const work = async () => {
      inside += 1;
      assert.equal(inside, 1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      inside -= 1;
      return "done";
    };
    const results = await Promise.all([1, 2, 3].map(() => files.withLock(at("busy"), work)));
    assert.deepEqual(results, ["done", "done", "done"]);
  });

  it("waits for another process, and goes on when that lets go", async () => {
    const holder = await startHolder(at("busy"));
    const order: string[] = [];
    const waiting = files.withLock(at("busy"), async () => void order.push("mine"));
    await new Promise((resolve) => setTimeout(resolve, 150));
    order.push("theirs");
    holder.say();
    await waiting;
    assert.deepEqual(order, ["theirs", "mine"]);
  });

  it("of a process that was killed holds nobody up", async () => {
    const holder = await startHolder(at("busy"));
    holder.kill("SIGKILL");
    await once(holder, "exit");
    assert.equal(await files.withLock(at("busy"), async () => "done"), "done");
  });

  it("lets one at a time in, among processes", async () => {
    const first = await startHolder(at("busy"));
    const second = startHolder(at("busy"));
    first.say();
    assert.equal(await first.line(), "free");
    const holder = await second;
    holder.say();
    assert.equal(await holder.line(), "free");
  });

  it("is let go when the work throws", async () => {
    await assert.rejects(
      files.withLock(at("busy"), () => Promise.reject(new TypeError("boom"))),
      TypeError,
    );
    await assert.rejects(
      files.withLock(at("busy"), () => {
        throw new TypeError("boom");
      }),
      TypeError,
    );
    assert.equal(await files.withLock(at("busy"), async () => "done"), "done");
  });

  it("refuses where it cannot be held", async () => {
    fs.mkdirSync(at("folder"));
    fs.writeFileSync(at("file"), "x".repeat(5000));
    for (const lockFile of [at("folder"), at("file"), at("file", "busy"), "/proc/busy"])
      await assert.rejects(
        files.withLock(lockFile, async () => assert.fail("was let in")),
        (error) => error instanceof WorkspaceError && error.code === "ERR_WORKSPACE_NOT_WRITABLE",
      );
    assert.equal(textOf(at("file")), "x".repeat(5000));
  });
});
