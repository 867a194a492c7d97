// Attacks on signatures by identities: certificates, logs and times that are not what they should be. No network is used.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { digestOf } from "../../runtime/plugin/canonical.ts";
import type { IdentityTrust } from "../../runtime/plugin/trust.ts";
import { parseTrustedRoot } from "../../runtime/supply/signatures/trusted-root.ts";
import { formatStatement } from "../../runtime/supply/signatures/statement.ts";
import { STATEMENT, toBytes } from "../helpers/plugin-files.ts";
import { sequence, tlv } from "../helpers/der.ts";
import { assertRefused, codesOf } from "../helpers/refusals.ts";
import { signersOf, sigstoreFile, trusting } from "../helpers/signature-files.ts";
import {
  extension,
  fulcioIssuer,
  fulcioOldIssuer,
  Log,
  SigstoreRoom,
  YEAR_MS,
  type Identity,
  type LooseCertificateBundle,
  type Making,
} from "../helpers/sigstore-room.ts";

const ROOM = new SigstoreRoom();
const ROOT = parseTrustedRoot(ROOM.rootBytes);
const ANN: Identity = { issuer: "https://accounts.example.com", subject: "ann@example.com" };
const TRUST: IdentityTrust = { kind: "identity", name: "ann", ...ANN, plugins: ["*"] };
const PAYLOAD = formatStatement(STATEMENT);
const AT = Date.parse("2026-11-20T09:00:00Z");

function verify(
  bundle: LooseCertificateBundle,
  entry: Partial<IdentityTrust> = {},
  extra: Parameters<typeof trusting>[1] = {},
) {
  const trust = trusting([{ ...TRUST, ...entry }], { root: () => ROOT, ...extra });
  return signersOf([sigstoreFile(toBytes(bundle))], STATEMENT, trust);
}

function signed(identity: Partial<Identity> = {}, making: Making = {}): LooseCertificateBundle {
  return ROOM.sign(PAYLOAD, { ...ANN, ...identity }, making);
}

function changed(change: (bundle: LooseCertificateBundle) => void): LooseCertificateBundle {
  const bundle = signed();
  change(bundle);
  return bundle;
}

const certified = (certificate: NonNullable<Making["certificate"]>) => signed({}, { certificate });

describe("a signature by an identity", () => {
  it("is accepted of exactly this subject by exactly this issuer, years after its certificate ended", () => {
    assert.deepEqual(verify(signed()), [{ kind: "identity", ...ANN, trust: "ann" }]);
    verify(signed(), {}, { now: "2035-01-01" });
    const workflow = "https://github.com/acme/time/.github/workflows/a.yml@refs/heads/main";
    verify(signed({ subject: workflow }), { subject: workflow });
    verify(certified({ issuerExtensions: [fulcioOldIssuer(ANN.issuer)] }));
    verify(certified({ issuerExtensions: [fulcioIssuer(ANN.issuer)] }));
  });

  it("is refused of the right subject by another issuer", () => {
    for (const issuer of [
      "https://accounts.example.com/",
      "https://accounts.example.com.evil.example",
      "https://evil.example/https://accounts.example.com",
      "https://Accounts.example.com",
      "http://accounts.example.com",
    ])
      assertRefused(() => verify(signed({ issuer })), "ERR_IDENTITY_OTHER_ISSUER");
  });

  it("is refused of a subject that only contains, begins or ends with the right one", () => {
    for (const subject of [
      "joann@example.com",
      "ann@example.com.evil.example",
      "ann@example.co",
      "ANN@example.com",
      "ann@example.comx",
      "https://evil.example/ann@example.com",
    ])
      assertRefused(() => verify(signed({ subject })), "ERR_IDENTITY_OTHER_SUBJECT");
  });

  it("takes nothing in the trust entry for a pattern", () => {
    for (const subject of [".*", "^ann@example.com$", "ann@example.co.", "a", "@example.com", ""])
      assert.notDeepEqual(
        codesOf(() => verify(signed(), { subject })),
        [],
      );
    const { issuer } = ANN;
    for (const other of [issuer.slice(0, -1), `${issuer}.*`, "https://", ""])
      assertRefused(() => verify(signed(), { issuer: other }), "ERR_IDENTITY_OTHER_ISSUER");
  });

  it("is refused of a stranger, of a trusted one for another plugin, and outside the window", () => {
    const stranger = signed({ issuer: "https://x.example", subject: "eve@x.example" });
    assertRefused(() => verify(stranger), "ERR_SIGNER_UNKNOWN");
    assertRefused(() => verify(signed(), { plugins: ["files"] }), "ERR_SIGNER_NOT_FOR_PLUGIN");
    assertRefused(() => verify(signed(), { until: "2026-11-19" }), "ERR_KEY_EXPIRED");
    assertRefused(() => verify(signed(), { from: "2026-11-21" }), "ERR_KEY_NOT_YET_VALID");
  });

  it("is judged by the time of the log, and not by the clock", () => {
    const late = { until: "2026-11-20" };
    verify(signed(), late, { now: "2030-01-01" });
    const later = signed({}, { at: AT + YEAR_MS });
    assertRefused(() => verify(later, late, { now: "2026-11-20" }), "ERR_KEY_EXPIRED");
  });

  it("is refused when the identity is revoked, whatever else is trusted", () => {
    const identities = [{ ...ANN, reason: "left the company", date: "2026-11-01" }];
    assertRefused(() => verify(signed(), {}, { revoked: { identities } }), "ERR_KEY_REVOKED");
    const other = [{ ...identities[0]!, subject: "bob@example.com" }];
    verify(signed(), {}, { revoked: { identities: other } });
  });
});

describe("a certificate", () => {
  it("is refused when another authority issued it", () => {
    const evil = new SigstoreRoom().sign(PAYLOAD, ANN);
    assertRefused(() => verify(evil), "ERR_CERTIFICATE_INVALID");
    // Its log entry is one of the right log.
    const mixed = new SigstoreRoom().sign(PAYLOAD, ANN, {
      log: ROOM.rekor,
      certificate: { logs: [ROOM.certificateLog] },
    });
    assertRefused(() => verify(mixed), "ERR_CERTIFICATE_INVALID");
  });

  it("is refused when it was not valid at the time of the log", () => {
    for (const certificate of [
      { notBefore: AT - YEAR_MS, notAfter: AT - 1000 },
      { notBefore: AT + 1000, notAfter: AT + YEAR_MS },
    ])
      assertRefused(() => verify(certified(certificate)), "ERR_CERTIFICATE_INVALID");
  });

  it("is refused when no certificate log has it, or one that is not trusted", () => {
    assertRefused(() => verify(certified({ logs: [] })), "ERR_CERTIFICATE_INVALID");
    const logs = [new Log("evil.test")];
    assertRefused(() => verify(certified({ logs })), "ERR_CERTIFICATE_INVALID");
    const both = [ROOM.certificateLog, ...logs];
    assertRefused(() => verify(certified({ logs: both })), "ERR_CERTIFICATE_INVALID");
    const twice = [ROOM.certificateLog, ROOM.certificateLog];
    assertRefused(() => verify(certified({ logs: twice })), "ERR_CERTIFICATE_INVALID");
  });

  it("needs no certificate log where the root names none", () => {
    const root = parseTrustedRoot(toBytes({ ...ROOM.root, ctlogs: [] }));
    verify(certified({ logs: [] }), {}, { root: () => root });
  });

  it("is refused when it is not one for signing code", () => {
    const serverAuthentication = sequence(Buffer.from("06082b06010505070301", "hex"));
    for (const certificate of [
      { usage: serverAuthentication },
      { usage: sequence() },
      { isAuthority: true },
    ])
      assertRefused(() => verify(certified(certificate)), "ERR_CERTIFICATE_INVALID");
  });

  it("is refused when it names several people or issuers, or spells one in other bytes", () => {
    const name = (tag: number, text: string) => tlv(tag, Buffer.from(text, "latin1"));
    const high = (text: string) =>
      Buffer.from(text, "latin1").map((byte, index) => (index === 3 ? byte | 0x80 : byte));
    const ann = name(0x81, ANN.subject);
    const eve = name(0x81, "eve@evil.example");
    const issuerHigh = extension("1.3.6.1.4.1.57264.1.8", tlv(0x0c, high(ANN.issuer)));
    for (const certificate of [
      { names: sequence(ann, eve) },
      { names: sequence(eve, ann) },
      { names: sequence(ann, ann) },
      { names: sequence(name(0x82, ANN.subject)) },
      { names: sequence(name(0x86, ""), ann) },
      { names: sequence() },
      { names: sequence(name(0x86, ANN.subject)) },
      { names: sequence(name(0x81, "https://example.com/ann")) },
      { names: sequence(tlv(0x81, high(ANN.subject))) },
      { names: sequence(name(0x81, "ann@example.com\0.evil.example")) },
      { names: Buffer.concat([sequence(ann), sequence(eve)]) },
      { more: [extension("2.5.29.17", sequence(eve))] },
      { issuerExtensions: [] },
      { issuerExtensions: [issuerHigh] },
      { issuerExtensions: [fulcioIssuer(ANN.issuer), fulcioIssuer("https://evil.example")] },
      { issuerExtensions: [fulcioOldIssuer("https://evil.example"), fulcioIssuer(ANN.issuer)] },
      { issuerExtensions: [fulcioOldIssuer(ANN.issuer), fulcioIssuer("https://evil.example")] },
    ])
      assertRefused(() => verify(certified(certificate)), "ERR_CERTIFICATE_INVALID");
  });

  it("is refused when any bit of it is changed", () => {
    const good = signed();
    const bytes = Buffer.from(good.verificationMaterial.certificate.rawBytes, "base64");
    for (const at of bytes.keys()) {
      const bundle = structuredClone(good);
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at);
      bundle.verificationMaterial.certificate.rawBytes = flipped.toString("base64");
      assert.notDeepEqual(
        codesOf(() => verify(bundle)),
        [],
        `byte ${at} of ${flipped.toString("hex")}`,
      );
    }
  });

  it("of another signature is refused", () => {
    const bundle = signed();
    bundle.verificationMaterial.certificate = signed().verificationMaterial.certificate;
    assertRefused(() => verify(bundle), "ERR_SIGNATURE_INVALID");
  });
});

describe("a log entry", () => {
  it("is refused when it is stripped", () => {
    const bare = changed(({ verificationMaterial }) => (verificationMaterial.tlogEntries = []));
    assertRefused(() => verify(bare), "ERR_LOG_ENTRY_MISSING");
    const absent = changed(({ verificationMaterial }) =>
      Reflect.deleteProperty(verificationMaterial, "tlogEntries"),
    );
    assertRefused(() => verify(absent), "ERR_BUNDLE_MALFORMED");
  });

  it("is refused without a time that the log vouches for", () => {
    const noPromise = changed(({ verificationMaterial: { tlogEntries } }) =>
      Reflect.deleteProperty(tlogEntries[0] ?? {}, "inclusionPromise"),
    );
    assertRefused(() => verify(noPromise), "ERR_LOG_ENTRY_INVALID");
    const noTime = changed(({ verificationMaterial: { tlogEntries } }) =>
      Reflect.deleteProperty(tlogEntries[0] ?? {}, "integratedTime"),
    );
    assertRefused(() => verify(noTime), "ERR_LOG_ENTRY_INVALID");
  });

  it("is refused when its time was shifted, within the certificate's minutes or out of them", () => {
    const shifted = (seconds: number) =>
      changed(({ verificationMaterial: { tlogEntries } }) => {
        const time = Number(tlogEntries[0]?.integratedTime) + seconds;
        Object.assign(tlogEntries[0] ?? {}, { integratedTime: String(time) });
      });
    for (const seconds of [1, 60, -1])
      assertRefused(() => verify(shifted(seconds)), "ERR_LOG_ENTRY_INVALID");
    for (const seconds of [86_400, -86_400])
      assertRefused(() => verify(shifted(seconds)), "ERR_CERTIFICATE_INVALID");
  });

  it("is refused when it is another signature's, of the same identity and of the same payload too", () => {
    const other = ROOM.sign(formatStatement({ ...STATEMENT, version: "9.9.9" }), ANN);
    for (const { verificationMaterial } of [other, signed()]) {
      const bundle = changed(
        (mine) => (mine.verificationMaterial.tlogEntries = verificationMaterial.tlogEntries),
      );
      assertRefused(() => verify(bundle), "ERR_LOG_ENTRY_INVALID");
    }
  });

  it("is refused when it is another log's", () => {
    const log = new Log("rekor.test");
    assertRefused(() => verify(signed({}, { log })), "ERR_LOG_ENTRY_INVALID");
    const claiming = signed({}, { log });
    for (const entry of claiming.verificationMaterial.tlogEntries)
      entry.logId.keyId = ROOM.rekor.id.toString("base64");
    assertRefused(() => verify(claiming), "ERR_LOG_ENTRY_INVALID");
  });

  it("is refused when any part of it is changed", () => {
    type Entry = LooseCertificateBundle["verificationMaterial"]["tlogEntries"][number];
    const other = signed().verificationMaterial.tlogEntries[0]!;
    const changes: readonly ((entry: Entry) => void)[] = [
      (entry) => (entry.logIndex = String(Number(entry.logIndex) + 1)),
      (entry) => (entry.inclusionProof.logIndex = "0"),
      (entry) => (entry.inclusionProof.hashes = []),
      (entry) => (entry.inclusionProof.hashes = entry.inclusionProof.hashes.toReversed()),
      (entry) => (entry.inclusionProof.checkpoint = other.inclusionProof.checkpoint),
      (entry) =>
        (entry.inclusionProof.checkpoint.envelope =
          entry.inclusionProof.checkpoint.envelope.replace("\n\n", "\nmore\n\n")),
      (entry) => (entry.inclusionPromise = other.inclusionPromise!),
      (entry) => (entry.canonicalizedBody = other.canonicalizedBody),
      (entry) => (entry.canonicalizedBody = Buffer.from("{}").toString("base64")),
      (entry) => (entry.canonicalizedBody = Buffer.from("{").toString("base64")),
      (entry) => (entry.kindVersion = { kind: "intoto", version: "0.0.2" }),
      (entry) => (entry.kindVersion = { kind: "hashedrekord", version: "0.0.1" }),
      (entry) => (entry.kindVersion = { kind: "none", version: "1" }),
      (entry) => (entry.kindVersion = { kind: "dsse", version: "0.0.2" }),
    ];
    for (const change of changes) {
      const bundle = changed(({ verificationMaterial }) =>
        verificationMaterial.tlogEntries.forEach(change),
      );
      const codes = codesOf(() => verify(bundle));
      assert.deepEqual(codes, ["ERR_LOG_ENTRY_INVALID"], String(change));
    }
  });

  it("counts once", () => {
    const bundle = changed(({ verificationMaterial }) =>
      verificationMaterial.tlogEntries.push(...verificationMaterial.tlogEntries),
    );
    assertRefused(() => verify(bundle), "ERR_LOG_ENTRY_INVALID");
  });
});

describe("what an identity signed", () => {
  it("is refused when it is about other bytes", () => {
    const { digests } = STATEMENT;
    for (const [part, code] of [
      ["component", "ERR_SIGNATURE_OTHER_COMPONENT"],
      ["surface", "ERR_SIGNATURE_OTHER_SURFACE"],
      ["manifest", "ERR_SIGNATURE_OTHER_MANIFEST"],
    ] as const) {
      const payload = formatStatement({
        ...STATEMENT,
        digests: { ...digests, [part]: digestOf("other") },
      });
      assertRefused(() => verify(ROOM.sign(payload, ANN)), code);
    }
  });

  it("is refused when its payload, its type or its signature was changed", () => {
    const other = signed();
    const payload = formatStatement({ ...STATEMENT, version: "1.2.4" });
    assertRefused(
      () =>
        verify(
          changed((mine) => (mine.dsseEnvelope.payload = Buffer.from(payload).toString("base64"))),
        ),
      "ERR_LOG_ENTRY_INVALID",
    );
    assertRefused(
      () =>
        verify(changed((mine) => (mine.dsseEnvelope.signatures = other.dsseEnvelope.signatures))),
      "ERR_LOG_ENTRY_INVALID",
    );
    assertRefused(
      () => verify(changed((mine) => (mine.dsseEnvelope.payloadType = "text/plain"))),
      "ERR_BUNDLE_MALFORMED",
    );
    // Signed and logged so, the type is still not one that says "this is a statement".
    const odd = signed({}, { payloadType: "application/octet-stream" });
    assertRefused(() => verify(odd), "ERR_BUNDLE_MALFORMED");
    odd.dsseEnvelope.payloadType = "application/vnd.in-toto+json";
    assertRefused(() => verify(odd), "ERR_SIGNATURE_INVALID");
  });
});

describe("a bundle with a certificate", () => {
  it("is refused in any shape but the one", () => {
    const changes: readonly ((bundle: LooseCertificateBundle) => void)[] = [
      (bundle) => (bundle["more"] = 1),
      (bundle) => (bundle.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2"),
      (bundle) => (bundle["messageSignature"] = { signature: "AA==" }),
      ({ verificationMaterial: material }) => (material["publicKey"] = { hint: "" }),
      ({ verificationMaterial: material }) =>
        (material["x509CertificateChain"] = { certificates: [material.certificate] }),
      ({ verificationMaterial: material }) => (material.certificate.rawBytes = ""),
      ({ verificationMaterial: material }) => (material.certificate.rawBytes += "\n"),
      ({ verificationMaterial: material }) =>
        (material.certificate.rawBytes = Buffer.alloc(10_000).toString("base64")),
      ({ verificationMaterial: material }) =>
        Object.assign(material.certificate, { raw_bytes: "" }),
      ({ verificationMaterial: { tlogEntries } }) =>
        tlogEntries.push(...tlogEntries, ...tlogEntries),
      ({ verificationMaterial: { tlogEntries } }) => Object.assign(tlogEntries[0]!, { more: 1 }),
      ({ verificationMaterial: { tlogEntries } }) =>
        Object.assign(tlogEntries[0]!, { logIndex: 3 }),
      ({ verificationMaterial: { tlogEntries } }) => (tlogEntries[0]!.logIndex = "03"),
      ({ verificationMaterial: { tlogEntries } }) => (tlogEntries[0]!.logIndex = "-1"),
      ({ verificationMaterial: { tlogEntries } }) => (tlogEntries[0]!.logIndex = "1e3"),
      ({ verificationMaterial: { tlogEntries } }) => (tlogEntries[0]!.logIndex = "9".repeat(400)),
      ({ verificationMaterial: { tlogEntries } }) => (tlogEntries[0]!.integratedTime = "1.5"),
      ({ verificationMaterial: { tlogEntries } }) => (tlogEntries[0]!.logId.keyId = "AA=="),
      ({ verificationMaterial: { tlogEntries } }) =>
        (tlogEntries[0]!.inclusionProof.hashes = Array(65).fill(
          Buffer.alloc(32).toString("base64"),
        )),
      ({ verificationMaterial: { tlogEntries } }) =>
        (tlogEntries[0]!.inclusionProof.checkpoint.envelope = "x".repeat(5000)),
      ({ verificationMaterial: { tlogEntries } }) =>
        (tlogEntries[0]!.canonicalizedBody = Buffer.alloc(30_000).toString("base64")),
      ({ verificationMaterial: { tlogEntries } }) => (tlogEntries[0]!.kindVersion.kind = "../dsse"),
      ({ verificationMaterial: material }) =>
        (material.timestampVerificationData = { rfc3161Timestamps: [{}] }),
      ({ verificationMaterial: material }) =>
        (material.timestampVerificationData = { rfc3161Timestamps: [1, 2, 3] }),
      ({ verificationMaterial: material }) => (material.timestampVerificationData = { more: [] }),
      ({ dsseEnvelope }) => (dsseEnvelope.signatures = []),
      ({ dsseEnvelope }) => dsseEnvelope.signatures.push(...dsseEnvelope.signatures),
      ({ dsseEnvelope }) => (dsseEnvelope.signatures[0]!.keyid = "x"),
    ];
    for (const change of changes) {
      const codes = new Set(codesOf(() => verify(changed(change))));
      assert.deepEqual([...codes], ["ERR_BUNDLE_MALFORMED"], String(change));
    }
    verify(changed(({ dsseEnvelope }) => (dsseEnvelope.signatures[0]!.keyid = "")));
    const empty = { rfc3161Timestamps: [] };
    verify(
      changed(({ verificationMaterial: material }) => (material.timestampVerificationData = empty)),
    );
  });

  it("is refused with a timestamp that nobody trusted made", () => {
    const signedTimestamp = Buffer.from("3003020100").toString("base64");
    const bundle = changed(
      ({ verificationMaterial: material }) =>
        (material.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp }] }),
    );
    assertRefused(() => verify(bundle), "ERR_SIGNATURE_INVALID");
  });
});

describe("a trusted root", () => {
  it("is refused when it is none", () => {
    const { root } = ROOM;
    for (const wrong of [
      "",
      "{}",
      "[]",
      "null",
      JSON.stringify({ ...root, mediaType: "application/json" }),
      JSON.stringify({ ...root, tlogs: [] }),
      JSON.stringify({ ...root, certificateAuthorities: [] }),
      JSON.stringify({ ...root, tlogs: "x" }),
      JSON.stringify({ ...root, tlogs: [{}] }),
      JSON.stringify({ ...root, certificateAuthorities: [{ certChain: { certificates: [{}] } }] }),
      "x".repeat(300_000),
    ])
      assertRefused(() => parseTrustedRoot(Buffer.from(wrong)), "ERR_TRUSTED_ROOT_INVALID");
  });

  it("of the public instance does not vouch for anybody else's certificates", () => {
    const trust = trusting([TRUST]);
    const bundles = [sigstoreFile(toBytes(signed()))];
    assertRefused(() => signersOf(bundles, STATEMENT, trust), "ERR_CERTIFICATE_INVALID");
  });
});
