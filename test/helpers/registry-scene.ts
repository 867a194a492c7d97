// A registry that does what a test says, and one pull from it.
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { it } from "node:test";
import type { Source } from "../../runtime/supply/read-source.ts";
import { fetchSource } from "../../runtime/supply/sources/fetch-source.ts";
import type { SourcePowers } from "../../runtime/supply/sources/powers.ts";
import { FakeRegistry, MANIFEST, type LooseDescriptor } from "./fake-registry.ts";
import { codesOfRejection } from "./refusals.ts";
import { ECHO } from "./signed-package.ts";
import { limitsFor, openSourceRoom, type SourceRoom } from "./source-room.ts";

export const { component: COMPONENT } = ECHO;
export const PACKAGE_LAYER = "application/vnd.glovebox.plugin.package.v1.tar+gzip";
export const GZIP_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";
export const TAR_LAYER = "application/vnd.oci.image.layer.v1.tar";

interface Scene extends AsyncDisposable {
  readonly registry: FakeRegistry;
  readonly room: SourceRoom;
  /** `code` is what it must end in. */
  pull(reference?: string, code?: string): Promise<Source | undefined>;
}

export async function openScene(own: Partial<SourcePowers> = {}): Promise<Scene> {
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

export type Prepare = (registry: FakeRegistry, scene: Scene) => unknown;

export function refuses(code: string, cases: Readonly<Record<string, Prepare>>): void {
  for (const [what, prepare] of Object.entries(cases))
    it(`is refused with ${code}: ${what}`, async () => {
      await using scene = await openScene();
      prepare(scene.registry, scene);
      const codes = await codesOfRejection(scene.pull(":1", code));
      assert.deepEqual([...new Set(codes)], [code]);
    });
}

/** Serves a manifest that is written out, under the tag. */
export const serveText =
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
export const serveChanged =
  (change: (manifest: LooseManifest) => unknown, type = MANIFEST): Prepare =>
  (registry) => {
    const { digest } = registry.component(COMPONENT);
    const { bytes = new Uint8Array() } = registry.manifests.get(digest) ?? {};
    const manifest = JSON.parse(Buffer.from(bytes).toString()) as LooseManifest;
    registry.manifest((change(manifest) as object | undefined) ?? manifest, "1", type);
  };

export function wasmOf(registry: FakeRegistry): LooseDescriptor {
  return registry.blob(COMPONENT, "application/wasm");
}

export function pour(response: ServerResponse): true {
  const chunk = Buffer.alloc(64 * 1024);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
  return true;
}
