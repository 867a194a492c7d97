// What who may push to a registry can put beside a plugin in place of its signatures.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  BUNDLE,
  type FakeRegistry,
  INDEX,
  sha256,
  type LooseDescriptor,
} from "../helpers/fake-registry.ts";
import { APPROVED } from "../helpers/signed-package.ts";
import { COMPONENT, openScene, refuses, wasmOf, type Prepare } from "../helpers/registry-scene.ts";

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
