// What is refused on its way from a server leaves a workspace as it was, byte for byte, in development and in production.
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { FakeRegistry } from "../helpers/fake-registry.ts";
import { installForSuite } from "../helpers/installed-workspace.ts";
import { runInProcess } from "../helpers/run-glovebox.ts";
import { snapshot } from "../helpers/scratch.ts";
import { FOREIGN, OTHER, packAndSign, type Signed } from "../helpers/signed-package.ts";
import { openSourceRoom, type SourceRoom } from "../helpers/source-room.ts";

const suite = installForSuite();
const PACKAGE_LAYER = "application/vnd.glovebox.plugin.package.v1.tar+gzip";
const signed = packAndSign(OTHER);
const foreign = packAndSign(OTHER, FOREIGN);
const flipped = Buffer.from(signed.package);
flipped.writeUInt8(flipped.readUInt8(flipped.length >> 1) ^ 1, flipped.length >> 1);

/** What a server does, the code that it is refused with, and that of production where it is another. */
interface Wrong {
  readonly code: string;
  readonly inProduction?: string;
  /** What the source names behind its hash. */
  readonly digestOf?: Uint8Array;
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    room: SourceRoom,
  ) => unknown;
}

const serving =
  ({ package: bytes, bundle }: Partial<Signed>): Wrong["answer"] =>
  ({ url }, response) => {
    const found = url === "/x.tgz" ? bytes : url === "/x.tgz.sigstore.json" ? bundle : undefined;
    response.writeHead(found ? 200 : 404).end(found);
  };

const WEB: Readonly<Record<string, Wrong>> = {
  "no digest": { code: "", inProduction: "ERR_SOURCE_NOT_PINNED", answer: serving(signed) },
  "nothing there": { code: "ERR_SOURCE_NOT_FOUND", digestOf: signed.package, answer: serving({}) },
  "other bytes than were named": {
    code: "ERR_SOURCE_DIGEST",
    digestOf: signed.package,
    answer: serving({ ...signed, package: flipped }),
  },
  "a damaged package, named as it is": {
    code: "ERR_PACKAGE_INVALID",
    digestOf: flipped,
    answer: serving({ ...signed, package: flipped }),
  },
  "no signature": {
    code: "ERR_SIGNATURE_MISSING",
    digestOf: signed.package,
    answer: serving({ package: signed.package }),
  },
  "a stranger's signature": {
    code: "ERR_SIGNER_UNKNOWN",
    digestOf: foreign.package,
    answer: serving(foreign),
  },
  "a redirect inside": {
    code: "ERR_SOURCE_INWARD",
    digestOf: signed.package,
    answer: (_request, response) =>
      response.writeHead(302, { location: "https://10.0.0.1/" }).end(),
  },
  "a body that is too large": {
    code: "ERR_SOURCE_TOO_LARGE",
    digestOf: signed.package,
    answer: (_request, response) =>
      response.writeHead(200, { "content-length": 2 ** 30 }).flushHeaders(),
  },
};

const REGISTRY: Readonly<
  Record<string, readonly [code: string, prepare: (registry: FakeRegistry) => unknown]>
> = {
  "nothing there": ["ERR_SOURCE_NOT_FOUND", () => {}],
  "a manifest of two readings": [
    "ERR_REGISTRY_MANIFEST",
    (registry) => registry.artifact([], "1", { manifests: [] }),
  ],
  "no plugin": ["ERR_REGISTRY_ARTIFACT", (registry) => registry.artifact([], "1")],
  "other bytes than the manifest says": [
    "ERR_SOURCE_DIGEST",
    (registry) => {
      const layer = registry.blob(signed.package, PACKAGE_LAYER);
      registry.blobs.set(layer.digest, flipped);
      registry.artifact([layer], "1");
    },
  ],
  "a damaged package": [
    "ERR_PACKAGE_INVALID",
    (registry) => registry.artifact([registry.blob(flipped, PACKAGE_LAYER)], "1"),
  ],
  "no signature": [
    "ERR_SIGNATURE_MISSING",
    (registry) => registry.artifact([registry.blob(signed.package, PACKAGE_LAYER)], "1"),
  ],
  "a signature of another artifact": [
    "ERR_SIGNATURE_OTHER_COMPONENT",
    (registry) => {
      const changed = packAndSign({
        ...OTHER,
        component: Buffer.concat([OTHER.component, Buffer.of(0, 1, 0)]),
      });
      registry.attach(
        changed.bundle,
        registry.artifact([registry.blob(signed.package, PACKAGE_LAYER)], "1"),
      );
    },
  ],
};

async function assertAdded(
  t: TestContext,
  room: SourceRoom,
  source: string,
  mode: string,
  code: string,
): Promise<void> {
  const workspace = suite.installed.copy(t);
  workspace.editConfiguration((text) => text.replace("mode: development", `mode: ${mode} `));
  const found = snapshot(workspace.folder);
  const machine = { ...suite.machine, sources: room.powers };
  const words = ["add", source, "--yes", "--config", workspace.configFile];
  const { codes } = await runInProcess(words, machine);
  assert.deepEqual([...new Set(codes)], code === "" ? [] : [code]);
  if (code === "") assert.notDeepEqual(snapshot(workspace.folder), found);
  else assert.deepEqual(snapshot(workspace.folder), found);
}

for (const mode of ["development", "production"])
  describe(`in ${mode}`, () => {
    for (const [what, { code, inProduction, digestOf, answer }] of Object.entries(WEB))
      it(`a web server with ${what} changes ${code === "" && mode === "development" ? "what was approved" : "nothing"}`, async (t) => {
        const room: SourceRoom = await openSourceRoom((request, response) =>
          answer(request, response, room),
        );
        await using _ = room;
        const hash = digestOf ? `#sha256=${digestOfBytes(digestOf).slice(7)}` : "";
        const expected = mode === "production" ? (inProduction ?? code) : code;
        await assertAdded(t, room, `${room.origin("a")}/x.tgz${hash}`, mode, expected);
      });

    for (const [what, [code, prepare]] of Object.entries(REGISTRY))
      it(`a registry with ${what} changes nothing`, async (t) => {
        const registry = new FakeRegistry();
        prepare(registry);
        await using room = await openSourceRoom(registry.handle);
        await assertAdded(t, room, `oci://${new URL(room.origin("a")).host}/acme/x:1`, mode, code);
      });
  });
