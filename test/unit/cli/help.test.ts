import assert from "node:assert/strict";
import { globSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { commandHelp, generalHelp, listedNames } from "../../../runtime/cli/help.ts";
import { captureOutput, makeCommand } from "../../helpers/made-up-commands.ts";

const COMMANDS = path.join(import.meta.dirname, "../../../runtime/cli/commands");

describe("the general help", () => {
  it("lists every command there is", () => {
    const files = globSync(`${COMMANDS}/*.ts`).map((file) => path.basename(file, ".ts"));
    assert.deepEqual(listedNames().toSorted(), files.filter((name) => name !== "table").toSorted());
  });

  it("shows each with its summary, and only those that exist", () => {
    const { out } = captureOutput();
    const text = generalHelp(
      [
        makeCommand({ name: "add", summary: "looks at a plugin" }),
        makeCommand({ name: "serve", summary: "serves" }),
      ],
      out,
    );
    assert.match(text, /^ {2}add +looks at a plugin$/m);
    assert.match(text, /^ {2}serve +serves$/m);
    assert.equal(text.includes("undefined"), false);
    assert.doesNotMatch(text, /^ {2}demo/m);
  });

  it("tells the exit codes", () =>
    assert.match(
      generalHelp([], captureOutput().out),
      /0 done, 1 failed, 2 wrong usage .*3 refused, 4 the tool/,
    ));

  it("has no escapes where nobody looks at it", () => {
    assert.equal(generalHelp([makeCommand()], captureOutput().out).includes("\u001B"), false);
    assert.equal(
      generalHelp([makeCommand()], captureOutput({ terminal: true, json: true }).out).includes(
        "\u001B",
      ),
      false,
    );
  });
});

describe("a command's help", () => {
  it("has its usage, its words, every option and its examples", () => {
    const text = commandHelp(makeCommand(), captureOutput().out);
    for (const part of [
      "glovebox probe FILE [--name NAME]",
      "Does nothing at all.",
      "--name NAME",
      "--grant CAP",
      "--yes",
      "--config FILE",
      "--json",
      "--help",
      "glovebox probe ./x",
    ])
      assert.ok(text.includes(part), part);
  });

  it("lines its options up", () => {
    const text = commandHelp(makeCommand(), captureOutput().out);
    const columns = [...text.matchAll(/^ {2}(--\S+(?: [A-Z]+)? +)/gm)].map(
      (match) => match[1]?.length,
    );
    assert.equal(new Set(columns).size, 1);
  });
});
