// What `doctor` asks besides the seal, the plugins and the gates. About one second of processor time.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runInProcess } from "../helpers/run-glovebox.ts";
import { makeScratch } from "../helpers/scratch.ts";

describe("doctor", () => {
  it("says what a server would not find, and changes nothing", async (t) => {
    const folder = makeScratch(t);
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    t.after(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    const config = join(folder, "glovebox.yaml");
    writeFileSync(
      config,
      `version: 1
server:
  http: { listen: "127.0.0.1:${port}" }
  state_key: env:GLOVEBOX_NOT_SET
  auth: { mode: oauth, issuer: "http://127.0.0.1:1", resource: "https://tools.example.com/mcp", tenant: { value: acme } }
`,
    );
    mkdirSync(join(folder, ".glovebox"));
    writeFileSync(join(folder, ".glovebox/audit.jsonl"), "no trail\n");
    const { json, code } = await runInProcess(["doctor", "--quick", "--json", "--config", config]);
    const { checks } = json as { checks: { name: string; state: string; says: string }[] };
    const stateOf = (name: string): string | undefined =>
      checks.find((check) => check.name === name)?.state;
    assert.equal(code, 1);
    assert.deepEqual(
      ["audit", "secrets", "issuer", "listen"].map((name) => [name, stateOf(name)]),
      [
        ["audit", "warning"],
        ["secrets", "failed"],
        ["issuer", "failed"],
        ["listen", "warning"],
      ],
    );
    assert.deepEqual(readdirSync(join(folder, ".glovebox")).toSorted(), ["audit.jsonl"]);
  });
});
