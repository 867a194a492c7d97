// Where a release may lie. Each kind of source offers the same releases in its own way.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { RequestListener } from "node:http";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import type { SourcePowers } from "../../runtime/supply/sources/powers.ts";
import { FakeRegistry } from "../helpers/fake-registry.ts";
import type { TestWorkspace } from "../helpers/installed-workspace.ts";
import { openSourceRoom } from "../helpers/source-room.ts";
import type { Mode } from "../helpers/tampering.ts";
import type { Release } from "./releases.ts";

/** One kind of source. */
export interface Site extends AsyncDisposable {
  readonly name: string;
  /** Whether a release lies there packed. */
  readonly isPacked: boolean;
  /** Whether it is asked for over a network: then no start asks it. */
  readonly isRemote: boolean;
  /** Whether production wants the digest of the bytes in the source itself. */
  readonly wantsDigest: boolean;
  /** What it says to who asks for the pinned bytes when it has others. */
  readonly withoutPinned?: string;
  /** Machines that reach it need these; undefined where files are enough. */
  readonly powers?: SourcePowers;
  /** Puts a release there in the place of what was. */
  put(release: Release, workspace: TestWorkspace): void;
  /** What is typed after `add` to get this release. */
  source(release: Release, mode: Mode, workspace: TestWorkspace): string;
}

const here = { isRemote: false, wantsDigest: false, [Symbol.asyncDispose]: async () => {} };

function write(
  files: Readonly<Record<string, Uint8Array | string>>,
  workspace: TestWorkspace,
): void {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(workspace.path(name)), { recursive: true });
    writeFileSync(workspace.path(name), bytes);
  }
}

/** `FILE.sigstore.json`, then `FILE.1.sigstore.json` and so on, in the place of all that were there. */
function sign(file: string, { bundles }: Release, workspace: TestWorkspace): void {
  rmSync(workspace.path(`${file}.sigstore.json`), { force: true });
  for (const [index, bundle] of bundles.entries())
    write({ [`${file}${index === 0 ? "" : `.${index}`}.sigstore.json`]: bundle }, workspace);
}

const packageFile: Site = {
  ...here,
  name: "a package",
  isPacked: true,
  put(release, workspace) {
    write({ "site/other.tgz": release.package }, workspace);
    sign("site/other.tgz", release, workspace);
  },
  source: (_release, _mode, workspace) => workspace.path("site/other.tgz"),
};

const componentFile: Site = {
  ...here,
  name: "a component with its manifest",
  isPacked: false,
  put(release, workspace) {
    const { component, manifest, license } = release.files;
    const files = { "other.wasm": component, "plugin.json": manifest, LICENSE: license };
    for (const [name, bytes] of Object.entries(files))
      write({ [`site/${name}`]: bytes }, workspace);
    sign("site/other.wasm", release, workspace);
  },
  source: (_release, _mode, workspace) => workspace.path("site/other.wasm"),
};

const folder: Site = {
  ...here,
  name: "a folder",
  isPacked: false,
  put(release, workspace) {
    const { component, manifest, license } = release.files;
    const files = { "dist/plugin.wasm": component, "plugin.json": manifest, LICENSE: license };
    for (const [name, bytes] of Object.entries(files))
      write({ [`site/${name}`]: bytes }, workspace);
    sign("site/dist/plugin.wasm", release, workspace);
  },
  source: (_release, _mode, workspace) => workspace.path("site"),
};

async function openWeb(): Promise<Site> {
  let now: Release | undefined;
  const answer: RequestListener = (request, response) => {
    const [, ending] = /^\/other\.tgz(\.sigstore\.json)?$/.exec(request.url ?? "") ?? [];
    const bytes =
      ending === undefined && request.url === "/other.tgz" ? now?.package : now?.bundles[0];
    const isThere = request.url?.startsWith("/other.tgz") && !request.url.endsWith(".minisig");
    if (!isThere || !bytes) response.writeHead(404).end();
    else response.end(bytes);
  };
  const room = await openSourceRoom(answer);
  return {
    name: "https",
    isPacked: true,
    isRemote: true,
    wantsDigest: true,
    withoutPinned: "ERR_SOURCE_DIGEST",
    powers: room.powers,
    put: (release) => void (now = release),
    source(release, mode) {
      const hex = digestOfBytes(release.package).slice("sha256:".length);
      return `${room.origin("a")}/other.tgz${mode === "production" ? `#sha256=${hex}` : ""}`;
    },
    [Symbol.asyncDispose]: () => room[Symbol.asyncDispose](),
  };
}

const PACKAGE_LAYER = "application/vnd.glovebox.plugin.package.v1.tar+gzip";
const PACKAGE_TYPE = "application/vnd.glovebox.plugin.v1";

async function openRegistry(): Promise<Site> {
  let registry = new FakeRegistry();
  const room = await openSourceRoom((request, response) => registry.handle(request, response));
  return {
    name: "a registry's tag",
    isPacked: true,
    isRemote: true,
    wantsDigest: false,
    withoutPinned: "ERR_SOURCE_NOT_FOUND",
    powers: room.powers,
    put(release) {
      registry = new FakeRegistry();
      registry.referrers = new Map();
      const layer = registry.blob(release.package, PACKAGE_LAYER);
      const artifact = registry.artifact([layer], "1", { artifactType: PACKAGE_TYPE });
      for (const bundle of release.bundles) registry.attach(bundle, artifact);
    },
    source: () => `oci://${new URL(room.origin("a")).host}/acme/other:1`,
    [Symbol.asyncDispose]: () => room[Symbol.asyncDispose](),
  };
}

/** Every kind of source there is. */
export const SITES: Readonly<Record<string, () => Promise<Site>>> = {
  "a package": async () => packageFile,
  "a component with its manifest": async () => componentFile,
  "a folder": async () => folder,
  https: openWeb,
  "a registry's tag": openRegistry,
};
