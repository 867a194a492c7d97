// A release from its author's disk into a real registry, and from there into a workspace: what is pinned stays pinned.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { parseLockfile } from "../../runtime/plugin/lockfile.ts";
import { resolveSource } from "../../runtime/supply/sources/fetch-source.ts";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { makeCertificate } from "../helpers/certificate.ts";
import { CAN_COMPILE_C } from "../helpers/c-guest.ts";
import { fromWat } from "../helpers/component-samples.ts";
import { FakeRegistry, INDEX } from "../helpers/fake-registry.ts";
import { listen, serve } from "../helpers/http-room.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { RAW_END, rawEntry } from "../helpers/raw-tar.ts";
import { HAS_REGISTRY, startRegistry, type RealRegistry } from "../helpers/real-registry.ts";
import { runGlovebox, type Ended } from "../helpers/run-glovebox.ts";
import { makeScratch, snapshot } from "../helpers/scratch.ts";
import { honestServlet } from "../helpers/servlets.ts";
import { OTHER, packAndSign } from "../helpers/signed-package.ts";

const suite = installForSuite();
const { run } = suite;
const other = packAndSign(OTHER);
const rebuilt = packAndSign(
  await cannedPackage({ name: "other", version: "1.1.0", tools: ["add", "subtract"], answer: "5" }),
);

/** A workspace with releases of a plugin that is not installed yet. */
function workspaceOf(t: TestContext): TestWorkspace {
  const workspace = suite.installed.copy(t);
  for (const [name, signed] of Object.entries({ "other-1": other, "other-2": rebuilt })) {
    writeFileSync(workspace.path(`${name}.tgz`), signed.package);
    writeFileSync(workspace.path(`${name}.tgz.sigstore.json`), signed.bundle);
  }
  return workspace;
}

const lockOf = ({ lockFile }: TestWorkspace) =>
  parseLockfile(readFileSync(lockFile), "lock").plugins;

function assertDone({ code, stderr }: Ended): void {
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
}

async function assertRefused(
  words: readonly string[],
  code: string,
  workspace: TestWorkspace,
): Promise<void> {
  const found = snapshot(workspace.folder);
  const { codes } = await run(words, workspace);
  assert.deepEqual([...new Set(codes)], [code]);
  assert.deepEqual(snapshot(workspace.folder), found);
}

const publish = (workspace: TestWorkspace, target: string, ...more: readonly string[]) =>
  run(["publish", workspace.path("other-1.tgz"), target, "--json", ...more], workspace);

describe("a real registry", { skip: !HAS_REGISTRY && "docker-registry is not installed" }, () => {
  let registry: RealRegistry;
  let names = 0;
  before(async () => {
    registry = await startRegistry();
  });
  after(() => registry[Symbol.asyncDispose]());
  const freshTag = (): string => `oci://${registry.host}/acme/other-${(names += 1)}:1`;

  it("takes a package with its signature, and what it serves is added, pinned and called without it", async (t) => {
    const workspace = workspaceOf(t);
    const target = freshTag();
    const published = await publish(workspace, target);
    assertDone(published);
    const { digest, signatures, tag } = published.json as Record<string, unknown>;
    assert.equal((signatures as string[]).length, 1);
    assert.equal(tag, "new");

    const added = await run(["add", target, "--yes"], workspace);
    assertDone(added);
    assert.ok(added.stdout.includes(`source     ${target}`));
    assert.ok(added.stdout.includes(`resolved   ${String(digest)}`));
    const locked = lockOf(workspace)["other"];
    assert.equal(locked?.source, target);
    assert.deepEqual(locked?.origin, { manifest: digest });
    assert.equal(locked?.package, digestOfBytes(other.package));
    assert.equal(locked?.signers.length, 1);
  });

  it("is not asked at a start", async (t) => {
    const workspace = workspaceOf(t);
    const target = freshTag();
    assertDone(await publish(workspace, target));
    assertDone(await run(["add", target, "--yes"], workspace));
    workspace.editConfiguration((text) => text.replace(target, "oci://localhost:1/acme/other:1"));
    assertDone(await run(["verify"], workspace));
    const called = await run(["call", "other__add", "{}"], workspace);
    assert.deepEqual([called.code, called.stdout.trim()], [0, "4"]);
    await assertRefused(["approve", "other", "--yes"], "ERR_SOURCE_UNREACHABLE", workspace);
  });

  it("has the same after the same is published again, and nothing after a dry run", async (t) => {
    const workspace = workspaceOf(t);
    const target = freshTag();
    const dry = await publish(workspace, target, "--dry-run");
    await assertRefused(["add", target, "--yes"], "ERR_SOURCE_NOT_FOUND", workspace);
    const first = await publish(workspace, target);
    const second = await publish(workspace, target);
    const digests = [dry, first, second].map(({ json }) => (json as { digest: string }).digest);
    assert.equal(new Set(digests).size, 1);
    assert.equal((second.json as { tag: string }).tag, "unchanged");
    // Signatures are listed once, however often they are published.
    assertDone(await run(["add", target, "--yes"], workspace));
    const index = await fetch(
      `${registry.origin}/v2/acme/other-${names}/manifests/${digests[0]?.replace(":", "-")}`,
      { headers: { accept: "application/vnd.oci.image.index.v1+json" } },
    );
    assert.equal(((await index.json()) as { manifests: unknown[] }).manifests.length, 1);
  });

  it("keeps what a tag names, unless it is forced", async (t) => {
    const workspace = workspaceOf(t);
    const target = freshTag();
    assertDone(await publish(workspace, target));
    const words = ["publish", workspace.path("other-2.tgz"), target];
    await assertRefused(words, "ERR_REGISTRY_TAG_TAKEN", workspace);
    await assertRefused([...words, "--dry-run"], "ERR_REGISTRY_TAG_TAKEN", workspace);
    assertDone(await run(["add", target, "--yes"], workspace));
    assert.equal(lockOf(workspace)["other"]?.version, "1.0.0");
    assertDone(await run([...words, "--force"], workspace));
  });

  it("whose tag moves is shown and asked about again; until then the pinned one runs", async (t) => {
    const workspace = workspaceOf(t);
    const target = freshTag();
    assertDone(await publish(workspace, target));
    assertDone(await run(["add", target, "--yes"], workspace));
    const before = lockOf(workspace)["other"];
    assertDone(await run(["publish", workspace.path("other-2.tgz"), target, "--force"], workspace));

    const now = await resolveSource(target, {
      root: workspace.folder,
      mode: "development",
      files: suite.machine.files,
      powers: suite.machine.sources,
      onProgress: () => {},
    });
    assert.equal(now?.of, "manifest");
    assert.notEqual(now.digest, before?.origin?.manifest);
    assertDone(await run(["verify"], workspace));
    assert.equal((await run(["call", "other__add", "{}"], workspace)).stdout.trim(), "4");
    await assertRefused(["approve", "other"], "ERR_NOT_APPROVED", workspace);
    const approved = await run(["approve", "other", "--yes"], workspace);
    assert.match(approved.stdout, /\n {2}subtract\n/);
    assert.equal(lockOf(workspace)["other"]?.origin?.manifest, now.digest);
    // By its digest the first release is still there.
    const pinned = `${target.replace(/:1$/, "")}@${before?.origin?.manifest}`;
    assertDone(await run(["add", pinned, "--as", "pinned", "--yes"], workspace));
    assert.equal(lockOf(workspace)["pinned"]?.package, before?.package);
  });

  it("has for a fresh clone what was approved, although its tag has moved", async (t) => {
    const workspace = workspaceOf(t);
    const target = freshTag();
    assertDone(await publish(workspace, target));
    assertDone(await run(["add", target, "--yes"], workspace));
    assertDone(await run(["publish", workspace.path("other-2.tgz"), target, "--force"], workspace));
    const before = readFileSync(workspace.lockFile, "utf8");
    rmSync(workspace.path(".glovebox/store"), { recursive: true });
    assert.deepEqual((await run(["verify"], workspace)).code, 3);
    assertDone(await run(["restore"], workspace));
    assertDone(await run(["verify"], workspace));
    assert.equal(readFileSync(workspace.lockFile, "utf8"), before);
    assert.equal((await run(["call", "other__add", "{}"], workspace)).stdout.trim(), "4");
  });

  it("may have what nobody signed, and then it is not added", async (t) => {
    const workspace = workspaceOf(t);
    const file = workspace.path("unsigned.tgz");
    writeFileSync(file, other.package);
    const target = freshTag();
    assertDone(await run(["publish", file, target], workspace));
    await assertRefused(["add", target, "--yes"], "ERR_SIGNATURE_MISSING", workspace);
    // The signature comes later, and the artifact is the same.
    assertDone(await publish(workspace, target));
    assertDone(await run(["add", target, "--yes"], workspace));
  });

  it("that wants credentials gets those of Docker's configuration", async (t) => {
    const workspace = workspaceOf(t);
    await using closed = await startRegistry(true);
    const target = `oci://${closed.host}/acme/other:1`;
    const folder = makeScratch(t);
    const words = ["publish", workspace.path("other-1.tgz"), target];
    const env = { DOCKER_CONFIG: folder };
    const without = await runGlovebox(words, { cwd: workspace.folder, env });
    assert.deepEqual(without.codes, ["ERR_SOURCE_NOT_AUTHORIZED"]);
    const { username = "", password = "" } = closed.login ?? {};
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    writeFileSync(
      join(folder, "config.json"),
      JSON.stringify({ auths: { [closed.host]: { auth } } }),
    );
    assert.equal((await runGlovebox(words, { cwd: workspace.folder, env })).code, 0);
    const added = await runGlovebox(["add", target, "--yes"], { cwd: workspace.folder, env });
    assert.equal(added.code, 0, added.stderr);
    assert.ok(!`${added.stdout}${added.stderr}`.includes(password));
  });
});

describe("a registry that lists referrers, and wants tokens", () => {
  it("is published to and added from, with a token for just that", async (t) => {
    const workspace = workspaceOf(t);
    const registry = new FakeRegistry();
    registry.referrers = new Map();
    let asked: string[] = [];
    await using server = await serve((request, response) => {
      const url = new URL(request.url ?? "", "http://registry");
      if (url.pathname !== "/token") return registry.handle(request, response);
      asked = [...asked, url.searchParams.get("scope") ?? ""];
      response.end(JSON.stringify({ token: url.searchParams.get("scope") }));
    });
    const host = `localhost:${server.port}`;
    const allow = (scope: string): void => {
      const challenge = `Bearer realm="http://${host}/token",service="x"`;
      registry.access = { challenge, authorization: `Bearer ${scope}` };
    };
    const target = `oci://${host}/acme/other:1`;
    allow("repository:acme/other:pull,push");
    assertDone(await publish(workspace, target));
    allow("repository:acme/other:pull");
    assertDone(await run(["add", target, "--yes"], workspace));
    assert.deepEqual(asked, ["repository:acme/other:pull,push", "repository:acme/other:pull"]);
    assert.ok(![...registry.manifests.keys()].some((key) => key.startsWith("sha256-")));
  });

  it("is not followed elsewhere with an upload, nor believed when it says that it took one", async (t) => {
    const workspace = workspaceOf(t);
    const registry = new FakeRegistry();
    await using server = await serve(registry.handle);
    const target = `oci://localhost:${server.port}/acme/other:1`;
    const words = ["publish", workspace.path("other-1.tgz"), target];
    registry.own = ({ method }, response) =>
      method === "POST" &&
      response.writeHead(202, { location: "http://127.0.0.1:1/upload" }).end() !== undefined;
    await assertRefused(words, "ERR_SOURCE_REDIRECT", workspace);
    registry.own = ({ method }, response) =>
      method === "PUT" && response.writeHead(201).end() !== undefined;
    await assertRefused(words, "ERR_REGISTRY_REFUSED", workspace);
    registry.own = ({ method }, response) =>
      method === "PUT" && response.writeHead(413).end() !== undefined;
    await assertRefused(words, "ERR_REGISTRY_REFUSED", workspace);
    assert.deepEqual([...registry.manifests.keys()], []);
  });
});

describe("what others put into registries", () => {
  const ADD_WAT = `(component
    (core module $m (func (export "add") (param i32 i32) (result i32)
      local.get 0 local.get 1 i32.add))
    (core instance $i (instantiate $m))
    (func (export "add") (param "a" s32) (param "b" s32) (result s32)
      (canon lift (core func $i "add"))))`;

  /** Adds what `put` puts into a registry, and runs one tool of it; it is verified without the registry. */
  async function addAndCall(
    t: TestContext,
    put: (registry: FakeRegistry) => unknown,
    words: readonly [tool: string, args: string],
  ): Promise<string> {
    const workspace = workspaceOf(t);
    const registry = new FakeRegistry();
    put(registry);
    await using server = await serve(registry.handle);
    const target = `oci://localhost:${server.port}/acme/bare:1`;
    await assertRefused(["add", target, "--yes"], "ERR_SIGNATURE_MISSING", workspace);
    assertDone(await run(["add", target, "--unsigned", "--yes"], workspace));
    assert.ok(lockOf(workspace)["bare"]?.origin?.manifest);
    await server[Symbol.asyncDispose]();
    assertDone(await run(["verify"], workspace));
    return (await run(["call", ...words], workspace)).stdout.trim();
  }

  it("is a component alone, as CNCF and Wassette have it", async (t) => {
    const component = await fromWat(ADD_WAT);
    const put = (registry: FakeRegistry): unknown => registry.component(component, "1");
    assert.equal(await addAndCall(t, put, ["bare__add", '{"a":1,"b":2}']), "3");
  });

  it(
    "is an image with an Extism plugin in it, as hyper-mcp has it",
    { skip: !CAN_COMPILE_C },
    async (t) => {
      const files = [
        { name: "etc/", type: "5" },
        { name: "plugin.wasm", body: honestServlet(2) },
      ];
      const layer = gzipSync(Buffer.concat([...files.map(rawEntry), RAW_END]));
      const put = (registry: FakeRegistry): void => {
        const gzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
        const image = registry.artifact([registry.blob(layer, gzip)]);
        const manifests = [{ ...image, platform: { os: "linux", architecture: "amd64" } }];
        registry.manifest({ schemaVersion: 2, mediaType: INDEX, manifests }, "1", INDEX);
      };
      assert.match(await addAndCall(t, put, ["bare__echo", '{"text":"hello"}']), /hello/);
    },
  );
});

describe("what cannot be published", () => {
  const target = "oci://localhost:1/acme/other:1";

  it("is refused before anything is sent", async (t) => {
    const workspace = workspaceOf(t);
    const file = workspace.path("other-1.tgz");
    writeFileSync(workspace.path("broken.tgz"), other.package.subarray(0, 500));
    writeFileSync(workspace.path("stale.tgz"), rebuilt.package);
    writeFileSync(workspace.path("stale.tgz.sigstore.json"), other.bundle);
    writeFileSync(workspace.path("odd.tgz"), other.package);
    writeFileSync(workspace.path("odd.tgz.sigstore.json"), "{}");
    const refusals: readonly (readonly [string, readonly string[]])[] = [
      ["ERR_PUBLISH_SIGNATURE", [workspace.path("stale.tgz"), target]],
      ["ERR_BUNDLE_MALFORMED", [workspace.path("odd.tgz"), target]],
      ["ERR_PACKAGE_INVALID", [workspace.path("broken.tgz"), target]],
      ["ERR_FILE_MISSING", [workspace.path("nothing.tgz"), target]],
      ["ERR_SOURCE_ADDRESS", [file, "oci://localhost:1/acme/other"]],
      [
        "ERR_SOURCE_ADDRESS",
        [file, `oci://localhost:1/acme/other@${digestOfBytes(other.package)}`],
      ],
      ["ERR_SOURCE_ADDRESS", [file, "https://localhost:1/x.tgz"]],
      ["ERR_SOURCE_ADDRESS", [file, "localhost:1/acme/other:1"]],
      ["ERR_SOURCE_UNREACHABLE", [file, target]],
    ];
    for (const [code, words] of refusals)
      await assertRefused(["publish", ...words], code, workspace);
  });
});

describe("a web server", () => {
  it("is added from with a private certificate authority, by its digest, and its signature lies beside", async (t) => {
    const workspace = workspaceOf(t);
    const { key, cert } = makeCertificate("localhost");
    const files: Record<string, Uint8Array> = {
      "/other-1.tgz": other.package,
      "/other-1.tgz.sigstore.json": other.bundle,
    };
    await using server = await listen(
      https.createServer({ key, cert }, (request, response) => {
        const found = files[request.url ?? ""];
        response.writeHead(found ? 200 : 404).end(found);
      }),
    );
    const source = `https://localhost:${server.port}/other-1.tgz#sha256=${digestOfBytes(other.package).slice(7)}`;
    const words = ["add", source, "--yes"];
    const unknown = await runGlovebox(words, { cwd: workspace.folder });
    assert.deepEqual(unknown.codes, ["ERR_SOURCE_UNREACHABLE"]);
    writeFileSync(workspace.path("authority.pem"), cert);
    const env = { NODE_EXTRA_CA_CERTS: workspace.path("authority.pem") };
    const added = await runGlovebox(words, { cwd: workspace.folder, env });
    assert.equal(added.code, 0, added.stderr);
    assert.equal(lockOf(workspace)["other"]?.source, source);
    assert.equal(lockOf(workspace)["other"]?.origin, undefined);
  });

  it("by plain http is none, and neither is any other scheme; a folder of that name is not looked for", async (t) => {
    const workspace = workspaceOf(t);
    await using server = await listen(http.createServer((_q, response) => response.end("x")));
    for (const [source, code] of [
      [`http://127.0.0.1:${server.port}/x.tgz`, "ERR_SOURCE_INSECURE"],
      ["ftp://example.com/x.tgz", "ERR_SOURCE_ADDRESS"],
      ["file:///etc/passwd", "ERR_SOURCE_ADDRESS"],
      ["oci://ghcr.io/Acme/x:1", "ERR_SOURCE_ADDRESS"],
    ] as const)
      await assertRefused(["add", source, "--yes"], code, workspace);
  });
});
