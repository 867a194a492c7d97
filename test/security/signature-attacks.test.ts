import assert from "node:assert/strict";
import { createPrivateKey, sign } from "node:crypto";
import { describe, it } from "node:test";
import { dsse } from "@sigstore/core";
import { canonicalBytes, digestOf } from "../../runtime/plugin/canonical.ts";
import { PAYLOAD_TYPE, formatBundle } from "../../runtime/supply/signatures/bundle.ts";
import { generateKey } from "../../runtime/supply/signatures/keys.ts";
import { signStatement } from "../../runtime/supply/signatures/sign.ts";
import { formatStatement } from "../../runtime/supply/signatures/statement.ts";
import { STATEMENT, toBytes } from "../helpers/plugin-files.ts";
import { verifyOne } from "../helpers/signature-files.ts";
import { assertRefused, codesOf } from "../helpers/refusals.ts";

/** The JSON of a bundle, loosely typed: these tests put into it what does not belong there. */
interface LooseBundle {
  mediaType: unknown;
  verificationMaterial: Record<string, unknown>;
  dsseEnvelope: Record<string, unknown> & { signatures: Record<string, unknown>[] };
  [key: string]: unknown;
}

const MINE = generateKey();
const MINE_KEY = createPrivateKey(MINE.privateKey);
const THEIRS = generateKey();
const TRUST = [
  { kind: "key", name: "me", publicKey: MINE.publicKey.text, plugins: ["*"] },
] as const;
const BUNDLE = signStatement(STATEMENT, MINE_KEY);
const FOREIGN = signStatement(STATEMENT, createPrivateKey(THEIRS.privateKey));

function read(bundle: Uint8Array): LooseBundle {
  return JSON.parse(Buffer.from(bundle).toString()) as LooseBundle;
}

function verify(bundle: unknown): unknown {
  const bytes = bundle instanceof Uint8Array ? bundle : toBytes(bundle);
  return verifyOne(bytes, STATEMENT, TRUST);
}

/** A bundle with my valid signature over any payload. */
function signed(payload: Uint8Array, type = PAYLOAD_TYPE): Uint8Array {
  const signature = sign(null, dsse.preAuthEncoding(type, Buffer.from(payload)), MINE_KEY);
  return formatBundle(payload, signature, MINE.publicKey.digest);
}

function changed(change: (bundle: LooseBundle) => void): LooseBundle {
  const bundle = read(BUNDLE);
  change(bundle);
  return bundle;
}

describe("a signature", () => {
  it("is refused for any single bit that differs", () => {
    for (let index = 0; index < BUNDLE.length; index++) {
      for (const bit of [0, 1, 5, 7]) {
        const flipped = Uint8Array.from(BUNDLE);
        flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
        assert.ok(codesOf(() => verify(flipped)).length > 0, `byte ${index}, bit ${bit}`);
      }
    }
  });

  it("is refused when it is cut off", () => {
    for (let length = 0; length < BUNDLE.length; length += 7) {
      assertRefused(() => verify(BUNDLE.subarray(0, length)), "ERR_BUNDLE_MALFORMED");
    }
  });

  it("is refused when a foreign key made it under the name of a trusted one", () => {
    const bundle = read(FOREIGN);
    assertRefused(() => verify(bundle), "ERR_SIGNER_UNKNOWN");
    bundle.verificationMaterial["publicKey"] = { hint: MINE.publicKey.digest };
    assertRefused(() => verify(bundle), "ERR_BUNDLE_MALFORMED");
    for (const signature of bundle.dsseEnvelope.signatures)
      signature["keyid"] = MINE.publicKey.digest;
    assertRefused(() => verify(bundle), "ERR_SIGNATURE_INVALID");
  });

  it("is refused over a swapped payload, whole or in its parts", () => {
    const other = { ...STATEMENT, digests: { ...STATEMENT.digests, component: digestOf("evil") } };
    const payload = Buffer.from(formatStatement(other)).toString("base64");
    const swapped = changed((bundle) => (bundle.dsseEnvelope["payload"] = payload));
    assertRefused(() => verify(swapped), "ERR_SIGNATURE_INVALID");
    const { sig } = read(signStatement(other, MINE_KEY)).dsseEnvelope.signatures[0] ?? {};
    const mixed = changed((bundle) =>
      Object.assign(bundle.dsseEnvelope.signatures[0] ?? {}, { sig }),
    );
    assertRefused(() => verify(mixed), "ERR_SIGNATURE_INVALID");
  });

  it("is refused beside a second one, on either side, and when there is none", () => {
    const [mine] = read(BUNDLE).dsseEnvelope.signatures;
    const [theirs] = read(FOREIGN).dsseEnvelope.signatures;
    for (const signatures of [[mine, theirs], [theirs, mine], [mine, mine], []]) {
      const bundle = changed(({ dsseEnvelope }) => Object.assign(dsseEnvelope, { signatures }));
      assertRefused(() => verify(bundle), "ERR_BUNDLE_MALFORMED");
    }
  });

  it("is refused over the payload alone, or under another payload type", () => {
    const payload = formatStatement(STATEMENT);
    const bare = formatBundle(payload, sign(null, payload, MINE_KEY), MINE.publicKey.digest);
    assertRefused(() => verify(bare), "ERR_SIGNATURE_INVALID");
    assertRefused(() => verify(signed(payload, "text/plain")), "ERR_SIGNATURE_INVALID");
    const typed = read(signed(payload, "text/plain"));
    typed.dsseEnvelope["payloadType"] = "text/plain";
    assertRefused(() => verify(typed), "ERR_BUNDLE_MALFORMED");
  });

  it("is refused when a field is missing, empty, unknown, or spelled in another way", () => {
    const changes: readonly ((bundle: LooseBundle) => void)[] = [
      (bundle) => Reflect.deleteProperty(bundle, "mediaType"),
      (bundle) => Reflect.deleteProperty(bundle, "verificationMaterial"),
      (bundle) => Reflect.deleteProperty(bundle, "dsseEnvelope"),
      (bundle) => delete bundle.verificationMaterial["publicKey"],
      (bundle) => delete bundle.dsseEnvelope["payload"],
      (bundle) => delete bundle.dsseEnvelope["payloadType"],
      (bundle) => Reflect.deleteProperty(bundle.dsseEnvelope, "signatures"),
      (bundle) => delete bundle.dsseEnvelope.signatures[0]?.["sig"],
      (bundle) => delete bundle.dsseEnvelope.signatures[0]?.["keyid"],
      (bundle) => (bundle.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1"),
      (bundle) => (bundle.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.3"),
      (bundle) => (bundle["media_type"] = bundle.mediaType),
      (bundle) => (bundle["messageSignature"] = { signature: "AA==" }),
      (bundle) => (bundle["dsse_envelope"] = bundle.dsseEnvelope),
      (bundle) => (bundle.verificationMaterial["publicKey"] = { hint: "" }),
      (bundle) => (bundle.verificationMaterial["publicKey"] = {}),
      (bundle) => (bundle.verificationMaterial["publicKey"] = null),
      (bundle) => (bundle.verificationMaterial["publicKey"] = { hint: "sha256:__proto__" }),
      (bundle) => (bundle.verificationMaterial["certificate"] = { rawBytes: "AA==" }),
      (bundle) => (bundle.verificationMaterial["x509CertificateChain"] = { certificates: [] }),
      (bundle) => (bundle.verificationMaterial["tlogEntries"] = [{ logIndex: "1" }]),
      (bundle) =>
        (bundle.verificationMaterial["timestampVerificationData"] = {
          rfc3161Timestamps: [{ signedTimestamp: "AA==" }],
        }),
      (bundle) => (bundle.dsseEnvelope["payload"] = ""),
      (bundle) => (bundle.dsseEnvelope["payload"] = `${String(bundle.dsseEnvelope["payload"])}\n`),
      (bundle) => (bundle.dsseEnvelope["payload"] = `!${String(bundle.dsseEnvelope["payload"])}`),
      (bundle) => (bundle.dsseEnvelope["payload"] = Array.from(formatStatement(STATEMENT))),
      (bundle) => Object.assign(bundle.dsseEnvelope.signatures[0] ?? {}, { sig: "" }),
      (bundle) => Object.assign(bundle.dsseEnvelope.signatures[0] ?? {}, { sig: null }),
      (bundle) => Object.assign(bundle.dsseEnvelope.signatures[0] ?? {}, { cert: "x" }),
      (bundle) => Object.assign(bundle.dsseEnvelope.signatures[0] ?? {}, { keyid: "" }),
      (bundle) =>
        Object.assign(bundle.dsseEnvelope.signatures[0] ?? {}, { keyid: THEIRS.publicKey.digest }),
    ];
    for (const change of changes) {
      assertRefused(() => verify(changed(change)), "ERR_BUNDLE_MALFORMED");
    }
  });

  it("is refused when a key stands twice, of which a lax reader takes the wrong one", () => {
    const text = Buffer.from(BUNDLE).toString();
    const [theirs] = read(FOREIGN).dsseEnvelope.signatures;
    const doubled = text.replace(
      '"signatures":',
      `"signatures":${JSON.stringify([theirs])},"signatures":`,
    );
    assertRefused(() => verify(toBytes(doubled)), "ERR_BUNDLE_MALFORMED");
  });

  it("is refused when the bundle is large", () => {
    const padded = Buffer.concat([BUNDLE, Buffer.alloc(64 * 1024, " ")]);
    assertRefused(() => verify(padded), "ERR_BUNDLE_MALFORMED");
  });

  it("is accepted from a bundle that was only laid out anew", () => {
    verify(toBytes(JSON.stringify(read(BUNDLE), null, 2)));
  });
});

describe("a statement that a trusted key signed", () => {
  const [component, surface, manifest] = Object.values(STATEMENT.digests).map((digest) =>
    digest.slice(7),
  );
  const subject = [
    { name: "plugin.wasm", digest: { sha256: component } },
    { name: "tools.json", digest: { sha256: surface } },
    { name: "plugin.json", digest: { sha256: manifest } },
  ];
  const good = {
    _type: "https://in-toto.io/Statement/v1",
    subject,
    predicateType: "https://glovebox.dev/attestation/plugin/v1",
    predicate: { name: STATEMENT.name, version: STATEMENT.version },
  };

  it("is accepted in any order of keys", () => {
    verify(signed(toBytes(JSON.stringify(good))));
    verify(signed(canonicalBytes(good)));
  });

  it("is refused when it is about anything but exactly this plugin's three files", () => {
    const [first, second, third] = subject;
    const statements: unknown[] = [
      { ...good, _type: "https://in-toto.io/Statement/v0.1" },
      { ...good, predicateType: "https://slsa.dev/provenance/v1" },
      { ...good, predicate: {} },
      { ...good, predicate: { ...good.predicate, more: 1 } },
      { ...good, more: 1 },
      { ...good, subject: [] },
      { ...good, subject: [first, second] },
      { ...good, subject: [first, second, second] },
      { ...good, subject: [second, first, third] },
      { ...good, subject: [...subject, { name: "evil.wasm", digest: { sha256: component } }] },
      { ...good, subject: [{ ...first, name: "../plugin.wasm" }, second, third] },
      { ...good, subject: [{ ...first, digest: { sha512: component } }, second, third] },
      {
        ...good,
        subject: [{ ...first, digest: { sha256: component, sha1: "00" } }, second, third],
      },
      {
        ...good,
        subject: [{ ...first, digest: { sha256: component?.toUpperCase() } }, second, third],
      },
      { ...good, subject: [{ ...first, digest: { sha256: "" } }, second, third] },
      { ...good, subject: [{ ...first, uri: "x" }, second, third] },
      [],
      null,
      "x",
      {},
    ];
    for (const statement of statements) {
      assertRefused(
        () => verify(signed(toBytes(JSON.stringify(statement)))),
        "ERR_STATEMENT_MALFORMED",
      );
    }
    assertRefused(() => verify(signed(Uint8Array.of(0xff, 0))), "ERR_STATEMENT_MALFORMED");
    const twice = JSON.stringify(good).replace('"predicate":', '"predicate":{},"predicate":');
    assertRefused(() => verify(signed(toBytes(twice))), "ERR_STATEMENT_MALFORMED");
  });
});
