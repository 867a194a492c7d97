import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOfBytes } from "../../../../runtime/plugin/canonical.ts";
import { decideLayout } from "../../../../runtime/supply/sources/oci/layout.ts";
import { parseManifest } from "../../../../runtime/supply/sources/oci/manifest.ts";
import { OCI_MANIFEST } from "../../../../runtime/supply/sources/oci/media-types.ts";
import { makeArtifact } from "../../../../runtime/supply/sources/oci/publish.ts";
import { APPROVED } from "../../../helpers/signed-package.ts";

const publication = {
  package: APPROVED.package,
  manifest: { name: "echo", version: "1.0.0", license: "MIT" },
  signatures: [
    { file: "echo.tgz.sigstore.json", format: "sigstore", bytes: APPROVED.bundle },
    { file: "echo.tgz.minisig", format: "minisign", bytes: Buffer.from("untrusted comment: x") },
  ],
} as const;

test("a package is the same artifact wherever and whenever it is published, signed or not", () => {
  const artifact = makeArtifact(publication);
  assert.deepEqual(makeArtifact(publication), artifact);
  assert.equal(makeArtifact({ ...publication, signatures: [] }).digest, artifact.digest);
  assert.equal(artifact.digest, digestOfBytes(artifact.bytes));
});

test("what is published can be pulled: one layer of our type, and each signature refers to it", () => {
  const artifact = makeArtifact(publication);
  const { manifest } = parseManifest(artifact.bytes, OCI_MANIFEST);
  assert.ok(manifest.kind === "image");
  const layout = decideLayout(manifest);
  assert.ok(layout.kind === "package");
  assert.equal(layout.layer.digest, digestOfBytes(APPROVED.package));
  for (const { bytes, descriptor, blob } of artifact.signatures) {
    const { manifest: own } = parseManifest(bytes, OCI_MANIFEST);
    assert.ok(own.kind === "image");
    assert.equal(own.subject?.digest, artifact.digest);
    assert.equal(own.subject?.sizeBytes, artifact.bytes.length);
    assert.equal(own.artifactType, descriptor.artifactType);
    assert.equal(own.layers[0]?.digest, blob.descriptor.digest);
  }
  const types = artifact.signatures.map(({ descriptor }) => descriptor.artifactType);
  assert.deepEqual(types, [
    "application/vnd.dev.sigstore.bundle.v0.3+json",
    "application/vnd.glovebox.signature.minisign.v1",
  ]);
});
