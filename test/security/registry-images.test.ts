// What an artifact or an image in a registry can be that is no plugin.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import {
  INDEX,
  sha256,
  type FakeRegistry,
  type LooseDescriptor,
} from "../helpers/fake-registry.ts";
import { RAW_END, rawEntry, type RawEntry } from "../helpers/raw-tar.ts";
import { APPROVED } from "../helpers/signed-package.ts";
import {
  COMPONENT,
  PACKAGE_LAYER,
  GZIP_LAYER,
  TAR_LAYER,
  openScene,
  refuses,
  type Prepare,
} from "../helpers/registry-scene.ts";

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
