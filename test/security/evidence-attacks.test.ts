// Bundles of evidence by somebody who wants them to pass: without the key, and with it. Costs no process, about 1 s of CPU.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject } from "@glovebox/host-api/json";
import {
  digestsOf,
  DOCUMENT_NAMES,
  formatArchive,
  parseArchive,
  type DocumentName,
  type Documents,
} from "../../runtime/cli/evidence/archive.ts";
import {
  formatConfiguration,
  redactConfiguration,
  redactLocked,
} from "../../runtime/cli/evidence/redact.ts";
import { makeSbom } from "../../runtime/cli/evidence/sbom.ts";
import { signEvidence, type EvidenceStatement } from "../../runtime/cli/evidence/statement.ts";
import { verifyEvidence, type Expected } from "../../runtime/cli/evidence/verify-evidence.ts";
import { describePosture } from "../../runtime/cli/posture.ts";
import { makeDebtReport } from "../../runtime/debt/report.ts";
import { reasonsOf } from "../../runtime/errors.ts";
import { canonicalBytes } from "../../runtime/plugin/canonical.ts";
import type { LockedPlugin, Manifest } from "../../runtime/plugin/formats.ts";
import { formatLockfile } from "../../runtime/plugin/lockfile.ts";
import { runtimeVersion } from "../../runtime/powers/version.ts";
import type { VerifiedPlugin } from "../../runtime/supply/installed.ts";
import { generateKey, parsePrivateKey } from "../../runtime/supply/signatures/keys.ts";
import { signStatement } from "../../runtime/supply/signatures/sign.ts";
import type { Workspace } from "../../runtime/workspace.ts";
import { parseData } from "../helpers/policy-files.ts";
import { rawEntry } from "../helpers/raw-tar.ts";

const NOW_MS = Date.parse("2026-06-01T12:00:00.000Z");
const VERSION = runtimeVersion();
const KEY = generateKey();
const PRIVATE = parsePrivateKey(KEY.privateKey);
const OTHER = generateKey();
const EXPECTED: Expected = { keys: [KEY.publicKey], auditKeys: [], nowMs: NOW_MS };

const digest = (letter: string) => `sha256:${letter.repeat(64)}` as const;
const MACHINE = {
  node: "26.0.0",
  v8: "14",
  openssl: "3",
  platform: "linux",
  arch: "x64",
  kernel: "6",
  bubblewrap: "0.8.0",
};

function makeDocuments(): Documents {
  const configuration = redactConfiguration(
    parseData({
      version: 1,
      plugins: { web: { source: "./web.tgz", grants: { env: { TOKEN: "abc" } } } },
      waivers: [{ gate: "ring5", reason: "no Landlock", until: "2027-01-31" }],
    }),
  );
  const locked: LockedPlugin = {
    name: "web",
    version: "1.0.0",
    source: "./web.tgz",
    package: digest("1"),
    digests: { component: digest("2"), surface: digest("3"), manifest: digest("4") },
    requested: digest("5"),
    grants: { env: { TOKEN: "abc" } },
    signers: [],
    approvedAt: "2026-01-01T00:00:00Z",
  };
  const { web } = redactLocked({ web: locked });
  const manifest = { description: "Reads pages.", license: "MIT" } as Manifest;
  const seal = { name: "bubblewrap", denied: [], allowed: [], remarks: [], measures: [] } as const;
  const results = [
    { id: "files.climb", ring: 2, claim: "A path stays beneath", held: true, says: "refused" },
  ] as const;
  const plugins = [{ alias: "web", signers: [] }] as unknown as readonly VerifiedPlugin[];
  const posture = {
    ...describePosture({ configuration } as Workspace, plugins, seal, "development"),
    probes: { at: "2026-06-01T11:59:59.000Z", results },
  };
  return {
    "versions.json": canonicalBytes({
      format: 1,
      glovebox: VERSION,
      jco: "0.15.0",
      seal: "bubblewrap",
      ...MACHINE,
    }),
    "configuration.json": canonicalBytes(formatConfiguration(configuration)),
    "glovebox.lock.json": Buffer.from(
      formatLockfile({
        lockfile_version: 1,
        engine: { glovebox: VERSION, jco: "0.15.0" },
        plugins: { web: web! },
      }),
    ),
    "sbom.cdx.json": canonicalBytes(
      makeSbom({
        version: VERSION,
        packages: [
          {
            name: "@a/b",
            version: "1.0.0",
            license: "MIT",
            integrity: `sha512-${"A".repeat(86)}==`,
          },
        ],
        machine: MACHINE,
        plugins: [{ alias: "web", manifest, locked: web! }],
      }),
    ),
    "debt.json": canonicalBytes(makeDebtReport(posture, {}, "operator")),
    "probes.json": canonicalBytes({ format: 1, at: posture.probes.at, results }),
    "audit.json": canonicalBytes({
      format: 1,
      verified: true,
      problems: 0,
      public_key: "",
      chains: [],
    }),
  };
}

const DOCUMENTS = makeDocuments();

/** As the trail of a workspace is described. Nobody signed its checkpoint. */
const CHAIN = {
  chain: "ce181bf6-1a47-4efb-b948-3cb7e61e97ff",
  first: 0,
  head: { seq: 2, hash: "0".repeat(64) },
  lines: 3,
  checkpoints: 1,
  signed_to: 2,
  checkpoint: {
    seq: 2,
    prev: "0".repeat(64),
    timestamp: "2026-06-01T12:00:00.000Z",
    signature: Buffer.alloc(64).toString("base64"),
  },
};

/** A bundle of these documents that the right key signed, whatever they say. */
function bundle(
  changed: Partial<Documents> = {},
  said: Partial<EvidenceStatement> = {},
  key = PRIVATE,
): Uint8Array {
  const documents = { ...DOCUMENTS, ...changed };
  const statement = {
    version: VERSION,
    madeAt: "2026-06-01T12:00:00.000Z",
    digests: digestsOf(documents),
    ...said,
  };
  return formatArchive({ signature: signEvidence(statement, key), documents });
}

function codesOf(bytes: Uint8Array, expected: Partial<Expected> = {}): readonly string[] {
  try {
    verifyEvidence(bytes, { ...EXPECTED, ...expected });
    return [];
  } catch (error) {
    return [...new Set(reasonsOf(error).map(({ code }) => code))];
  }
}

/** A document with something else at a path. */
function edited(name: DocumentName, edit: (value: JsonObject) => unknown): Partial<Documents> {
  const value = JSON.parse(Buffer.from(DOCUMENTS[name]).toString()) as JsonObject;
  return { [name]: Buffer.from(JSON.stringify(edit(value) ?? value)) };
}

describe("a bundle of evidence", () => {
  it("passes as it was made", () => {
    assert.deepEqual(codesOf(bundle()), []);
    const { documents, key, auditKey } = verifyEvidence(bundle(), EXPECTED);
    assert.deepEqual([key, auditKey], [KEY.publicKey.digest, "none"]);
    assert.deepEqual(documents.probes.held, ["files.climb"]);
  });

  it("has no byte that may be changed, cut, or added", () => {
    const whole = Buffer.from(bundle());
    for (let at = 0; at < whole.length; at += Math.max(1, Math.floor(whole.length / 1500))) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      assert.notDeepEqual(codesOf(changed), [], `byte ${at}`);
    }
    for (const cut of [0, 1, 511, 512, whole.length - 512, whole.length - 1])
      assert.deepEqual(codesOf(whole.subarray(0, cut)), ["ERR_EVIDENCE_MALFORMED"], `${cut}`);
    assert.notDeepEqual(codesOf(Buffer.concat([whole, Buffer.alloc(512)])), []);
  });

  it("holds its documents and nothing else, in order, once, as plain files", () => {
    const { signature, documents } = parseArchive(bundle());
    const entries = [
      { name: "evidence.sigstore.json", body: signature },
      ...DOCUMENT_NAMES.map((name) => ({ name, body: documents[name] })),
    ];
    const pack = (all: readonly Parameters<typeof rawEntry>[0][]): Buffer =>
      Buffer.concat([...all.map(rawEntry), Buffer.alloc(1024)]);
    const [first, second, ...rest] = entries;
    for (const all of [
      entries.slice(1),
      entries.slice(0, -1),
      [...entries, { name: "extra.json", body: "{}" }],
      [...entries, { name: "../../etc/passwd", body: "x" }],
      [...entries, entries[3]!],
      [second!, first!, ...rest],
      [first!, { ...second!, type: "2", link: "/etc/passwd" }, ...rest],
      [first!, { ...second!, prefix: "a" }, ...rest],
      [first!, { ...second!, size: "77777777777\0" }, ...rest],
      entries,
    ])
      assert.deepEqual(codesOf(pack(all)), ["ERR_EVIDENCE_MALFORMED"]);
    assert.deepEqual(codesOf(Buffer.alloc(25 * 1024 * 1024)), ["ERR_EVIDENCE_MALFORMED"]);
    const large = bundle({ "audit.json": Buffer.alloc(1024 * 1024 + 1, 32) });
    assert.deepEqual(codesOf(large), ["ERR_EVIDENCE_MALFORMED"]);
  });

  it("is signed by a key that was named, over this very kind of statement", () => {
    const stranger = parsePrivateKey(OTHER.privateKey);
    assert.deepEqual(codesOf(bundle({}, {}, stranger)), ["ERR_EVIDENCE_SIGNATURE"]);
    assert.deepEqual(codesOf(bundle(), { keys: [] }), ["ERR_EVIDENCE_SIGNATURE"]);
    assert.deepEqual(codesOf(bundle(), { keys: [OTHER.publicKey, KEY.publicKey] }), []);
    const { signature } = parseArchive(bundle());
    // What names the right key, and was made by another.
    const forged = JSON.parse(Buffer.from(signature).toString()) as {
      dsseEnvelope: { signatures: { sig: string }[] };
    };
    forged.dsseEnvelope.signatures[0]!.sig = Buffer.alloc(64, 1).toString("base64");
    for (const other of [
      Buffer.from(JSON.stringify(forged)),
      Buffer.from("{}"),
      Buffer.alloc(0),
      Buffer.from("[".repeat(60_000)),
    ])
      assert.notDeepEqual(codesOf(formatArchive({ signature: other, documents: DOCUMENTS })), []);
    // The operator's signature over a plugin is none over evidence.
    const plugin = signStatement(
      {
        name: "web",
        version: "1.0.0",
        digests: { component: digest("2"), surface: digest("3"), manifest: digest("4") },
      },
      PRIVATE,
    );
    assert.deepEqual(codesOf(formatArchive({ signature: plugin, documents: DOCUMENTS })), [
      "ERR_EVIDENCE_MALFORMED",
    ]);
  });

  it("is not mixed from two that were signed", () => {
    const later = edited("probes.json", (value) => ({ ...value, at: "2026-06-02T00:00:00.000Z" }));
    const { signature } = parseArchive(bundle(later));
    assert.deepEqual(codesOf(formatArchive({ signature, documents: DOCUMENTS })), [
      "ERR_EVIDENCE_CHANGED",
    ]);
  });

  it("is as old as was asked for at most, and not from the future", () => {
    const at = (madeAt: string, ageMsMax?: number) =>
      codesOf(bundle({}, { madeAt }), ageMsMax === undefined ? {} : { ageMsMax });
    assert.deepEqual(at("2020-01-01T00:00:00.000Z"), []);
    assert.deepEqual(at("2026-06-01T11:00:00.000Z", 3_600_000), []);
    assert.deepEqual(at("2026-06-01T10:59:59.999Z", 3_600_000), ["ERR_EVIDENCE_STALE"]);
    assert.deepEqual(at("2026-06-01T12:04:00.000Z"), []);
    assert.deepEqual(at("2026-06-01T12:06:00.000Z"), ["ERR_EVIDENCE_STALE"]);
    for (const wrong of ["2026-13-01T00:00:00.000Z", "yesterday", "", "2026-06-01T12:00:00Z"])
      assert.deepEqual(at(wrong), ["ERR_EVIDENCE_MALFORMED"], wrong);
  });
});

describe("a bundle that the right key signed", () => {
  it("is refused where a document is not of its form", () => {
    const deep = `${'{"a":'.repeat(200)}1${"}".repeat(200)}`;
    const forms: readonly (readonly [DocumentName, string])[] = DOCUMENT_NAMES.flatMap((name) =>
      [
        "",
        "null",
        "[]",
        "{",
        deep,
        '{"format":2}',
        '{"__proto__":{}}',
        '{"a":1,"a":1}',
        '"\u001b[2J"',
      ].map((text) => [name, text] as const),
    ).filter(([name, text]) => name !== "configuration.json" || text !== '{"format":2}');
    for (const [name, text] of forms) {
      const codes = codesOf(bundle({ [name]: Buffer.from(text) }));
      assert.deepEqual(codes, ["ERR_EVIDENCE_MALFORMED"], `${name} ${text.slice(0, 20)}`);
    }
  });

  it("is refused where anything in a document is not what stands there", () => {
    const first = (value: JsonObject, list: string, changed: object) => ({
      ...value,
      [list]: [{ ...(value[list] as object[])[0], ...changed }],
    });
    const nested = { deep: ["\u001b[2J"] };
    for (const [what, changed] of Object.entries({
      "problems of a trail that is whole": edited("audit.json", (value) => ({
        ...value,
        problems: 3,
      })),
      "a trail without problems that is not whole": edited("audit.json", (value) => ({
        ...value,
        verified: false,
      })),
      "no number of problems": edited("audit.json", (value) => ({ ...value, problems: nested })),
      "a ring": edited("probes.json", (value) => first(value, "results", { ring: 6 })),
      "a probe twice": edited("probes.json", (value) => ({
        ...value,
        results: [...(value["results"] as object[]), ...(value["results"] as object[])],
      })),
      "a time of the probes": edited("probes.json", (value) => ({ ...value, at: "today" })),
      "a licence of the runtime": edited("sbom.cdx.json", (value) => {
        const { component } = value["metadata"] as { component: { licenses: unknown } };
        component.licenses = nested;
      }),
    }))
      assert.deepEqual(codesOf(bundle(changed)), ["ERR_EVIDENCE_MALFORMED"], what);
  });

  it("is refused where a chain's figures are none, or a chain is there twice", () => {
    const chain = { ...CHAIN, checkpoints: 0, signed_to: -1, checkpoint: null };
    const of = (...chains: unknown[]): readonly string[] =>
      codesOf(bundle(edited("audit.json", (value) => ({ ...value, chains }))));
    assert.deepEqual(of(chain), []);
    for (const wrong of [{ first: "0" }, { lines: {} }, { checkpoints: -1 }, { signed_to: [] }])
      assert.deepEqual(of({ ...chain, ...wrong }), ["ERR_EVIDENCE_MALFORMED"]);
    assert.deepEqual(of(chain, chain), ["ERR_EVIDENCE_MALFORMED"]);
  });

  it("is refused where a version is unknown, or a key that nobody reads", () => {
    for (const changed of [
      edited("versions.json", (value) => ({ ...value, format: 2 })),
      edited("versions.json", (value) => ({ ...value, more: 1 })),
      edited("probes.json", (value) => ({ ...value, format: "1" })),
      edited("probes.json", (value) => ({ ...value, results: [] })),
      edited("audit.json", (value) => ({ ...value, format: 0 })),
      edited("sbom.cdx.json", (value) => ({ ...value, specVersion: "1.7" })),
      edited("sbom.cdx.json", (value) => ({ ...value, vulnerabilities: [] })),
      edited("debt.json", (value) => ({ ...value, report_version: 99 })),
      edited("debt.json", (value) => ({ ...value, note: "\u202e" })),
      edited("glovebox.lock.json", (value) => ({ ...value, integrity: digest("0") })),
    ])
      assert.deepEqual(codesOf(bundle(changed)), ["ERR_EVIDENCE_MALFORMED"]);
  });

  it("is refused where two documents disagree", () => {
    const part = (value: JsonObject, alias: string) =>
      (value["components"] as unknown as Record<string, unknown>[]).find(
        (one) => one["bom-ref"] === `plugin:${alias}`,
      )!;
    for (const [what, changed] of Object.entries({
      release: edited("versions.json", (value) => ({ ...value, glovebox: "9.9.9" })),
      node: edited("versions.json", (value) => ({ ...value, node: "20.0.0" })),
      bubblewrap: edited("versions.json", (value) => ({ ...value, bubblewrap: null })),
      seal: edited("versions.json", (value) => ({ ...value, seal: "none" })),
      plugin: edited("configuration.json", (value) => ({ ...value, plugins: {} })),
      grants: edited("configuration.json", (value) => ({
        ...value,
        plugins: { web: { grants: {} } },
      })),
      waivers: edited("configuration.json", (value) => ({ ...value, waivers: [] })),
      component: edited("sbom.cdx.json", (value) => {
        part(value, "web")["hashes"] = [{ alg: "SHA-256", content: "f".repeat(64) }];
      }),
      package: edited("sbom.cdx.json", (value) => {
        (part(value, "web")["properties"] as { name: string; value: string }[]).find(
          ({ name }) => name === "glovebox:package",
        )!.value = digest("f");
      }),
      items: edited("debt.json", (value) => ({
        ...value,
        items: (value["items"] as unknown[]).slice(1),
      })),
      probes: edited("probes.json", (value) => ({
        ...value,
        results: [{ ...(value["results"] as object[])[0], held: false }],
      })),
    }))
      assert.deepEqual(codesOf(bundle(changed)), ["ERR_EVIDENCE_INCONSISTENT"], what);
    assert.deepEqual(codesOf(bundle({}, { version: "9.9.9" })), ["ERR_EVIDENCE_INCONSISTENT"]);
  });

  it("is refused with a checkpoint that nobody signed", () => {
    for (const public_key of ["", "x", KEY.publicKey.text])
      assert.deepEqual(
        codesOf(
          bundle(edited("audit.json", (value) => ({ ...value, public_key, chains: [CHAIN] }))),
        ),
        ["ERR_EVIDENCE_INCONSISTENT"],
      );
  });
});
