// What a server can do to a fetch, seen from the command line: a code of its own, and nothing kept. What the fetch itself
// withstands is tested with it; here is that every command that fetches is as strict.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { it } from "node:test";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { installForSuite } from "../helpers/installed-workspace.ts";
import { runInProcess } from "../helpers/run-glovebox.ts";
import { snapshot } from "../helpers/scratch.ts";
import { limitsFor, openSourceRoom } from "../helpers/source-room.ts";
import { MODES } from "../helpers/tampering.ts";
import { GOOD } from "./releases.ts";

const suite = installForSuite();
const HEX = digestOfBytes(GOOD.package).slice("sha256:".length);
const BODY = Buffer.from(GOOD.package);

interface Fault {
  readonly what: string;
  readonly answer: RequestListener;
  readonly code: string;
}

const FAULTS: readonly Fault[] = [
  {
    what: "a truncated download",
    code: "ERR_SOURCE_TRUNCATED",
    answer(_request, response) {
      response.writeHead(200, { "content-length": BODY.length });
      response.write(BODY.subarray(0, 100), () => response.destroy());
    },
  },
  {
    what: "an oversized download",
    code: "ERR_SOURCE_TOO_LARGE",
    answer: (_request, response) =>
      response.writeHead(200, { "content-length": 65 * 1024 * 1024 }).flushHeaders(),
  },
  {
    what: "an endless download",
    code: "ERR_SOURCE_TOO_LARGE",
    answer(_request, response) {
      const chunk = Buffer.alloc(1024 * 1024);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", more);
      more();
    },
  },
  {
    what: "a slow download",
    code: "ERR_SOURCE_TIMED_OUT",
    answer: (_request, response) => void response.write(BODY.subarray(0, 10)),
  },
  {
    what: "a redirect to this machine",
    code: "ERR_SOURCE_INWARD",
    answer: (_request, response) =>
      void response.writeHead(302, { location: "https://127.0.0.1:1/other.tgz" }).end(),
  },
  {
    what: "a page in the place of a package",
    code: "ERR_SOURCE_KIND",
    answer: (_request, response) => void response.end("<html>"),
  },
  {
    what: "nothing",
    code: "ERR_SOURCE_NOT_FOUND",
    answer: (_request, response) => void response.writeHead(404).end(),
  },
];

for (const { what, answer, code } of FAULTS)
  for (const mode of MODES)
    it(`${what} is refused with ${code} by every command that fetches, in ${mode}`, async (t) => {
      let isGood = true;
      await using room = await openSourceRoom((request, response) => {
        const bytes = request.url?.endsWith(".sigstore.json") ? GOOD.bundles[0] : GOOD.package;
        if (request.url?.endsWith(".minisig")) response.writeHead(404).end();
        else if (isGood && bytes) response.end(bytes);
        else answer(request, response);
      });
      const { machine } = suite;
      const powers = { sources: room.powers, sourceLimits: limitsFor(code) };
      const workspace = suite.installed.copy(t);
      const source = `${room.origin("a")}/other.tgz${mode === "production" ? `#sha256=${HEX}` : ""}`;
      const run = async (words: readonly string[]) => {
        process.env["NODE_ENV"] = mode;
        try {
          const all = [...words, "--config", workspace.configFile];
          return await runInProcess(all, { ...machine, ...powers });
        } finally {
          delete process.env["NODE_ENV"];
        }
      };
      const add = ["add", source, "--yes", "--digest", `sha256:${HEX}`];
      const first = await run(add);
      assert.equal(first.code, 0, first.stderr);
      isGood = false;
      rmSync(workspace.path(".glovebox/store"), { recursive: true });
      const found = snapshot(workspace.folder);
      // A page has other bytes than production names.
      const expected =
        mode === "production" && code === "ERR_SOURCE_KIND" ? "ERR_SOURCE_DIGEST" : code;
      for (const words of [
        [...add, "--as", "again"],
        ["update", "other"],
        ["approve", "other", "--yes"],
        ["restore", "other"],
      ]) {
        const { code: exit, codes } = await run(words);
        assert.notEqual(exit, 0);
        // Who restores asks for the pinned digest, in either mode.
        const isPage = code === "ERR_SOURCE_KIND" && words[0] === "restore";
        assert.deepEqual(codes, [isPage ? "ERR_SOURCE_DIGEST" : expected], words.join(" "));
        assert.deepEqual(snapshot(workspace.folder), found, words.join(" "));
      }
      const asked = await run(["outdated", "other", "--json"]);
      const { plugins } = asked.json as { plugins: { reasons: { code: string }[] }[] };
      // Where the source names the pinned digest there is nothing to be asked.
      const reasons = plugins.flatMap((plugin) => plugin.reasons.map((reason) => reason.code));
      assert.deepEqual(reasons, [expected]);
      assert.deepEqual(snapshot(workspace.folder), found);
    });
