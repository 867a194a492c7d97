// Tenants of one server, over the real runtime: nobody sees what another keeps, or sends with another's credentials.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { LOCAL_CALLER } from "../../runtime/call.ts";
import { makeMachine } from "../../runtime/cli/make-machine.ts";
import { startRuntime, type Runtime } from "../../runtime/cli/start-runtime.ts";
import { makePrincipal, type Principal } from "../../runtime/policy/principal.ts";
import { readWorkspace } from "../../runtime/workspace.ts";
import {
  makeServedWorkspace,
  runGlovebox,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

const principalOf = (tenant: string, subject = "ann"): Principal =>
  makePrincipal({ via: "token", tenant, subject, client: "desk", credential: "k1", scopes: ["s"] });

/** Names that an issuer might bring, of which some file systems make one folder, or a way out of one. */
const NAMES = ["acme", "ACME", "acme.", "../../data", "caf\u00e9", "cafe\u0301", "x".repeat(128)];

interface Shown {
  readonly kv: string | null;
  readonly file: string | null;
  readonly heard: string;
  readonly context: { readonly principal: object };
}

class Room {
  readonly workspace: ServedWorkspace;
  readonly runtime: Runtime;

  constructor(workspace: ServedWorkspace, runtime: Runtime) {
    this.workspace = workspace;
    this.runtime = runtime;
  }

  async call(principal: Principal, name: string, args: Record<string, string> = {}) {
    const answer = await this.runtime.callTool({
      name: `keeper__${name}`,
      arguments: args,
      caller: { ...LOCAL_CALLER, principal, conversation: principal.id },
      signal: new AbortController().signal,
    });
    const [block] = answer.content;
    const text = block && "text" in block ? String(block.text) : "";
    return { text, code: answer.error?.error_code };
  }

  async show(principal: Principal): Promise<Shown> {
    return JSON.parse((await this.call(principal, "show")).text) as Shown;
  }
}

const received: IncomingHttpHeaders[] = [];
const upstream = createServer((request, response) => {
  received.push(request.headers);
  response.end("ok");
});
const tokens = { local: "", acme: "", ACME: "" };
let address = "";
let workspace: ServedWorkspace;

before(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const { port } = upstream.address() as AddressInfo;
  address = `http://127.0.0.1:${port}/`;
  for (const name of ["local", "acme", "ACME"] as const) {
    tokens[name] = randomBytes(16).toString("hex");
    process.env[`GLOVEBOX_TEST_${name === "ACME" ? "OTHER" : name.toUpperCase()}`] = tokens[name];
  }
  const folder = join(import.meta.dirname, "../helpers/tenant-plugin");
  workspace = await makeServedWorkspace([{ folder, grants: ["kv=1MiB", "filesystem=read-write"] }]);
  const text = readFileSync(workspace.configFile, "utf8");
  const grant = `http: { private: ["127.0.0.0/8"], allow: [{ scheme: http, host: 127.0.0.1, port: ${port}, secret: { header: x-token, reference: "env:GLOVEBOX_TEST_LOCAL", perTenant: { acme: "env:GLOVEBOX_TEST_ACME", ACME: "env:GLOVEBOX_TEST_OTHER" } } }] }`;
  // The upstream is the operator's own: what flows is not what is tried here.
  const flow = `flow: { inside: ["127.0.0.1:${port}"] }\n`;
  writeFileSync(workspace.configFile, `${text.replace(/^( +)kv:/m, `$1${grant}\n$1kv:`)}${flow}`);
  runGlovebox(["approve", "keeper", "--yes"], workspace.folder);
});
after(() => {
  upstream.close();
  workspace.remove();
});

for (const tenancy of ["separate", "shared"] as const)
  describe(`tenants whose runners are ${tenancy}`, () => {
    let room: Room;
    before(async () => {
      const text = readFileSync(workspace.configFile, "utf8").replace(/^ +tenancy:.*\n/m, "");
      writeFileSync(
        workspace.configFile,
        text.replace(/^( +)grants:/m, `$1tenancy: ${tenancy}\n$1grants:`),
      );
      const machine = makeMachine();
      room = new Room(
        workspace,
        await startRuntime(readWorkspace(workspace.configFile, machine.files), machine),
      );
    });
    after(() => room.runtime.close());

    it("keep what they keep apart, whatever their names are, and from whoever holds the pipes", async () => {
      const tenants = NAMES.map((name) => principalOf(name));
      for (const principal of [LOCAL_CALLER.principal, ...tenants])
        assert.equal(
          (await room.call(principal, "keep", { text: `${tenancy} ${principal.tenant}` })).text,
          "kept",
        );
      for (const principal of [LOCAL_CALLER.principal, ...tenants]) {
        const text = `${tenancy} ${principal.tenant}`;
        const { kv, file, heard } = await room.show(principal);
        assert.deepEqual({ kv, file, heard }, { kv: text, file: text, heard: "" });
      }
      const fresh = await room.show(principalOf(`nobody ${tenancy}`));
      assert.deepEqual([fresh.kv, fresh.file, fresh.heard], [null, null, ""]);
    });

    it("have folders below one, each a digest, and the local tenant those of before", () => {
      const folder = join(workspace.folder, ".glovebox");
      const names = readdirSync(join(folder, "tenants"));
      assert.ok(names.length >= NAMES.length);
      for (const name of names) assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{40}$/);
      assert.ok(existsSync(join(folder, "data/keeper/kv.sqlite")));
      assert.deepEqual(readdirSync(join(folder, "data")), ["keeper"]);
    });

    it("are what a plugin learns of a principal, with the user, and nothing else", async () => {
      const { context } = await room.show(principalOf("acme", "ann@example.com"));
      assert.deepEqual(context.principal, { tenant: "acme", subject: "ann@example.com" });
    });

    it("send with their own credentials and nobody else's", async () => {
      const sent = async (principal: Principal): Promise<unknown> => {
        received.length = 0;
        const { text } = await room.call(principal, "send", { url: address });
        return text === "200" ? received[0]?.["x-token"] : received.length;
      };
      assert.equal(await sent(principalOf("acme")), tokens.acme);
      assert.equal(await sent(principalOf("ACME")), tokens.ACME);
      assert.equal(await sent(LOCAL_CALLER.principal), tokens.local);
      for (const name of ["initech", "acme ", "constructor", "__proto__"])
        assert.equal(await sent(principalOf(name)), 0, name);
    });
  });
