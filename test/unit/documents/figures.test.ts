// The figures that README.md names are those of the code. Reads sources and parses configurations: about 0.3 s.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { formatSize } from "@glovebox/host-api/size";
import { loadCommands } from "../../../runtime/cli/commands/table.ts";
import { parseCommandLine } from "../../../runtime/cli/parse-command-line.ts";
import type { Configuration } from "../../../runtime/policy/configuration.ts";
import { OUTPUT_KINDS } from "../../../runtime/audit/output-finding.ts";
import { DEFAULT_FILTER } from "../../../runtime/firewall/filter/policy.ts";
import { DEFAULT_AUDIT } from "../../../runtime/policy/read-audit.ts";
import { DEFAULT_HTTP } from "../../../runtime/policy/server/http-configuration.ts";
import { FIRST_HTTP_CONFIGURATION } from "../../../runtime/policy/first-http-configuration.ts";
import { parseConfiguration } from "../../../runtime/policy/parse-configuration.ts";
import { DEFAULT_TASK_LIMITS } from "../../../runtime/policy/server/tasks.ts";
import { DEFAULT_PROMETHEUS } from "../../../runtime/policy/read-telemetry.ts";
import { HTTP_PROBLEMS } from "../../../runtime/server/http/answers.ts";
import { MESSAGE_DEPTH_MAX } from "../../../runtime/server/mcp/depth.ts";
import { STATE_KEY_BYTES_MIN } from "../../../runtime/server/mcp/asking.ts";
import {
  IMAGE_BYTES_MAX,
  REDIRECTS_MAX,
  SOURCE_LIMITS,
} from "../../../runtime/supply/sources/limits.ts";
import { PACKAGE_BYTES_MAX } from "../../../runtime/supply/read-source.ts";

const readme = readFileSync("README.md", "utf8");

/** The one line that begins so. */
function line(beginning: string): string {
  const lines = readme.split("\n").filter((candidate) => candidate.startsWith(beginning));
  assert.equal(lines.length, 1, beginning);
  return lines[0] ?? "";
}

/** A constant that its room keeps to itself: a product of whole numbers, as written there. */
function constant(file: string, name: string): number {
  const [, product] =
    new RegExp(`^const ${name} = ([\\d_* ]+);`, "m").exec(readFileSync(file, "utf8")) ?? [];
  assert.ok(product, `${file} has no ${name}`);
  return product
    .split("*")
    .map((factor) => Number(factor.trim().replaceAll("_", "")))
    .reduce((left, right) => left * right);
}

/** As the configuration writes amounts. */
const short = {
  size: (bytes: number): string => formatSize(bytes).replace(" ", ""),
  duration: (ms: number): string =>
    ms % 60_000 === 0 && ms > 60_000 ? `${ms / 60_000}m` : `${ms / 1000}s`,
};

function assertNames(text: string, figures: readonly string[]): void {
  for (const figure of figures) assert.ok(text.includes(figure), `${figure} in: ${text}`);
}

function configured(yaml: string): Configuration {
  return parseConfiguration(`version: 1\n${yaml}`, "README.md", CAPABILITIES);
}

test("the defaults of the HTTP server are those of the code", () => {
  const { listen, limits } = DEFAULT_HTTP;
  assertNames(line("| `server.http` |"), [
    `\`${listen.host}:${listen.port}\``,
    `\`body\` (${short.size(limits.bodyBytes)})`,
    `\`header\` (${short.size(limits.headerBytes)})`,
    `\`connections\` (${limits.connections})`,
    `\`streams_per_principal\` (${limits.streamsPerPrincipal})`,
    `\`sessions\` (${limits.sessions})`,
    `\`sessions_per_principal\` (${limits.sessionsPerPrincipal})`,
    `\`session_idle\` (${short.duration(limits.sessionIdleMs)})`,
    `\`listening\` (${short.duration(limits.listeningMs)}`,
    `\`receive\` (${short.duration(limits.receiveMs)})`,
    `\`drain\` (${short.duration(limits.drainMs)})`,
  ]);
  assertNames(line("| `server.state_key` |"), [`${STATE_KEY_BYTES_MIN} bytes or more`]);
});

test("the defaults of tasks, of the audit trail and of telemetry are those of the code", () => {
  const tasks = DEFAULT_TASK_LIMITS;
  assertNames(line("| `server.tasks` |"), [
    `\`deadline\` (${short.duration(tasks.deadlineMs)})`,
    `\`ttl\` (${short.duration(tasks.ttlMs)})`,
    `\`poll\` (${short.duration(tasks.pollMs)})`,
    `\`running\` (${tasks.running})`,
    `\`running_per_principal\` (${tasks.runningPerPrincipal})`,
    `\`open_per_principal\` (${tasks.openPerPrincipal})`,
    `\`kept_per_principal\` (${tasks.keptPerPrincipal})`,
    `\`waiting\` (${tasks.waiting})`,
  ]);
  const { arguments: kept, trail } = DEFAULT_AUDIT;
  assert.deepEqual([kept, trail.sync, trail.keep], ["digest", "interval", undefined]);
  assertNames(line("| `audit` | `arguments`"), [
    `\`records\` (${trail.checkpointRecords})`,
    `\`every\` (${trail.checkpointMs / 1000}s)`,
    `\`size\` (${short.size(trail.rotateBytes)})`,
  ]);
  assert.equal(trail.checkpointMs, 60_000);
  assertNames(line("A checkpoint is signed"), [
    `after ${trail.checkpointRecords} records or a minute`,
  ]);
  const { otlp } =
    configured("telemetry: { otlp: { endpoint: http://127.0.0.1:4318 } }").telemetry ?? {};
  assert.ok(otlp);
  assertNames(line("| `telemetry` |"), [
    `\`every\` (${otlp.everyMs / 1000}s)`,
    `kept (${otlp.sample})`,
    `\`${DEFAULT_PROMETHEUS.host}:${DEFAULT_PROMETHEUS.port}\``,
  ]);
});

test("the defaults of the flow policy are those of the code", () => {
  const { after, windowMs } = configured("").flow;
  assert.equal(windowMs % 3_600_000, 0);
  assertNames(line("| `flow` | what becomes"), [
    `\`after\`: \`${after}\` (default)`,
    `\`window\`: \`${windowMs / 3_600_000}h\``,
  ]);
});

test("the defaults of whose tokens and keys count are those of the code", () => {
  const { auth, store } = configured(
    "server: { auth: { mode: oauth, issuer: https://id.example.com, resource: https://tools.example.com/mcp, tenant: { value: acme } } }",
  ).server;
  assert.ok(auth?.mode === "oauth");
  assert.equal(store.kind, "memory");
  assertNames(line("| `oauth` | `issuer`"), [
    `\`subject\` (\`${auth.subjectClaim}\`)`,
    `\`client\` (\`${auth.clientClaim}\`)`,
    `\`scope\` (\`${auth.scopeClaim}\`)`,
    `\`skew\` (\`${auth.skewSeconds}s\`)`,
    "never `none` or a shared secret",
  ]);
  assert.deepEqual(
    auth.algorithms.filter((name) => /^(none|HS)/i.test(name)),
    [],
  );
  const days = constant("runtime/cli/commands/key.ts", "DEFAULT_DAYS");
  assertNames(line("A key ends after"), [`after ${days} days`]);
});

test("the bounds of a fetch are those of the code", () => {
  const { totalMsMax, idleMsMax, triesMax } = SOURCE_LIMITS;
  assertNames(line("It ends after"), [
    `after ${totalMsMax / 60_000} minutes`,
    `after ${idleMsMax / 1000} seconds of silence`,
    `at ${formatSize(PACKAGE_BYTES_MAX)}`,
    `${formatSize(IMAGE_BYTES_MAX)} for all layers of an image`,
  ]);
  assert.deepEqual([triesMax, REDIRECTS_MAX], [4, 5]);
  assertNames(line("It ends after"), ["three times"]);
  assertNames(line("It follows five redirects"), ["five redirects"]);
});

test("the bounds of messages, questions and answers are those of the code", () => {
  const bytes = constant("runtime/server/stdio/stdio-transport.ts", "MESSAGE_BYTES_MAX");
  assertNames(line("A message is one line"), [
    `at most ${formatSize(bytes)} and ${MESSAGE_DEPTH_MAX} levels`,
  ]);
  for (const file of ["runtime/server/mcp/asking.ts", "runtime/server/tasks/task-ending.ts"])
    assert.equal(constant(file, "ROUNDS_MAX"), 8);
  assertNames(line("Nobody waits in a runner"), ["at most eight times"]);
  assert.equal(constant("runtime/consent/hear-human.ts", "ANSWER_MS_MAX"), 10 * 60_000);
  assertNames(line("The answer counts for exactly"), ["within ten minutes"]);
});

test("what an Extism plugin shares with its host is as large as the code has it", () => {
  const file = readFileSync("runtime/supply/prepare-servlet.ts", "utf8");
  assert.match(file, /const KERNEL_BYTES_MAX = 16 \* MIB;/);
  assert.equal(constant("runtime/supply/prepare-servlet.ts", "KERNEL_PART"), 4);
  assertNames(line("A quarter of `limits.memory`"), ["at most 16 MiB"]);
  const variables = constant("runtime/sandbox/runner/extism/kernel.ts", "VARIABLE_BYTES_MAX");
  assertNames(line("| `var_get`, `var_set` |"), [formatSize(variables)]);
});

test("the filter knows as many forms of keys, of about as many providers, as it is said to", () => {
  const source = readFileSync("runtime/firewall/filter/key-formats.ts", "utf8");
  const [, formats = ""] = /^const FORMATS = `\n([^`]*)`;/m.exec(source) ?? [];
  const names = formats
    .trim()
    .split("\n")
    .map((row) => row.split(" ")[0] ?? "");
  const providers = new Set(names.map((name) => name.split("-")[0]));
  assertNames(line("| `secrets` | keys"), [`in ${new Set(names).size} forms of about`]);
  const [, said] = /of about (\d+) providers/.exec(line("| `secrets` | keys")) ?? [];
  assert.ok(Math.abs(providers.size - Number(said)) <= 5, `${providers.size} and not ${said}`);
});

test("what the filter does by itself is what the code does", () => {
  const [, table = ""] =
    /^\| kind \| what it is \| by itself \|\n.*\n((?:\|.*\n)+)/m.exec(readme) ?? [];
  const said = [...table.matchAll(/^\| (.*?) \| .* \| `?([\w ]+?)`? \|$/gm)].flatMap(
    ([, names = "", action]) => [...names.matchAll(/\w+/g)].map(([name]) => [name, action]),
  );
  const actions: Readonly<Record<string, string>> = DEFAULT_FILTER.actions;
  assert.deepEqual(
    Object.fromEntries(said),
    Object.fromEntries(OUTPUT_KINDS.map((kind) => [kind, actions[kind] ?? "not looked for"])),
  );
});

test("the words of a record and the names of metrics are those of the code", () => {
  const [, statuses = ""] =
    /readonly status: ((?:"[\w-]+"(?: \| )?)+)/.exec(
      readFileSync("runtime/audit/record.ts", "utf8"),
    ) ?? [];
  const status = line("`status` is").split(";")[0] ?? "";
  assert.deepEqual(
    [...status.matchAll(/`([\w-]+)`/g)]
      .map(([, word = ""]) => word)
      .slice(1)
      .toSorted(),
    [...statuses.matchAll(/"([\w-]+)"/g)].map(([, word = ""]) => word).toSorted(),
  );
  const source = readFileSync("runtime/server/telemetry/metrics.ts", "utf8");
  const made = [...source.matchAll(/(?:create\w+|count)\(\s*"([\w.]+)"/g)].map(
    ([, name = ""]) => name,
  );
  const named = line("Metrics go the same way").matchAll(/`((?:mcp|glovebox)\.[\w.]+)`/g);
  assert.deepEqual([...named].map(([, name = ""]) => name).toSorted(), made.toSorted());
});

test("the table of HTTP's refusals has every code with its status, and no other", () => {
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)];
  assert.deepEqual(
    Object.fromEntries(rows.map(([, code = "", status]) => [code, Number(status)])),
    HTTP_PROBLEMS,
  );
});

test("the Node and the Debian packages that are wanted are those that are brought and installed", () => {
  const {
    engines,
    optionalDependencies,
  }: {
    engines: { node: string };
    optionalDependencies: Record<string, string>;
  } = JSON.parse(readFileSync("package.json", "utf8"));
  assertNames(line("You need npm and any Node"), [`any Node from ${engines.node.slice(2)} on`]);
  assertNames(line("You need npm and any Node"), ["the Node 26 that it runs on"]);
  for (const version of Object.values(optionalDependencies)) assert.match(version, /^26\./);
  const installed = readFileSync(".ci/run", "utf8");
  for (const [, name = ""] of line("The bench and the tests of the guest in C").matchAll(
    /`([\w-]+)`/g,
  ))
    assert.ok(installed.includes(`missing+=(${name})`), name);
});

test("what the comments beside the commands say is what the scripts do", () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync("package.json", "utf8"),
  );
  assert.match(scripts["test"] ?? "", /run build && .*run-tests\.ts --check$/);
  assert.match(scripts["check"] ?? "", /tsc .*oxlint .*oxfmt --check/);
  assert.match(scripts["test:races"] ?? "", /GLOVEBOX_RACE_SECONDS=10 .*filesystem-races/);
});

test("every command takes the options that every command is said to take", async () => {
  const said = line("Every command has `--help`");
  assertNames(said, ["`--json` and `--config FILE` (default `./glovebox.yaml`)"]);
  for (const command of await loadCommands())
    assert.deepEqual(
      parseCommandLine({ ...command, argumentsMin: 0 }, ["--json", "--config", "x.yaml"]).values[
        "config"
      ],
      "x.yaml",
      command.name,
    );
});

test("the configuration that `init --http` is said to write is the one that it writes", () => {
  const [, section = ""] = readme.split("**2. Write the configuration**");
  const [, yaml = ""] = /^```yaml\n([^]*?)^```/m.exec(section) ?? [];
  const said = parseConfiguration(yaml, "README.md", CAPABILITIES);
  const written = parseConfiguration(FIRST_HTTP_CONFIGURATION, "written", CAPABILITIES);
  assert.deepEqual(JSON.parse(JSON.stringify(said)), JSON.parse(JSON.stringify(written)));
});

test("what `npm ci` brings takes about as much room as is said, and is downloaded packed", () => {
  const [, downloaded, kept] =
    /about (\d+) MB, which become about (\d+) MB/.exec(line("This takes a few minutes")) ?? [];
  const { stdout } = spawnSync("du", ["-sk", "node_modules"], { encoding: "utf8" });
  const share = (Number.parseInt(stdout) * 1024) / (Number(kept) * 1e6);
  // Each platform brings its own Node and compilers.
  assert.ok(share > 0.6 && share < 1.4, stdout);
  assert.ok(Number(downloaded) < Number(kept) / 3);
});
