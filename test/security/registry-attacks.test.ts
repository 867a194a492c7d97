// What a registry, or who may push to one, can do to a pull: each way to be wrong has a code of its own, and nothing is kept.
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import type { Source } from "../../runtime/supply/read-source.ts";
import { fetchSource } from "../../runtime/supply/sources/fetch-source.ts";
import type { SourcePowers } from "../../runtime/supply/sources/powers.ts";
import {
  BUNDLE,
  FakeRegistry,
  INDEX,
  MANIFEST,
  sha256,
  type LooseDescriptor,
} from "../helpers/fake-registry.ts";
import { serve } from "../helpers/http-room.ts";
import { RAW_END, rawEntry, type RawEntry } from "../helpers/raw-tar.ts";
import { codesOfRejection } from "../helpers/refusals.ts";
import { APPROVED, ECHO } from "../helpers/signed-package.ts";
import { limitsFor, openSourceRoom, type SourceRoom } from "../helpers/source-room.ts";

const { component: COMPONENT } = ECHO;
const PACKAGE_LAYER = "application/vnd.glovebox.plugin.package.v1.tar+gzip";
const GZIP_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const TAR_LAYER = "application/vnd.oci.image.layer.v1.tar";

interface Scene extends AsyncDisposable {
  readonly registry: FakeRegistry;
  readonly room: SourceRoom;
  /** `code` is what it must end in. */
  pull(reference?: string, code?: string): Promise<Source | undefined>;
}

async function openScene(own: Partial<SourcePowers> = {}): Promise<Scene> {
  const registry = new FakeRegistry();
  const room = await openSourceRoom(registry.handle, own);
  const host = new URL(room.origin("a")).host;
  return {
    registry,
    room,
    pull: (reference = ":1", code = undefined) =>
      fetchSource(`oci://${host}/acme/x${reference}`, room.setting({ limits: limitsFor(code) })),
    [Symbol.asyncDispose]: () => room[Symbol.asyncDispose](),
  };
}

type Prepare = (registry: FakeRegistry, scene: Scene) => unknown;

function refuses(code: string, cases: Readonly<Record<string, Prepare>>): void {
  for (const [what, prepare] of Object.entries(cases))
    it(`is refused with ${code}: ${what}`, async () => {
      await using scene = await openScene();
      prepare(scene.registry, scene);
      const codes = await codesOfRejection(scene.pull(":1", code));
      assert.deepEqual([...new Set(codes)], [code]);
    });
}

/** Serves a manifest that is written out, under the tag. */
const serveText =
  (text: string, type = MANIFEST): Prepare =>
  (registry) =>
    registry.manifests.set("1", { type, bytes: Buffer.from(text) });
/** A good manifest, to be made a bad one. */
interface LooseManifest {
  mediaType: string;
  manifests: unknown;
  layers: [{ digest?: string; size: unknown }];
}

/** Serves a good manifest that was changed. */
const serveChanged =
  (change: (manifest: LooseManifest) => unknown, type = MANIFEST): Prepare =>
  (registry) => {
    const { digest } = registry.component(COMPONENT);
    const { bytes = new Uint8Array() } = registry.manifests.get(digest) ?? {};
    const manifest = JSON.parse(Buffer.from(bytes).toString()) as LooseManifest;
    registry.manifest((change(manifest) as object | undefined) ?? manifest, "1", type);
  };

describe("a manifest", () => {
  refuses("ERR_REGISTRY_MANIFEST", {
    "no JSON": serveText("<html>"),
    "no object": serveText("[]"),
    "JSON with a key twice": serveText('{"schemaVersion":2,"schemaVersion":2}'),
    "JSON that is very deep": serveText(`{"schemaVersion":2,"config":${"[".repeat(100_000)}`),
    "JSON with a prototype": serveText('{"schemaVersion":2,"__proto__":{}}'),
    "of schema 1": serveChanged((manifest) => ({ ...manifest, schemaVersion: 1 })),
    "of another type in its header and in itself": serveChanged((manifest) => {
      manifest.mediaType = "application/vnd.docker.distribution.manifest.v2+json";
    }),
    "of an unknown type": serveChanged((manifest) => {
      manifest.mediaType = "application/x";
    }, "application/json"),
    "an image and an index at once": serveChanged((manifest) => {
      manifest.manifests = [];
    }),
    "an index and an image at once": serveChanged((manifest) => {
      Object.assign(manifest, { mediaType: INDEX, manifests: [] });
    }, INDEX),
    "with another hash than SHA-256": serveChanged((manifest) => {
      manifest.layers[0].digest = `sha512:${"0".repeat(128)}`;
    }),
    "with a digest that is a path": serveChanged((manifest) => {
      manifest.layers[0].digest = "sha256:../../../../etc/passwd";
    }),
    "with a size below nothing": serveChanged((manifest) => {
      manifest.layers[0].size = -1;
    }),
    "with a size that is no number": serveChanged((manifest) => {
      manifest.layers[0].size = "12";
    }),
    "without a digest": serveChanged((manifest) => {
      delete manifest.layers[0].digest;
    }),
    "with more layers than are read": serveChanged((manifest) => {
      const [layer] = manifest.layers;
      return { ...manifest, layers: Array.from({ length: 65 }, () => layer) };
    }),
    "that says another size of itself in the index": (registry) => {
      const own = registry.component(COMPONENT);
      const manifests = [{ ...own, size: own.size + 1 }];
      registry.manifest({ schemaVersion: 2, mediaType: INDEX, manifests }, "1", INDEX);
    },
  });
  refuses("ERR_SOURCE_TOO_LARGE", {
    "larger than 4 MiB": serveText(" ".repeat(4 * 1024 * 1024 + 1)),
    "without end": (registry) => {
      registry.own = (_request, response) => pour(response);
    },
    "of an image whose layers are too much together": (registry) => {
      const layer = { mediaType: GZIP_LAYER, digest: sha256(COMPONENT), size: 50 * 1024 * 1024 };
      registry.artifact([layer, layer, layer], "1");
    },
    "with a layer larger than is read": (registry) =>
      registry.artifact(
        [{ mediaType: "application/wasm", digest: sha256(COMPONENT), size: 2 ** 40 }],
        "1",
      ),
  });
  refuses("ERR_SOURCE_DIGEST", {
    "that is not what the registry says it is": (registry) => {
      registry.component(COMPONENT, "1");
      registry.own = (_request, response) =>
        void response.setHeader("docker-content-digest", sha256(Buffer.from("other")));
    },
  });
  refuses("ERR_SOURCE_NOT_FOUND", { "that is not there": () => {} });
  refuses("ERR_SOURCE_ANSWER", {
    "that is an error": (registry) => {
      registry.own = (_request, response) => response.writeHead(500).end() !== undefined;
    },
  });

  it("of a digest must have it", async () => {
    await using scene = await openScene();
    const { digest } = scene.registry.component(COMPONENT);
    const { bytes = new Uint8Array() } = scene.registry.manifests.get(digest) ?? {};
    scene.registry.manifests.set(digest, {
      type: MANIFEST,
      bytes: Buffer.concat([bytes, Buffer.from(" ")]),
    });
    assert.deepEqual(await codesOfRejection(scene.pull(`@${digest}`)), ["ERR_SOURCE_DIGEST"]);
  });
});

describe("a layer", () => {
  const serveBlob =
    (answer: (response: ServerResponse) => unknown): Prepare =>
    (registry) => {
      registry.component(COMPONENT, "1");
      registry.own = ({ url = "" }, response) => {
        if (!url.includes("/blobs/")) return false;
        answer(response);
        return true;
      };
    };
  refuses("ERR_SOURCE_DIGEST", {
    "of other bytes": serveBlob((response) => response.end(Buffer.alloc(COMPONENT.length))),
  });
  refuses("ERR_SOURCE_TRUNCATED", {
    "shorter than it was said to be": serveBlob((response) => response.end(COMPONENT.subarray(1))),
    "shorter, without a length": serveBlob((response) => {
      response.write(COMPONENT.subarray(1));
      response.end();
    }),
  });
  refuses("ERR_SOURCE_TOO_LARGE", {
    "longer than it was said to be": serveBlob((response) =>
      response.end(Buffer.concat([COMPONENT, Buffer.alloc(1)])),
    ),
    "without end": serveBlob(pour),
  });
  refuses("ERR_SOURCE_TIMED_OUT", { "that never comes": serveBlob(() => {}) });
  refuses("ERR_SOURCE_INWARD", {
    "that is kept inside": serveBlob((response) =>
      response.writeHead(307, { location: "https://10.0.0.1/blob" }).end(),
    ),
  });
  refuses("ERR_SOURCE_INSECURE", {
    "that is kept where it could be changed": serveBlob((response) =>
      response.writeHead(307, { location: "http://store.glovebox.test/blob" }).end(),
    ),
  });
  refuses("ERR_SOURCE_KIND", {
    "that is no WebAssembly": (registry) => registry.component(Buffer.from("#!/bin/sh\n"), "1"),
  });

  it("that is cut is gone on with, since it is named by its digest", async () => {
    await using scene = await openScene();
    scene.registry.component(COMPONENT, "1");
    let count = 0;
    scene.registry.own = ({ url = "", headers }, response) => {
      if (!url.includes("/blobs/")) return false;
      count += 1;
      if (count === 1) {
        response.writeHead(200, { "content-length": COMPONENT.length });
        response.write(COMPONENT.subarray(0, 50), () => response.socket?.destroy());
      } else {
        assert.equal(headers.range, "bytes=50-");
        const range = `bytes 50-${COMPONENT.length - 1}/${COMPONENT.length}`;
        response.writeHead(206, { "content-range": range }).end(COMPONENT.subarray(50));
      }
      return true;
    };
    const found = await scene.pull();
    assert.ok(found?.kind === "bare" && Buffer.from(found.component).equals(COMPONENT));
  });
});

describe("an artifact", () => {
  const wasm = (registry: FakeRegistry): LooseDescriptor =>
    registry.blob(COMPONENT, "application/wasm");
  const indexOf =
    (...manifests: readonly ((registry: FakeRegistry) => LooseDescriptor)[]): Prepare =>
    (registry) =>
      registry.manifest(
        { schemaVersion: 2, mediaType: INDEX, manifests: manifests.map((make) => make(registry)) },
        "1",
        INDEX,
      );
  const platform =
    (architecture: string, os = "linux", bytes = COMPONENT) =>
    (registry: FakeRegistry): LooseDescriptor => ({
      ...registry.component(bytes),
      platform: { architecture, os },
    });
  const other = Buffer.concat([COMPONENT, Buffer.of(0, 1, 0)]);
  const third = Buffer.concat([COMPONENT, Buffer.of(0, 2, 0, 0)]);

  refuses("ERR_REGISTRY_ARTIFACT", {
    "without a layer": (registry) => registry.artifact([], "1"),
    "of a layer of another kind": (registry) =>
      registry.artifact([registry.blob(COMPONENT, "application/vnd.cncf.helm.chart.v1")], "1"),
    "of two components": (registry) =>
      registry.artifact([wasm(registry), registry.blob(other, "application/wasm")], "1"),
    "of a package and a component": (registry) =>
      registry.artifact([registry.blob(APPROVED.package, PACKAGE_LAYER), wasm(registry)], "1"),
    "of our type with another layer": (registry) =>
      registry.artifact([wasm(registry)], "1", {
        artifactType: "application/vnd.glovebox.plugin.v1",
      }),
    "of an index with nothing in it": indexOf(),
    "of an index with two, and none stands out": indexOf(
      platform("arm64"),
      platform("s390x", "linux", other),
    ),
    "of an index with two for wasm": indexOf(
      platform("wasm", "wasip2"),
      platform("wasm", "wasip1", other),
      platform("arm64", "linux", third),
    ),
    "of an index in an index": (registry) => {
      const inner = registry.manifest(
        { schemaVersion: 2, mediaType: INDEX, manifests: [] },
        undefined,
        INDEX,
      );
      indexOf(() => inner)(registry, undefined as never);
    },
  });

  const chosen: Readonly<Record<string, Prepare>> = {
    "the only one": indexOf(platform("arm64")),
    "the one for wasm": indexOf(platform("wasm", "wasip1"), platform("amd64", "linux", other)),
    "that for linux/amd64": indexOf(platform("arm64", "linux", other), platform("amd64")),
    "the same one for two": indexOf(platform("arm64"), platform("s390x")),
    "the one beside an attestation": indexOf(
      platform("amd64"),
      platform("unknown", "unknown", other),
    ),
  };
  for (const [what, prepare] of Object.entries(chosen))
    it(`of an index is ${what}`, async () => {
      await using scene = await openScene();
      prepare(scene.registry, scene);
      const found = await scene.pull();
      assert.ok(found?.kind === "bare" && Buffer.from(found.component).equals(COMPONENT));
      const { bytes = new Uint8Array() } = scene.registry.manifests.get("1") ?? {};
      assert.equal(found.origin?.manifest, sha256(bytes));
    });
});

describe("an image", () => {
  const file: RawEntry = { name: "plugin.wasm", body: COMPONENT };
  const tar = (...entries: readonly RawEntry[]): Buffer =>
    Buffer.concat([...entries.map(rawEntry), RAW_END]);
  const image =
    (...layers: readonly Uint8Array[]): Prepare =>
    (registry) =>
      registry.artifact(
        layers.map((bytes) => registry.blob(gzipSync(bytes), GZIP_LAYER)),
        "1",
      );
  const pax = (record: string): RawEntry => ({ name: "PaxHeader", type: "x", body: record });

  for (const [what, prepare] of Object.entries<Prepare>({
    "among other files": image(
      tar(
        { name: "etc/", type: "5" },
        { name: "etc/passwd", body: "x" },
        { ...file, name: "/plugin.wasm" },
      ),
    ),
    "with a name that begins with a dot": image(tar({ ...file, name: "./plugin.wasm" })),
    "in the second layer": image(tar({ name: "other", body: "x" }), tar(file)),
    "under a name of POSIX": image(tar(pax("20 path=plugin.wasm\n"), { ...file, name: "x" })),
    "beside links that lead out": image(
      tar({ name: "out", type: "2", link: "/etc" }, { name: "../../evil", body: "x" }, file),
    ),
    "in a layer that is not compressed": (registry) =>
      registry.artifact([registry.blob(tar(file), TAR_LAYER)], "1"),
  }))
    it(`has its component ${what}`, async () => {
      await using scene = await openScene();
      prepare(scene.registry, scene);
      const found = await scene.pull();
      assert.ok(found?.kind === "bare" && Buffer.from(found.component).equals(COMPONENT));
    });

  refuses("ERR_REGISTRY_ARTIFACT", {
    "without the file": image(tar({ name: "other.wasm", body: COMPONENT })),
    "with the file further down": image(tar({ ...file, name: "usr/plugin.wasm" })),
    "with the file out of it": image(tar({ ...file, name: "../plugin.wasm" })),
    "with the file in two layers": image(tar(file), tar(file)),
  });
  refuses("ERR_REGISTRY_LAYER", {
    "with the file twice": image(tar(file, file)),
    "with the file as a link": image(tar({ name: "plugin.wasm", type: "2", link: "/etc/passwd" })),
    "with the file as a hard link": image(tar({ name: "plugin.wasm", type: "1", link: "x" })),
    "that removes the file": image(tar(file), tar({ name: ".wh.plugin.wasm" })),
    "that removes everything": image(tar(file), tar({ name: ".wh..wh..opq" })),
    "with a size of its own in a header": image(tar(pax("12 size=100\n"), file)),
    "with holes": image(tar(pax("22 GNU.sparse.major=1\n"), file)),
    "with a size that is too large": image(tar({ ...file, size: "77777777777\0" })),
    "with a size in base 256": image(
      tar({ ...file, size: Buffer.from([0x80, ...Array(10).fill(0xff), 1]) }),
    ),
    "with a damaged header": image(tar({ ...file, checksumOff: 1 })),
    "that ends in a file": image(rawEntry(file).subarray(0, 600)),
    "of more files than are looked at": image(
      Buffer.concat(Array.from({ length: 20_001 }, () => rawEntry({ name: "x" }))),
    ),
    "that is a bomb": image(Buffer.alloc(100 * 1024 * 1024)),
    "that is no gzip": (registry) => registry.artifact([registry.blob(tar(file), GZIP_LAYER)], "1"),
  });
});

describe("the signatures in a registry", () => {
  const signature = Buffer.from(APPROVED.bundle);
  const signed =
    (attach: (registry: FakeRegistry, subject: LooseDescriptor) => unknown): Prepare =>
    (registry) =>
      attach(registry, registry.component(COMPONENT, "1"));
  const refer = (registry: FakeRegistry, subject: LooseDescriptor, manifest: object): void =>
    registry.refer(
      {
        ...registry.artifact([registry.blob(signature, BUNDLE)], undefined, manifest),
        artifactType: BUNDLE,
      },
      subject.digest,
    );

  for (const byApi of [true, false])
    it(`are found ${byApi ? "by the referrers API" : "by the tag of the subject"}, and nothing else is`, async () => {
      await using scene = await openScene();
      const { registry } = scene;
      if (byApi) registry.referrers = new Map();
      const subject = registry.component(COMPONENT, "1");
      registry.attach(signature, subject);
      registry.attach(Buffer.from("{}"), subject);
      const sbom = registry.artifact([wasmOf(registry)], undefined, { subject });
      registry.refer({ ...sbom, artifactType: "application/spdx+json" }, subject.digest);
      const found = await scene.pull();
      assert.deepEqual(
        found?.bundles.map(({ format, bytes }) => [format, Buffer.from(bytes).toString()]),
        [
          ["sigstore", signature.toString()],
          ["sigstore", "{}"],
        ],
      );
    });

  refuses("ERR_REGISTRY_SIGNATURES", {
    "of another artifact": signed((registry, subject) =>
      refer(registry, subject, { subject: { ...subject, digest: sha256(signature) } }),
    ),
    "of nothing": signed((registry, subject) => refer(registry, subject, {})),
    "of two layers": signed((registry, subject) =>
      refer(registry, subject, {
        subject,
        layers: [registry.blob(signature, BUNDLE), registry.blob(signature, BUNDLE)],
      }),
    ),
    "of another type": signed((registry, subject) =>
      refer(registry, subject, { subject, layers: [wasmOf(registry)] }),
    ),
    "nine of them": signed((registry, subject) => {
      for (let index = 0; index < 9; index += 1)
        registry.attach(Buffer.from(`{"n":${index}}`), subject);
    }),
    "in a list that is an image": signed((registry, subject) =>
      registry.component(COMPONENT, subject.digest.replace(":", "-")),
    ),
  });
  refuses("ERR_REGISTRY_MANIFEST", {
    "more than are listed": signed((registry, { digest }) => {
      const manifests = Array.from({ length: 257 }, () => registry.component(COMPONENT));
      registry.manifest(
        { schemaVersion: 2, mediaType: INDEX, manifests },
        digest.replace(":", "-"),
        INDEX,
      );
    }),
  });
  refuses("ERR_SOURCE_ANSWER", {
    "that cannot be listed just now": (registry) => {
      registry.component(COMPONENT, "1");
      registry.own = ({ url = "" }, response) =>
        url.includes("/referrers/") && response.writeHead(503).end() !== undefined;
    },
  });
  refuses("ERR_SOURCE_TOO_LARGE", {
    "larger than is read": signed((registry, subject) =>
      registry.attach(Buffer.alloc(256 * 1024 + 1), subject),
    ),
  });
});

describe("a registry on this machine", () => {
  it("by http leads to no other machine by http, and nobody else's name leads to it", async () => {
    const registry = new FakeRegistry();
    registry.component(COMPONENT, "1");
    await using room = await openSourceRoom(registry.handle);
    await using server = await serve(registry.handle);
    const pull = (host: string) =>
      fetchSource(`oci://${host}:${server.port}/acme/x:1`, room.setting());
    assert.equal((await pull("localhost"))?.kind, "bare");
    assert.equal((await pull("127.0.0.1"))?.kind, "bare");
    room.addresses.set("registry.glovebox.test", [["127.0.0.1"]]);
    assert.deepEqual(await codesOfRejection(pull("registry.glovebox.test")), ["ERR_SOURCE_INWARD"]);
    registry.own = ({ url = "" }, response) =>
      url.includes("/blobs/") &&
      response.writeHead(307, { location: "http://store.glovebox.test/" }).end() !== undefined;
    assert.deepEqual(await codesOfRejection(pull("localhost")), ["ERR_SOURCE_INSECURE"]);
  });

  it("has no signatures in the older form of cosign, which is a tag of its own", async () => {
    await using scene = await openScene();
    const { digest } = scene.registry.component(COMPONENT, "1");
    scene.registry.component(COMPONENT, `${digest.replace(":", "-")}.sig`);
    assert.deepEqual((await scene.pull())?.bundles, []);
  });
});

describe("a tag", () => {
  it("that moves while it is pulled changes nothing", async () => {
    await using scene = await openScene();
    const { registry } = scene;
    const first = registry.component(COMPONENT, "1");
    registry.own = ({ url = "" }) => {
      if (url.includes("/blobs/"))
        registry.component(Buffer.concat([COMPONENT, Buffer.of(0, 1, 0)]), "1");
    };
    const found = await scene.pull();
    assert.ok(found?.kind === "bare" && Buffer.from(found.component).equals(COMPONENT));
    assert.equal(found.origin?.manifest, first.digest);
    assert.equal(registry.log.filter(({ line }) => line.endsWith("/manifests/1")).length, 1);
  });
});

function wasmOf(registry: FakeRegistry): LooseDescriptor {
  return registry.blob(COMPONENT, "application/wasm");
}

function pour(response: ServerResponse): true {
  const chunk = Buffer.alloc(64 * 1024);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
  return true;
}
