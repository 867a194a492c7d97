// The command line as a tool among others: help, versions, pipes, colours, completion, and a Node that is too old.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { COMMAND_NAMES, loadCommand, loadCommands } from "../../runtime/cli/commands/table.ts";
import { completionScript, SHELLS } from "../../runtime/cli/completion-scripts.ts";
import { formatLockfile } from "../../runtime/plugin/lockfile.ts";
import { LOCKFILE } from "../helpers/plugin-files.ts";
import { loadMachine, runWords } from "../../runtime/cli/main.ts";
import { COMMON_OPTIONS } from "../../runtime/cli/parse-command-line.ts";
import { GLOVEBOX, runGlovebox, runInProcess } from "../helpers/run-glovebox.ts";
import { makeScratch } from "../helpers/scratch.ts";

/** A Node of the system's, which may be older than this program runs on. */
const OLD_NODE = ["/usr/bin/node", "/usr/local/bin/node"].find(
  (node) => existsSync(node) && majorOf(node) < 26,
);

function majorOf(node: string): number {
  return Number(/^v(\d+)/.exec(spawnSync(node, ["--version"], { encoding: "utf8" }).stdout)?.[1]);
}

describe("help", () => {
  for (const name of COMMAND_NAMES) {
    it(`explains ${name} with its options and an example, by --help, -h and help`, async () => {
      const command = await loadCommand(name);
      const [first, ...others] = await Promise.all(
        [
          [name, "--help"],
          [name, "-h"],
          ["help", name],
        ].map((words) => runInProcess(words)),
      );
      assert.equal(first?.code, 0);
      assert.equal(first.stderr, "");
      for (const other of others) assert.equal(other.stdout, first.stdout);
      assert.ok(first.stdout.startsWith(`Usage  glovebox ${name}`));
      for (const option of Object.keys({ ...command.options, ...COMMON_OPTIONS }))
        assert.ok(first.stdout.includes(`--${option} `), option);
      for (const example of command.examples) assert.ok(first.stdout.includes(example), example);
    });
  }

  it("lists every command, for no words at all too", async () => {
    const [first, second, third] = await Promise.all(
      [[], ["--help"], ["help"]].map((words) => runInProcess(words)),
    );
    assert.deepEqual(
      [first?.code, second?.stdout, third?.stdout],
      [0, first?.stdout, first?.stdout],
    );
    for (const { name, summary } of await loadCommands())
      assert.ok(first?.stdout.includes(`  ${name.padEnd(15)} ${summary}\n`), name);
  });

  it("of a tool where nothing is installed says what to do, and takes nothing back", async (t) => {
    const cwd = makeScratch(t);
    await runGlovebox(["init"], { cwd });
    const { code, codes, stderr } = await runGlovebox(["call", "x__y"], { cwd });
    assert.deepEqual([code, codes], [2, ["ERR_USAGE"]]);
    assert.match(stderr, /No tool is served here.*`glovebox add SOURCE`/);
    assert.doesNotMatch(stderr, /Remove/);
  });

  it("of a command that does not exist names the one that was meant, and fails", async () => {
    for (const words of [["help", "verfy"], ["verfy"], ["verfy", "--help"]]) {
      const { code, codes, stdout, stderr } = await runInProcess(words);
      assert.deepEqual({ code, codes, stdout }, { code: 2, codes: ["ERR_USAGE"], stdout: "" });
      assert.match(stderr, /verify/);
    }
  });
});

describe("the program", () => {
  it("says its version, and reads nothing for it", async (t) => {
    const cwd = makeScratch(t);
    writeFileSync(join(cwd, "glovebox.yaml"), "broken: [");
    for (const words of [["--version"], ["version"]]) {
      const { code, stdout, stderr } = await runGlovebox(words, { cwd });
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
      assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
    }
  });

  it("does not mind a reader that has seen enough", (t) => {
    const cwd = makeScratch(t);
    for (const words of ["--help", "debt", "completion bash", "debt --json"]) {
      const line = `set -o pipefail; "${process.execPath}" "${GLOVEBOX}" ${words} | head -1`;
      const { status, stdout, stderr } = spawnSync("bash", ["-c", line], { cwd, encoding: "utf8" });
      assert.deepEqual({ words, status, stderr }, { words, status: 0, stderr: "" });
      assert.equal(stdout.split("\n").length, 2);
    }
  });

  it("writes no colours to what is no terminal, nor to one when NO_COLOR is set", async (t) => {
    const cwd = makeScratch(t);
    assert.ok(!(await runGlovebox(["--help"], { cwd })).stdout.includes("\u001b"));
    const onTerminal = async (noColor: string | undefined): Promise<string> => {
      if (noColor !== undefined) process.env["NO_COLOR"] = noColor;
      const stdout = Object.assign(new PassThrough(), { isTTY: true });
      await runWords(
        ["--help"],
        { stdin: new PassThrough(), stdout, stderr: new PassThrough() },
        loadMachine,
      );
      delete process.env["NO_COLOR"];
      return text(stdout.end());
    };
    delete process.env["NO_COLOR"];
    assert.ok((await onTerminal(undefined)).includes("\u001b[1m"));
    assert.ok((await onTerminal("")).includes("\u001b[1m"));
    assert.ok(!(await onTerminal("1")).includes("\u001b"));
  });

  it("starts where there is no home to keep anything in", async (t) => {
    const cwd = makeScratch(t);
    const { status, stderr } = spawnSync(process.execPath, [GLOVEBOX, "init"], {
      cwd,
      encoding: "utf8",
      env: {},
    });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
  });

  it(
    OLD_NODE
      ? "tells an old Node in one line what it needs"
      : "tells an old Node in one line what it needs (there is none on this machine: its own number is changed)",
    () => {
      const { status, stdout, stderr } = OLD_NODE
        ? spawnSync(OLD_NODE, [GLOVEBOX, "list"], { encoding: "utf8" })
        : spawnSync(
            process.execPath,
            [
              "--import",
              'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.0.0"})',
              GLOVEBOX,
              "list",
            ],
            { encoding: "utf8" },
          );
      assert.deepEqual(
        { status, stdout, lines: stderr.split("\n").length },
        { status: 1, stdout: "", lines: 2 },
      );
      assert.match(stderr, /needs Node 26 or newer.*export PATH=".*node_modules\/\.bin:\$PATH"/);
    },
  );
});

describe("completion", async () => {
  const commands = await loadCommands();

  for (const shell of SHELLS) {
    it(`for ${shell} has every command and every option`, () => {
      const script = completionScript(shell, commands);
      for (const command of commands) {
        assert.ok(script.includes(command.name));
        for (const option of Object.keys(command.options))
          assert.ok(script.includes(shell === "fish" ? `-l ${option}` : `--${option}`), option);
      }
    });
  }

  /** What bash would offer for the words so far, the last of which is being typed. */
  function completeInBash(words: readonly string[], cwd: string): string[] {
    const script = completionScript("bash", commands);
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const line = `set -eu\n${script}\nCOMP_WORDS=(${quoted})\nCOMP_CWORD=${words.length - 1}\n_glovebox\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    const { status, stdout, stderr } = spawnSync("bash", ["-c", line], { cwd, encoding: "utf8" });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
    return stdout
      .trim()
      .split("\n")
      .filter((word) => word !== "");
  }

  it("for bash is a script that bash reads, and offers commands, options and files", (t) => {
    const cwd = makeScratch(t);
    mkdirSync(join(cwd, "a folder"));
    assert.equal(
      spawnSync("bash", ["-n"], { input: completionScript("bash", commands), encoding: "utf8" })
        .stderr,
      "",
    );
    assert.deepEqual(completeInBash(["glovebox", "ver"], cwd), ["verify", "verify-evidence"]);
    assert.deepEqual(
      completeInBash(["glovebox", ""], cwd).toSorted(),
      [...COMMAND_NAMES].toSorted(),
    );
    assert.deepEqual(completeInBash(["glovebox", "help", "ser"], cwd), ["serve"]);
    assert.deepEqual(completeInBash(["glovebox", "add", "--gr"], cwd), ["--grant"]);
    assert.deepEqual(completeInBash(["glovebox", "add", "a f"], cwd), ["a folder"]);
    assert.deepEqual(completeInBash(["glovebox", "nothing", "--x"], cwd), []);
  });

  it("for bash offers the names of installed plugins where a name belongs", (t) => {
    const cwd = makeScratch(t);
    mkdirSync(join(cwd, "time-folder"));
    assert.deepEqual(completeInBash(["glovebox", "remove", "t"], cwd), []);
    const { time } = LOCKFILE.plugins;
    const lock = formatLockfile({ ...LOCKFILE, plugins: { time: time!, "web-docs": time! } });
    writeFileSync(join(cwd, "glovebox.lock.json"), lock);
    assert.deepEqual(completeInBash(["glovebox", "remove", ""], cwd), ["time", "web-docs"]);
    assert.deepEqual(completeInBash(["glovebox", "update", "time", "w"], cwd), ["web-docs"]);
    assert.deepEqual(completeInBash(["glovebox", "diff", "time", "time-"], cwd), ["time-folder"]);
    assert.deepEqual(completeInBash(["glovebox", "add", "time"], cwd), ["time-folder"]);
  });

  it("for bash offers the words of a command, the values of an option, and the plugins to call", (t) => {
    const cwd = makeScratch(t);
    mkdirSync(join(cwd, "list-folder"));
    const verbs = { trust: "add list remove revoke", tenant: "list erase encrypt" };
    for (const [command, words] of Object.entries(verbs))
      assert.deepEqual(completeInBash(["glovebox", command, ""], cwd), words.split(" "));
    assert.deepEqual(completeInBash(["glovebox", "audit", "d"], cwd), ["destinations"]);
    assert.deepEqual(completeInBash(["glovebox", "trust", "add", "l"], cwd), ["list-folder"]);
    assert.deepEqual(completeInBash(["glovebox", "debt", "--severity", "h"], cwd), ["high"]);
    assert.deepEqual(completeInBash(["glovebox", "add", "x", "--grant", "f"], cwd), ["filesystem"]);
    writeFileSync(join(cwd, "glovebox.lock.json"), formatLockfile(LOCKFILE));
    assert.ok(completeInBash(["glovebox", "call", ""], cwd).includes("time__"));
    assert.deepEqual(completeInBash(["glovebox", "call", "rep"], cwd), ["report_pattern_debt"]);
  });

  it("for another shell does not exist", async () => {
    const { code, codes } = await runInProcess(["completion", "powershell"]);
    assert.deepEqual({ code, codes }, { code: 2, codes: ["ERR_USAGE"] });
  });
});

describe("standard output", () => {
  const run = (after: string, ...words: readonly string[]) =>
    spawnSync(
      "bash",
      ["-c", `set -o pipefail; "$0" "$@" ${after}`, process.execPath, GLOVEBOX, ...words],
      {
        encoding: "utf8",
      },
    );

  it("may be closed by whoever has read enough", () => {
    for (const words of [["debt"], ["debt", "--json"], ["help", "serve"]]) {
      const { status, stderr } = run("| true", ...words);
      assert.deepEqual({ status, stderr }, { status: 0, stderr: "" }, words.join(" "));
    }
  });

  it(
    "that takes nothing is an error, whatever was done",
    { skip: !existsSync("/dev/full") },
    () => {
      for (const words of [["debt"], ["debt", "--json"], ["--version"]]) {
        const { status, stderr } = run("> /dev/full", ...words);
        assert.equal(status, 1, words.join(" "));
        assert.match(stderr, /^ERR_OUTPUT_LOST: .*ENOSPC/);
      }
    },
  );
});
