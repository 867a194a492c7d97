// What a registry, or who may push to one, can do to a pull: each way to be wrong has a code of its own, and nothing is kept.
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { fetchSource } from "../../runtime/supply/sources/fetch-source.ts";
import { FakeRegistry, INDEX, MANIFEST, sha256 } from "../helpers/fake-registry.ts";
import { serve } from "../helpers/http-room.ts";
import { codesOfRejection } from "../helpers/refusals.ts";
import { openSourceRoom } from "../helpers/source-room.ts";
import {
  COMPONENT,
  GZIP_LAYER,
  openScene,
  refuses,
  serveText,
  serveChanged,
  pour,
  type Prepare,
} from "../helpers/registry-scene.ts";

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
