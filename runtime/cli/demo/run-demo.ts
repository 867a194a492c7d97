import { plural } from "../../plugin/schema/check.ts";
import { createHash } from "node:crypto";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildPlugin } from "@glovebox/sdk/build";
import { makeVisible } from "../../firewall/visible.ts";
import { makeScratchFolder } from "../../powers/scratch.ts";
import type { CommandCall } from "../command.ts";
import { makeMachine } from "../make-machine.ts";
import type { Output } from "../output.ts";
import { connectClient, type DemoClient } from "./client.ts";
import { GLOVEBOX, showSnippets } from "../snippets.ts";
import { ATTACKS, REAL_WORK, type DemoStep } from "./steps.ts";

export interface StepResult {
  readonly step: DemoStep;
  readonly asExpected: boolean;
  readonly answer: string;
}

interface DemoPlugin {
  readonly name: string;
  readonly folder: URL;
  readonly grants: readonly string[];
}

/** In the tree sources are TypeScript; what is installed from a registry is JavaScript, with the plugins' sources beside it. */
const IN_TREE = import.meta.url.endsWith(".ts");
const SOURCES = new URL(IN_TREE ? "../../../plugins/" : "plugins/", import.meta.url);
const WEB: DemoPlugin = {
  name: "web",
  folder: new URL("web/", SOURCES),
  grants: ["http=example.com:443"],
};
const PLUGINS: readonly DemoPlugin[] = [
  { name: "time", folder: new URL("time/", SOURCES), grants: ["clock"] },
  { name: "files", folder: new URL("files/", SOURCES), grants: ["filesystem=read-write"] },
  { name: "memory", folder: new URL("memory/", SOURCES), grants: ["kv=1MiB"] },
  // It parses HTML with a package that the runtime does not depend on.
  ...(IN_TREE ? [WEB] : []),
  {
    name: "hostile",
    folder: new URL("hostile/", import.meta.url),
    grants: ["filesystem=read-write", "http=example.com:443"],
  },
];
const DEADLINE = "1s";

/** The whole way once, for a newcomer's eyes. Every step is the command that an author or operator would type. */
export async function runDemo(call: CommandCall): Promise<StepResult[]> {
  const { out } = call;
  const scratch = makeScratchFolder("glovebox-demo-");
  try {
    const configFile = path.join(scratch.folder, "workspace", "glovebox.yaml");
    out.line(out.style("bold", "1. An author builds, packs and signs"));
    const packages = await buildAll(scratch.folder, out);
    out.line(
      out.style(
        "bold",
        "2. An operator trusts the author's key, looks at each plugin, grants and pins",
      ),
    );
    await install(configFile, scratch.folder, packages, out);
    out.line(out.style("bold", "3. An MCP client calls the plugins, each in its sealed process"));
    const client = await connectClient(GLOVEBOX, configFile);
    let results: StepResult[];
    try {
      const tools = await client.listTools();
      out.line(`   ${plural(tools.length, "tool")} listed: ${tools.join(", ")}`);
      results = await runSteps(REAL_WORK, client, out);
      out.line(out.style("bold", "4. A hostile plugin tries the obvious"));
      results.push(...(await runSteps(ATTACKS, client, out)));
      await showDebt(client, out);
    } finally {
      await client.close();
    }
    out.line(out.style("bold", "5. One byte of a plugin changes"));
    results.push(await tamper(configFile, packages, out));
    report(results, out);
    if (!out.json)
      showSnippets(call.flag("keep") ? configFile : "/path/to/your/glovebox.yaml", out);
    if (call.flag("keep")) out.line(`The scratch workspace is ${scratch.folder}.`);
    out.result({
      steps: results.map(({ step, asExpected, answer }) => ({
        says: step.says,
        as_expected: asExpected,
        answer,
      })),
    });
    return results;
  } finally {
    if (!call.flag("keep")) scratch.remove();
  }
}

async function buildAll(folder: string, out: Output): Promise<ReadonlyMap<string, string>> {
  const machine = makeMachine();
  await type(["keygen", path.join(folder, "author")], out);
  const packages = new Map<string, string>();
  for (const plugin of PLUGINS) {
    out.progress(`Building ${plugin.name}`);
    const source = fileURLToPath(plugin.folder);
    const target = path.join(folder, plugin.name);
    const built = await buildPlugin(source, { temporary: folder });
    machine.files.makeFolder(path.join(target, "dist"));
    machine.files.writeFile(path.join(target, "dist", "plugin.wasm"), built.component);
    const manifest = machine.files.readFile(path.join(source, "plugin.json"), 1 << 20);
    if (manifest) machine.files.writeFile(path.join(target, "plugin.json"), manifest);
    await type(["pack", target], out);
    const packed =
      machine.files.list(path.join(target, "dist")).find((name) => name.endsWith(".tgz")) ?? "";
    const file = path.join(target, "dist", packed);
    await type(["sign", file, "--key", path.join(folder, "author.key")], out);
    packages.set(plugin.name, file);
    out.line(
      `   ${plugin.name.padEnd(8)} ${(built.component.length / 1e6).toFixed(2)} MB component, packed and signed`,
    );
  }
  return packages;
}

async function install(
  configFile: string,
  folder: string,
  packages: ReadonlyMap<string, string>,
  out: Output,
): Promise<void> {
  makeMachine().files.makeFolder(path.dirname(configFile));
  const config = ["--config", configFile];
  await type(["init", ...config], out);
  await type(["trust", "add", path.join(folder, "author.pub"), "--plugins", "*", ...config], out);
  for (const plugin of PLUGINS) {
    out.progress(`Adding ${plugin.name}`);
    const grants = plugin.grants.flatMap((grant) => ["--grant", grant]);
    await type(["add", packages.get(plugin.name) ?? "", ...grants, "--yes", ...config], out);
    out.line(`   ${plugin.name.padEnd(8)} granted ${plugin.grants.join(", ")}`);
  }
  const { files } = makeMachine();
  const text = new TextDecoder().decode(files.readFile(configFile, 1 << 20));
  files.writeFile(configFile, `${leaveToSeal(text)}limits:\n  deadline: ${DEADLINE}\n`);
  await type(["verify", ...config], out);
}

/**
 * Nobody sits at the demonstration's client, and what it shows is the seal: so no call waits for a human here. What an
 * operator gets without these words is asked, or held, as `glovebox flow` tells.
 */
function leaveToSeal(configuration: string): string {
  const until = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  const from = ["files", "memory", "hostile"];
  const to = ["hostile", ...(IN_TREE ? ["web"] : [])];
  const paths = from.flatMap((one) => to.map((other) => `${one}>${other}`));
  const accepted = paths.map(
    (path) => `    - { path: "${path}", reason: the demonstration of the seal, until: ${until} }`,
  );
  const asked = configuration.replace(/^ {2}files:\n/m, (line) => `${line}    approvals: never\n`);
  return `${asked}flow:\n  accept:\n${accepted.join("\n")}\n`;
}

async function runSteps(
  steps: readonly DemoStep[],
  client: DemoClient,
  out: Output,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    out.progress(step.says);
    const startedMs = performance.now();
    const { text, error } = await client.callTool(step.tool, step.arguments);
    const tookMs = Math.round(performance.now() - startedMs);
    const asExpected =
      "text" in step.expect
        ? error === undefined && step.expect.text.test(text)
        : new RegExp(`^${step.expect.error}$`).test(error ?? "");
    const mark = asExpected ? out.style("green", "ok") : out.style("red", "NOT AS EXPECTED");
    const shown = makeVisible(text.length > 90 ? `${text.slice(0, 90)}…` : text);
    out.line(`   ${mark}  ${step.says} (${step.tool}, ${tookMs} ms)`);
    out.line(`       ${out.style("dim", shown)}`);
    results.push({ step, asExpected, answer: text.slice(0, 400) });
  }
  return results;
}

async function showDebt(client: DemoClient, out: Output): Promise<void> {
  const { text } = await client.callTool("report_pattern_debt", { status: "open" });
  const { items } = JSON.parse(text) as {
    readonly items: readonly { readonly id: string; readonly title: string }[];
  };
  out.line(
    `   The runtime says itself what it does not protect against: ${items.length} open items, for example`,
  );
  for (const { id, title } of items.slice(0, 2)) out.line(`       ${id}: ${title}`);
}

/** Changes one byte of an installed package and shows that nothing starts any more. */
async function tamper(
  configFile: string,
  packages: ReadonlyMap<string, string>,
  out: Output,
): Promise<StepResult> {
  const { files } = makeMachine();
  const file = packages.get("time") ?? "";
  const bytes = new Uint8Array(files.readFile(file, 1 << 26) ?? []);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  files.writeFile(file, bytes);
  const step: DemoStep = {
    says: `change one byte of ${path.basename(file)} and verify`,
    tool: "verify",
    arguments: {},
    expect: { error: "ERR_PACKAGE_CHANGED" },
  };
  let code = "verified";
  try {
    await type(["verify", "--config", configFile], out);
  } catch (error) {
    const reasons = (error as { reasons?: readonly { code: string }[] }).reasons ?? [
      error as { code: string },
    ];
    code = reasons.map((reason) => reason.code).join(", ");
  }
  const asExpected = code === "ERR_PACKAGE_CHANGED";
  out.line(
    `   ${asExpected ? out.style("green", "ok") : out.style("red", "NOT AS EXPECTED")}  refused with ${code} (now sha256:${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}…)`,
  );
  return { step, asExpected, answer: code };
}

function report(results: readonly StepResult[], out: Output): void {
  const wrong = results.filter((result) => !result.asExpected).length;
  out.line();
  out.line(
    wrong === 0
      ? out.style("green", `All ${results.length} steps went as they must.`)
      : out.style("red", `${wrong} of ${results.length} steps did not go as they must.`),
  );
}

/** Runs one command as if it were typed, and keeps its words back. Throws what the command throws. */
async function type(words: readonly string[], out: Output): Promise<void> {
  const { runCommand } = await import("../run-command.ts");
  const silent = (): undefined => undefined;
  const quiet = {
    ...out,
    json: false,
    line: silent,
    table: silent,
    result: silent,
    progress: silent,
    progressDone: silent,
    ask: () => Promise.resolve(false),
  };
  await runCommand(words, { out: quiet, machine: makeMachine() });
}
