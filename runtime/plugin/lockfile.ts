import { CAPABILITY_NAMES, type CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import { canonicalText, digestOf, isDigest } from "./canonical.ts";
import type { Place } from "../errors.ts";
import type { Cursor, Path } from "./cursor.ts";
import { pluginSource, readDocument } from "./document.ts";
import { PluginError } from "./errors.ts";
import { readFormatVersion } from "./format-version.ts";
import { SIGNERS_MAX } from "./formats.ts";
import type {
  Digest,
  Endorsement,
  LockedPlugin,
  Lockfile,
  Origin,
  PluginDigests,
  Provenance,
  Signer,
} from "./formats.ts";
import { parseJson, type JsonLimits } from "./json.ts";
import { collectProblems } from "./problems.ts";
import { BUILD_TEXT, ISSUER, LICENSE, PLUGIN_NAME, REVISION, SUBJECT, VERSION } from "./rules.ts";
import { signerId } from "./signer.ts";

const LIMITS: JsonLimits = { bytesMax: 4 * 1024 * 1024, depthMax: 24, nodesMax: 100_000 };
const SOURCE = { lengthMin: 1, lengthMax: 2048 };
const TRUST_NAME = { lengthMin: 1, lengthMax: 100 };
const ACCEPTED_MAX = 100;
/** One key's signature takes about two thousand characters; nothing in it grows with the plugin. */
const BUNDLE = {
  lengthMin: 4,
  lengthMax: 8192,
  // One spelling only: full padding, and no spare bits.
  pattern: /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/,
  shape: "base64 on one line",
};
const FINDING_ID = {
  lengthMax: 60,
  pattern: /^[a-z]+(-[a-z]+)*$/,
  shape: "the id of a finding: lower-case words joined by single hyphens",
};
const TIME = {
  lengthMax: 30,
  pattern:
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z$/,
  shape: "a UTC time such as 2026-01-31T12:00:00Z",
};
const DIGEST = {
  lengthMax: 71,
  pattern: /^sha256:[0-9a-f]{64}$/,
  shape: "sha256: and 64 lower-case hex digits",
};

/**
 * Reads `glovebox.lock.json`, what was approved.
 * Throws `ERR_LOCKFILE_INVALID`, `ERR_TEXT_HIDDEN` or `ERR_FORMAT_VERSION`, or `Refusals` of several;
 * `ERR_LOCKFILE_EDITED` when everything reads well but is not what glovebox wrote.
 */
export function parseLockfile(bytes: Uint8Array | string, file: string): Lockfile {
  const lockfile = readDocument(
    bytes,
    pluginSource("ERR_LOCKFILE_INVALID", LIMITS, file),
    (root) => {
      readFormatVersion(root, "lockfile_version", file);
      const fields = root.fields(["lockfile_version", "engine", "plugins", "integrity"]);
      const engine = fields.get("engine").fields(["glovebox", "jco"]);
      return {
        lockfile_version: fields.get("lockfile_version").exactly(1),
        engine: {
          glovebox: engine.get("glovebox").string(VERSION),
          jco: engine.get("jco").string(VERSION),
        },
        plugins: readPlugins(fields.get("plugins")),
        integrity: readDigest(fields.get("integrity")),
      };
    },
  );
  if (lockfile.integrity !== integrityOf(lockfile)) {
    const message = "the lockfile's contents do not have its integrity digest";
    throw new PluginError("ERR_LOCKFILE_EDITED", message, { place: { file, path: "integrity" } });
  }
  return lockfile;
}

/** Where the value at `path` stands in a lockfile that can be read, or its nearest parent. */
export function placeInLockfile(bytes: Uint8Array, file: string, path: Path): Place {
  const source = pluginSource("ERR_LOCKFILE_INVALID", LIMITS, file);
  return collectProblems((problems) => parseJson(bytes, source, problems).placeOf(path));
}

/** Writes a lockfile: keys in a fixed order and plugins by name, so that version control shows only what changed. */
export function formatLockfile(contents: Omit<Lockfile, "integrity">): string {
  const integrity = integrityOf(contents);
  // The canonical form sorts every key; it is read back to be printed in lines.
  const { engine, lockfile_version, plugins } = JSON.parse(canonicalText(contents)) as Lockfile;
  return `${JSON.stringify({ lockfile_version, engine, plugins, integrity }, null, 2)}\n`;
}

function integrityOf({ lockfile_version, engine, plugins }: Omit<Lockfile, "integrity">): Digest {
  return digestOf({ lockfile_version, engine, plugins });
}

function readPlugins(member: Cursor): Lockfile["plugins"] {
  // Looked up by names that clients send: `constructor` must not be found there.
  const plugins: Record<string, LockedPlugin> = Object.create(null) as Record<string, never>;
  for (const [alias, entry] of member.entries()) {
    if (!PLUGIN_NAME.pattern?.test(alias)) {
      entry.problem(`the name of a plugin must be ${PLUGIN_NAME.shape}`);
    }
    plugins[alias] = readPlugin(entry);
  }
  return plugins;
}

// debt("GB-039"): limits, isolation and the choice of tools are not pinned.
function readPlugin(entry: Cursor): LockedPlugin {
  const fields = entry.fields(
    [
      "name",
      "version",
      "source",
      "package",
      "digests",
      "requested",
      "grants",
      "signers",
      "approvedAt",
    ],
    ["license", "origin", "endorsements", "accepted"],
  );
  const signers = readSigners(fields.get("signers"));
  return {
    name: fields.get("name").string(PLUGIN_NAME),
    version: fields.get("version").string(VERSION),
    ...fields.optional("license", (license) => license.string(LICENSE)),
    source: fields.get("source").string(SOURCE),
    ...fields.optional("origin", readOrigin),
    package: readDigest(fields.get("package")),
    digests: readDigests(fields.get("digests")),
    requested: readDigest(fields.get("requested")),
    grants: readGrants(fields.get("grants")),
    signers,
    ...fields.optional("endorsements", (member) => readEndorsements(member, signers)),
    ...fields.optional("accepted", readAccepted),
    approvedAt: fields.get("approvedAt").string(TIME),
  };
}

/** What each grant says is compared with the configuration's, and believed by nobody. */
function readGrants(member: Cursor): LockedPlugin["grants"] {
  const fields = member.fields([], CAPABILITY_NAMES);
  const grants: Partial<Record<CapabilityName, JsonValue>> = {};
  for (const name of CAPABILITY_NAMES) {
    const { value } = fields.get(name);
    if (value !== undefined) grants[name] = value;
  }
  return grants;
}

function readAccepted(member: Cursor): readonly string[] {
  const ids = member.items(1, ACCEPTED_MAX).map((item) => item.string(FINDING_ID));
  if (new Set(ids).size < ids.length) member.problem("a finding stands here twice");
  return ids;
}

function readOrigin(member: Cursor): Origin {
  return member.fields([], ["manifest"]).optional("manifest", readDigest);
}

function readDigests(member: Cursor): PluginDigests {
  const fields = member.fields(["component", "surface", "manifest"]);
  return {
    component: readDigest(fields.get("component")),
    surface: readDigest(fields.get("surface")),
    manifest: readDigest(fields.get("manifest")),
  };
}

function readSigners(member: Cursor): readonly Signer[] {
  const seen = new Set<Digest>();
  return member.items(0, SIGNERS_MAX).map((item) => {
    const signer = readSigner(item);
    const id = signerId(signer);
    if (seen.has(id)) item.problem("the signer stands here twice");
    seen.add(id);
    return signer;
  });
}

/** Only of who is approved as an endorser, and one of each. Whether it holds is verified with the bytes that it is about. */
function readEndorsements(member: Cursor, signers: readonly Signer[]): readonly Endorsement[] {
  const left = new Set(
    signers.flatMap((signer) => (signer.kind === "key" && signer.endorsed ? [signer.key] : [])),
  );
  return member.items(1, SIGNERS_MAX).map((item) => {
    const fields = item.fields(["key", "bundle"]);
    const key = readDigest(fields.get("key"));
    if (!left.delete(key)) item.problem("not of an endorser among the signers, or there twice");
    return { key, bundle: fields.get("bundle").string(BUNDLE) };
  });
}

function readSigner(item: Cursor): Signer {
  const kind = item.member("kind").value;
  if (kind === "identity") {
    const fields = item.fields(["kind", "issuer", "subject", "trust"], ["provenance"]);
    return {
      kind,
      issuer: fields.get("issuer").string(ISSUER),
      subject: fields.get("subject").string(SUBJECT),
      trust: fields.get("trust").string(TRUST_NAME),
      ...fields.optional("provenance", readProvenance),
    };
  }
  const fields = item.fields(["kind", "key", "trust"], kind === "minisign" ? [] : ["endorsed"]);
  const signer = {
    key: readDigest(fields.get("key")),
    trust: fields.get("trust").string(TRUST_NAME),
  };
  if (kind === "minisign") return { kind, ...signer };
  return {
    kind: fields.get("kind").exactly("key"),
    ...signer,
    ...fields.optional("endorsed", readTrue),
  };
}

function readTrue(member: Cursor): true {
  if (member.value !== true) member.problem("something else than true", "Leave it out.");
  return true;
}

function readProvenance(member: Cursor): Provenance {
  const fields = member.fields(["repository", "workflow"], ["revision"]);
  return {
    repository: fields.get("repository").string(BUILD_TEXT),
    workflow: fields.get("workflow").string(BUILD_TEXT),
    ...fields.optional("revision", (revision) => revision.string(REVISION)),
  };
}

function readDigest(member: Cursor): Digest {
  const text = member.string(DIGEST);
  return isDigest(text) ? text : "sha256:";
}
