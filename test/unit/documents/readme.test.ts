import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import { FILES_DEFAULT, QUOTA_BYTES_DEFAULT } from "@glovebox/host-api/filesystem/grant";
import { parseGrant as parseHttpGrant } from "@glovebox/host-api/http/grant";
import { parseKvGrant } from "@glovebox/host-api/kv/grant";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { formatSize } from "@glovebox/host-api/size";
import type { JsonObject } from "@glovebox/host-api/json";
import { RUNTIME_ERROR_CODES } from "../../../runtime/answer.ts";
import { loadCommand, loadCommands } from "../../../runtime/cli/commands/table.ts";
import { parseGrantFlags } from "../../../runtime/cli/grants.ts";
import { parseCommandLine } from "../../../runtime/cli/parse-command-line.ts";
import { TOOL_ERROR_CODES } from "../../../runtime/firewall/outcome.ts";
import { parseConfiguration } from "../../../runtime/policy/parse-configuration.ts";
import configurationSchema from "../../../runtime/policy/glovebox.schema.json" with { type: "json" };
import { fillReadme } from "../../helpers/write-readme-tables.ts";

const readme = readFileSync("README.md", "utf8");
const blocksOf = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map(
    (match) => match[1] ?? "",
  );

/** The words of a line of shell as far as the README uses it: quotes, and comments. */
function wordsOf(line: string): string[] {
  const words = line.match(/'[^']*'|"[^"]*"|#.*|[^\s#'"]+/g) ?? [];
  return words
    .filter((word) => !word.startsWith("#"))
    .map((word) => word.replaceAll(/^['"]|['"]$/g, ""));
}

const commandLines = blocksOf("sh")
  .flatMap((block) => block.split("\n"))
  .filter((line) => line.startsWith("glovebox "));

test("the generated tables are what the sources say now (`npm run docs` writes them)", async () => {
  assert.equal(await fillReadme(readme), readme);
});

test("every command in the examples exists, takes these options, and is shown in the order of a first use", async () => {
  const names: string[] = [];
  for (const line of commandLines) {
    const [, name = "", ...words] = wordsOf(line);
    parseCommandLine(await loadCommand(name), words);
    names.push(name);
  }
  assert.deepEqual(
    [...new Set(names)],
    [
      "new",
      "build",
      "pack",
      "keygen",
      "sign",
      "init",
      "trust",
      "add",
      "call",
      "serve",
      "scan",
      "filter",
      "key",
      "doctor",
      "verify",
      "tenant",
      "evidence",
      "verify-evidence",
    ],
  );
});

test("every example of the commands' own help takes the options it shows", async () => {
  for (const example of (await loadCommands()).flatMap((command) => command.examples)) {
    const [, line = ""] = /(glovebox [^|]*)$/.exec(example) ?? [];
    const [, name = "", ...words] = wordsOf(line);
    if (name !== "" && !/completion/.test(name)) parseCommandLine(await loadCommand(name), words);
  }
});

test("the npm scripts that the README runs exist", () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync("package.json", "utf8"),
  );
  const named = [...readme.matchAll(/npm run (\w+)/g)].map((match) => match[1] ?? "");
  assert.deepEqual(
    named.filter((name) => !(name in scripts)),
    [],
  );
  assert.ok(scripts["test"] && scripts["start"]);
});

test("every capability is in the table of defaults, with a flag that can be read", () => {
  for (const name of CAPABILITY_NAMES) {
    const row = readme.split("\n").find((line) => line.startsWith(`| ${name} |`));
    const [, flag] = /`--grant ([^`]+)`/.exec(row ?? "") ?? [];
    assert.ok(flag, name);
    assert.deepEqual(Object.keys(parseGrantFlags([flag])), [name]);
  }
});

test("the defaults that the table of capabilities names are those of the code", () => {
  assert.match(
    readme,
    new RegExp(`at most ${formatSize(QUOTA_BYTES_DEFAULT)} in ${FILES_DEFAULT} files`),
  );
  assert.match(
    readme,
    new RegExp(`a durable store of its own, at most ${formatSize(parseKvGrant(true).quotaBytes)}`),
  );
  const { redirectsMax, responseBytesMax, timeoutMs } = parseHttpGrant("example.com");
  assert.match(
    readme,
    new RegExp(
      `\`redirectsMax\` \\(${redirectsMax}\\), \`responseBytesMax\` \\(${formatSize(responseBytesMax)}\\) and \`timeoutMs\` \\(${timeoutMs}\\)`,
    ),
  );
});

test("every example that is a whole configuration is one", () => {
  const whole = blocksOf("yaml").filter((yaml) => yaml.startsWith("version:"));
  assert.ok(whole.some((yaml) => yaml.includes("regions: [eu, us]")));
  for (const yaml of whole) parseConfiguration(yaml, "README.md", CAPABILITIES);
});

test("the example configuration is one, and every key that there is is documented", () => {
  const [yaml = ""] = blocksOf("yaml");
  const configuration = parseConfiguration(yaml, "README.md", CAPABILITIES);
  assert.deepEqual(Object.keys(configuration.plugins), ["time", "docs"]);
  const section = readme.slice(
    readme.indexOf("## Configuration"),
    readme.indexOf("## Error codes"),
  );
  const documented = new Set(section.match(/[\w$]+/g));
  assert.deepEqual(
    [...keysOf(configurationSchema)].filter((key) => !documented.has(key)),
    [],
  );
});

/** Every property that a schema names, at any depth. */
function keysOf(schema: unknown): Set<string> {
  const keys = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    for (const [key, child] of Object.entries(part)) {
      if (key === "properties" && typeof child === "object" && child !== null)
        for (const name of Object.keys(child)) keys.add(name);
      visit(child);
    }
  };
  visit(schema);
  return keys;
}

test("every error code that a client can get is listed", () => {
  for (const code of [...RUNTIME_ERROR_CODES, ...TOOL_ERROR_CODES])
    assert.ok(readme.includes(`\`${code}\``), code);
});

test("every file, folder and link that the README names exists", () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map((match) => match[1] ?? "");
  const paths = [
    ...readme.matchAll(/`((?:runtime|host-api|sdk-guest|plugins|test)\/[\w./-]*)`/g),
  ].map((match) => match[1] ?? "");
  assert.ok(paths.length >= 15);
  assert.deepEqual(
    [...links, ...paths].filter((path) => !existsSync(path)),
    [],
  );
});

test("the contents at the top lead to every section, and nowhere else", () => {
  const anchors = [...readme.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor = ""]) => anchor);
  const sections = [...readme.matchAll(/^## (.*)$/gm)].map(([, title = ""]) =>
    title.toLowerCase().replaceAll(" ", "-"),
  );
  assert.deepEqual(anchors.toSorted(), sections.toSorted());
});

test("every JSON Schema of the tree is named, and is one", () => {
  const schemas = globSync("{runtime,host-api}/**/*.schema.json", {
    exclude: ["**/node_modules/**", "**/dist/**"],
  });
  assert.ok(schemas.length >= 4);
  for (const file of schemas) {
    assert.ok(readme.includes(`\`${file}\``), file);
    const schema: JsonObject = JSON.parse(readFileSync(file, "utf8"));
    assert.equal(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", file);
  }
});

test("the schema of plugin.json that the SDK carries for editors is the runtime's", () => {
  assert.equal(
    readFileSync("sdk-guest/plugin.schema.json", "utf8"),
    readFileSync("runtime/plugin/schemas/plugin.schema.json", "utf8"),
  );
});

test("prose has one sentence on each line", () => {
  const prose = readme
    .replaceAll(/^```[^]*?^```/gm, "")
    .split("\n")
    .filter((line) => /^[A-Z`]/.test(line));
  assert.deepEqual(
    prose.filter((line) => /[.!?] [A-Z`]/.test(line)),
    [],
  );
});
