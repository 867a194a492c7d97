// A server that attacks itself: the release as it is, and one in which a measure of containment is broken.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { after, describe, it, type TestContext } from "node:test";
import { attackRelease } from "../../runtime/cli/probes/attack-release.ts";
import { TERMS_OF_NONE } from "../../runtime/cli/probes/probe-terms.ts";
import { EXIT } from "../../runtime/errors.ts";
import { readEvents } from "../helpers/audit-lines.ts";
import { GLOVEBOX } from "../helpers/run-glovebox.ts";
import { makeScratch } from "../helpers/scratch.ts";
import { copyTree } from "../probes/mutated-tree.ts";
import { MUTATIONS } from "../probes/mutations/table.ts";

interface Served {
  readonly folder: string;
  /** The report, asked for again and again until `wanted` or the end. */
  report(wanted: (report: string) => boolean): Promise<string>;
  /** Closes standard input, and waits for the end. */
  end(): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

function serve(
  t: TestContext,
  program: string,
  configuration: string,
  answers: "read" | "unread" = "read",
): Served {
  const folder = makeScratch(t);
  writeFileSync(join(folder, "glovebox.yaml"), `version: 1\n${configuration}`);
  const child = spawn(process.execPath, ["--no-warnings", program, "serve"], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, TMPDIR: folder },
    stdio: ["pipe", "pipe", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  child.stdin.on("error", () => undefined);
  let heard = "";
  if (answers === "read")
    child.stdout.setEncoding("utf8").on("data", (piece: string) => (heard += piece));
  const code = new Promise<number | null>((resolve) =>
    child.once(answers === "read" ? "close" : "exit", resolve),
  );
  const ended = Promise.all([code, text(child.stderr)]).then(([exit, stderr]) => ({
    code: exit,
    stderr,
  }));
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const send = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const clientInfo = { name: "test", version: "1" };
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo };
  send({ id: 0, method: "initialize", params });
  send({ method: "notifications/initialized" });
  // More than a pipe holds.
  if (answers === "unread")
    for (let id = 1; id < 9; id += 1)
      send({ id, method: "tools/call", params: { name: "report_pattern_debt", arguments: {} } });
  return {
    folder,
    ended,
    async report(wanted) {
      for (let id = 1; ; id += 1) {
        const params = { name: "report_pattern_debt", arguments: {} };
        send({ id, method: "tools/call", params });
        while (!isOver() && !heard.includes(`"id":${id}`)) await sleep(50);
        const line = heard.split("\n").find((each) => each.includes(`"id":${id}`)) ?? "";
        if (isOver() || wanted(line)) return line;
        await sleep(100);
      }
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}

/** What the command line says of one item there, without a server. */
async function debtIn(folder: string, program: string, id: string): Promise<string> {
  const words = ["--no-warnings", program, "debt", id];
  return (await promisify(execFile)(process.execPath, words, { cwd: folder })).stdout;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const eventsOf = (folder: string): readonly (readonly [string, unknown])[] =>
  readEvents(folder).map(({ event, detail }) => [event, detail?.["escaped"]] as const);

describe("a server whose release does not hold what it claims", () => {
  const tree = copyTree();
  after(() => tree.remove());
  const mutation = MUTATIONS.find(({ red }) => red.includes("pin.widened-grant"));

  it("ends in production, and in development goes on and says so", async (t) => {
    assert.ok(mutation);
    await tree.under(mutation, async () => {
      const program = join(tree.folder, "runtime/cli/glovebox.mjs");
      // Answers that its client never reads do not keep it.
      const production = serve(t, program, "mode: production\n", "unread");
      const { code, stderr } = await production.ended;
      assert.equal(code, EXIT.escaped);
      assert.match(stderr, /^ERR_PROBE_ESCAPED/m);
      assert.match(stderr, /^\{.*"code":"ERR_PROBE_ESCAPED"/m);
      assert.match(stderr, /pin\.widened-grant/);
      const told = eventsOf(production.folder);
      assert.deepEqual(told.at(-2), ["probe-escaped", ["pin.widened-grant"]]);
      assert.equal(told.at(-1)?.[0], "stop");
      assert.deepEqual(leftIn(production.folder), []);
      assert.match(
        await debtIn(production.folder, program, "GB-PROBE-pin.widened-grant"),
        /^today /m,
      );

      const development = serve(t, program, "probes: { every: never }\n");
      const report = await development.report((line) => line.includes("pin.widened-grant"));
      assert.match(report, /GB-PROBE-pin\.widened-grant/);
      await development.end();
      assert.equal((await development.ended).code, EXIT.done);
      assert.deepEqual(eventsOf(development.folder)[1], ["probe-escaped", ["pin.widened-grant"]]);
    });
  });
});

describe("a server whose release holds", () => {
  it("says in production when it has attacked itself, and goes on", async (t) => {
    const server = serve(t, GLOVEBOX, "mode: production\n");
    await server.report((line) => /\\"held\\":\d\d/.test(line));
    await server.end();
    const { code, stderr } = await server.ended;
    assert.equal(code, EXIT.done, stderr);
    assert.match(stderr, /"the probes run; calls wait until they have held"[^]*\d probes held"/);
    assert.deepEqual(eventsOf(server.folder)[1], ["probes", []]);
    assert.deepEqual(leftIn(server.folder), []);
    assert.match(await debtIn(server.folder, GLOVEBOX, "GB-PROBES"), /is not open here/);
  });

  it("leaves nothing behind where it ends in the middle of a run", async (t) => {
    const server = serve(t, GLOVEBOX, "mode: production\n");
    while (leftIn(server.folder).length === 0) await sleep(20);
    await server.end();
    assert.deepEqual(leftIn(server.folder), []);
    assert.equal((await server.ended).code, EXIT.done);
  });
});

describe("a run of the probes", () => {
  it("that does not end in time is ended, and counts as an escape", async () => {
    const { results } = await attackRelease({ terms: TERMS_OF_NONE, msMax: 200 });
    assert.deepEqual(
      results.map(({ id, held, says }) => [id, held, says]),
      [["probes.run", false, "they had not ended after 0.2 s"]],
    );
  });

  it("that ends without results is made once more, and says how its process ended", async (t) => {
    const folder = makeScratch(t);
    const before = process.env["NODE_OPTIONS"];
    t.after(() => {
      if (before === undefined) delete process.env["NODE_OPTIONS"];
      else process.env["NODE_OPTIONS"] = before;
    });
    const begun = join(folder, "begun");
    const first = join(folder, "first.mjs");
    writeFileSync(
      first,
      `import { appendFileSync } from "node:fs";
       appendFileSync(${JSON.stringify(begun)}, "begun\\n");
       process.kill(process.pid, "SIGKILL");`,
    );
    process.env["NODE_OPTIONS"] = `--import=${first}`;
    const { results } = await attackRelease({ terms: TERMS_OF_NONE, near: [folder] });
    assert.deepEqual(
      results.map(({ id, held, says }) => [id, held, says]),
      [["probes.run", false, "their process was ended by SIGKILL"]],
    );
    assert.equal(readFileSync(begun, "utf8"), "begun\nbegun\n");
  });

  it("that has nowhere to go counts as an escape and says why", async (t) => {
    const folder = makeScratch(t);
    const before = process.env["TMPDIR"];
    t.after(() => {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    });
    process.env["TMPDIR"] = join(folder, "missing");
    const { results } = await attackRelease({ terms: TERMS_OF_NONE });
    assert.equal(results[0]?.held, false);
    assert.match(results[0]?.says ?? "", /ERR_WORKSPACE_NOT_WRITABLE/);
    mkdirSync(join(folder, "near"));
    const near = { terms: TERMS_OF_NONE, near: [join(folder, "near")], msMax: 200 };
    assert.match((await attackRelease(near)).results[0]?.says ?? "", /had not ended/);
    assert.equal(existsSync(join(folder, "missing")), false);
    assert.deepEqual(readdirSync(join(folder, "near")), []);
  });
});

function leftIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith("glovebox-probes-"));
}
