import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseCommandLine } from "../../../runtime/cli/parse-command-line.ts";
import { makeCommand } from "../../helpers/made-up-commands.ts";
import { assertRefused, errorsOf } from "../../helpers/refusals.ts";

const parse = (...words: string[]) => parseCommandLine(makeCommand(), words);

describe("a command line", () => {
  it("is arguments and options in any order", () => {
    assert.deepEqual(parse("--name", "x", "a", "--yes", "b"), {
      args: ["a", "b"],
      values: { name: "x", yes: true },
    });
    assert.deepEqual(parse("a", "--name=x=y", "--grant", "k=v", "--grant=l").values, {
      name: "x=y",
      grant: ["k=v", "l"],
    });
    assert.deepEqual(parse("a", "--config", "f.yaml", "--json").values, {
      config: "f.yaml",
      json: true,
    });
  });

  it("ends its options at --", () =>
    assert.deepEqual(parse("--", "--name", "-x"), { args: ["--name", "-x"], values: {} }));

  it("takes - for standard input", () => {
    assert.deepEqual(parse("-").args, ["-"]);
    assert.equal(parse("a", "--name", "-").values["name"], "-");
  });

  it("asks for no arguments where help is asked for", () =>
    assert.deepEqual(parse("--help"), { args: [], values: { help: true } }));
});

describe("a wrong word", () => {
  const WRONG: Readonly<Record<string, readonly string[]>> = {
    "an unknown option": ["a", "--nam", "x"],
    "an unknown option with a value": ["a", "--nam=x"],
    "an option with other letters": ["a", "--Name", "x"],
    "an option with one hyphen": ["a", "-n", "x"],
    "an option with one hyphen and a word": ["a", "-name", "x"],
    "a negated option": ["a", "--no-yes"],
    "an option of every object": ["a", "--constructor", "x"],
    __proto__: ["a", "--__proto__", "x"],
    "an option without its value": ["a", "--name"],
    "an option whose value is another option": ["a", "--name", "--yes"],
    "an option whose value is a short option": ["a", "--name", "-y"],
    "an option with an empty value": ["a", "--name", ""],
    "an option with an empty value after =": ["a", "--name="],
    "a value for an option that takes none": ["a", "--yes=no"],
    "an empty value for an option that takes none": ["a", "--yes="],
    "one option twice": ["a", "--name", "x", "--name", "y"],
    "one flag twice": ["a", "--yes", "--yes"],
    "no arguments": [],
    "too many arguments": ["a", "b", "c"],
    "three hyphens": ["a", "---name", "x"],
  };
  for (const [name, words] of Object.entries(WRONG)) {
    it(`is refused: ${name}`, () => {
      assertRefused(() => parse(...words), "ERR_USAGE");
      assert.equal(errorsOf(() => parse(...words))[0]?.exit, 2);
    });
  }

  it("is answered with the one that was meant", () => {
    assert.ok(errorsOf(() => parse("a", "--nmae", "x"))[0]?.remedy.includes("`--name`"));
    assert.ok(errorsOf(() => parse("a", "--jsn"))[0]?.remedy.includes("`--json`"));
  });

  it("is always refused in the same way", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom("--", "-", "--name", "--yes", "--grant", "--json=", "-x", "--name=", "a"),
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        try {
          const { values } = parse(...words);
          assert.ok(
            Object.keys(values).every((name) =>
              ["name", "yes", "grant", "json", "config", "help"].includes(name),
            ),
          );
        } catch {
          assertRefused(() => parse(...words), "ERR_USAGE");
        }
      }),
    );
  });
});
