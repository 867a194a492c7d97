// Attacks on minisign signatures. The files are made by our own code, and where minisign itself is installed, by it too.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { MinisignTrust } from "../../runtime/plugin/trust.ts";
import type { SignatureFile } from "../../runtime/supply/installed.ts";
import type { Subject } from "../../runtime/supply/signatures/judge-signature.ts";
import { parseMinisig, parseMinisignKey } from "../../runtime/supply/signatures/minisign.ts";
import { makeMinisigKey, minisigOf, type MinisigKey } from "../helpers/minisig.ts";
import { STATEMENT } from "../helpers/plugin-files.ts";
import { assertRefused } from "../helpers/refusals.ts";
import { makeScratch } from "../helpers/scratch.ts";
import { signersOf, trusting } from "../helpers/signature-files.ts";

const FILE = Buffer.from("the bytes of a package");
const MINE = makeMinisigKey();
const ACTUAL: Subject = { ...STATEMENT, package: FILE };

const entryOf = (key: Pick<MinisigKey, "publicKey">, name = "hand"): MinisignTrust => ({
  kind: "minisign",
  name,
  publicKey: key.publicKey,
  plugins: ["*"],
});
const fileOf = (text: string | Uint8Array): SignatureFile => ({
  file: "time.tgz.minisig",
  format: "minisign",
  bytes: Buffer.from(text),
});

function verify(
  text: string | Uint8Array,
  entries: readonly MinisignTrust[] = [entryOf(MINE)],
  actual = ACTUAL,
) {
  return signersOf([fileOf(text)], actual, trusting(entries));
}

/** A signature file with other bytes in one of its two signatures. */
function withLine(text: string, line: number, change: (bytes: Buffer) => Buffer): string {
  const lines = text.split("\n");
  lines[line] = change(Buffer.from(lines[line] ?? "", "base64")).toString("base64");
  return lines.join("\n");
}

const flip = (at: number) => (bytes: Buffer) => {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
};

describe("a minisign signature", () => {
  it("is accepted over these very bytes, hashed first or not, whatever ends its lines", () => {
    const signer = { kind: "minisign", key: MINE.digest, trust: "hand" };
    for (const isPrehashed of [true, false]) {
      const text = minisigOf(FILE, MINE, { isPrehashed });
      assert.deepEqual(verify(text), [signer]);
      assert.deepEqual(verify(text.replaceAll("\n", "\r\n")), [signer]);
      assert.deepEqual(verify(text.trimEnd()), [signer]);
    }
    assert.deepEqual(verify(minisigOf(FILE, MINE, { comment: "" })), [signer]);
  });

  it("is refused over other bytes, and over the hash of these as if it were they", () => {
    const other = Buffer.from("the bytes of another package");
    assertRefused(() => verify(minisigOf(other, MINE)), "ERR_SIGNATURE_INVALID");
    for (const isPrehashed of [true, false]) {
      const swapped = withLine(minisigOf(FILE, MINE, { isPrehashed }), 1, (bytes) => {
        bytes.write(isPrehashed ? "Ed" : "ED", "latin1");
        return bytes;
      });
      assertRefused(() => verify(swapped), "ERR_SIGNATURE_INVALID");
    }
  });

  it("is refused when its trusted comment is not the one that was signed", () => {
    const text = minisigOf(FILE, MINE, { comment: "file:time.tgz" });
    const wrong = [
      text.replace("file:time.tgz", "file:evil.tgz"),
      text.replace("file:time.tgz", "file:time.tgz "),
      text.replace("file:time.tgz", ""),
      withLine(text, 3, flip(5)),
      withLine(text, 3, () => Buffer.from(minisigOf(FILE, MINE).split("\n")[3] ?? "", "base64")),
    ];
    for (const each of wrong) assertRefused(() => verify(each), "ERR_SIGNATURE_INVALID");
    verify(text.replace(/^untrusted comment: .*$/m, "untrusted comment: anything"));
  });

  it("is refused by a stranger, and by one who took a trusted key's number", () => {
    assertRefused(() => verify(minisigOf(FILE, makeMinisigKey())), "ERR_SIGNER_UNKNOWN");
    const imitator = makeMinisigKey(MINE.id);
    assertRefused(() => verify(minisigOf(FILE, imitator)), "ERR_SIGNATURE_INVALID");
    const both = [entryOf(imitator, "imitator"), entryOf(MINE)];
    assert.equal(verify(minisigOf(FILE, MINE), both)[0]?.trust, "hand");
  });

  it("is refused for a plugin of another's name, out of its days, and when it is revoked", () => {
    const text = minisigOf(FILE, MINE);
    const entry = entryOf(MINE);
    assertRefused(() => verify(text, [{ ...entry, plugins: ["x"] }]), "ERR_SIGNER_NOT_FOR_PLUGIN");
    assertRefused(() => verify(text, [{ ...entry, until: "2026-11-20" }]), "ERR_KEY_EXPIRED");
    assertRefused(() => verify(text, [{ ...entry, from: "2026-11-22" }]), "ERR_KEY_NOT_YET_VALID");
    const keys = [{ key: MINE.digest, reason: "the key was lost", date: "2026-11-01" }];
    const trust = trusting([entry], { revoked: { keys } });
    assertRefused(() => signersOf([fileOf(text)], ACTUAL, trust), "ERR_KEY_REVOKED");
  });

  it("is refused where there is no package whose bytes it could be over", () => {
    const { package: _, ...unpacked } = ACTUAL;
    const text = minisigOf(FILE, MINE);
    assertRefused(() => verify(text, [entryOf(MINE)], unpacked), "ERR_SIGNATURE_MISSING");
  });

  it("is refused when any bit of its signatures is changed", () => {
    const text = minisigOf(FILE, MINE);
    for (let at = 2 + 8; at < 2 + 8 + 64; at += 1)
      assertRefused(() => verify(withLine(text, 1, flip(at))), "ERR_SIGNATURE_INVALID");
    for (let at = 0; at < 64; at += 1)
      assertRefused(() => verify(withLine(text, 3, flip(at))), "ERR_SIGNATURE_INVALID");
  });

  it("is refused in any shape but the one", () => {
    const text = minisigOf(FILE, MINE);
    const [comment = "", first = "", trusted = "", second = ""] = text.split("\n");
    const wrong: readonly (string | Uint8Array)[] = [
      "",
      "\n\n\n\n",
      text.slice(0, -10),
      `${text}\n`,
      `${text}more\n`,
      `\n${text}`,
      [comment, first, trusted].join("\n"),
      [first, comment, trusted, second].join("\n"),
      [trusted, first, comment, second].join("\n"),
      [comment, `${first} `, trusted, second].join("\n"),
      [comment, first.slice(4), trusted, second].join("\n"),
      [comment, first, trusted, `${second}AAAA`].join("\n"),
      [comment, first, trusted, second, comment, first, trusted, second].join("\n"),
      withLine(text, 1, (bytes) => Buffer.concat([Buffer.from("XX"), bytes.subarray(2)])),
      text.replace("untrusted comment: ", "Untrusted comment: "),
      text.replace("trusted comment: timestamp", `trusted comment: ${"x".repeat(5000)}`),
      Buffer.concat([Buffer.from(text.slice(0, 30)), Buffer.of(0xff, 0xfe), Buffer.from(text)]),
      `\uFEFF${text}`,
      "{}",
    ];
    for (const each of wrong)
      assertRefused(() => parseMinisig(Buffer.from(each)), "ERR_MINISIG_MALFORMED");
  });
});

describe("a minisign public key", () => {
  it("is refused when it is none, or one for which anyone can sign", () => {
    const bytes = Buffer.from(MINE.publicKey, "base64");
    const spki = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" });
    const wrong = [
      "",
      "x",
      MINE.publicKey.slice(0, -4),
      `${MINE.publicKey}AAAA`,
      `${MINE.publicKey}\n`,
      spki.toString("base64"),
      Buffer.concat([Buffer.from("ED"), bytes.subarray(2)]).toString("base64"),
      Buffer.concat([bytes.subarray(0, 10), Buffer.alloc(32)]).toString("base64"),
    ];
    for (const each of wrong) assertRefused(() => parseMinisignKey(each), "ERR_KEY_INVALID");
    assert.equal(parseMinisignKey(MINE.publicKey).digest, MINE.digest);
  });
});

describe("minisign itself", () => {
  const isThere = spawnSync("minisign", ["-v"]).error === undefined;
  // In CI a missing program fails the test: it is one of those that .ci/run installs.
  const skip = !isThere && process.env["CI"] !== "true" && "minisign is not installed here";

  it("writes what is accepted here, and accepts what is written here", { skip }, (t) => {
    const folder = makeScratch(t);
    const path = (name: string): string => join(folder, name);
    const minisign = (...words: readonly string[]): void => {
      const { status, stderr, stdout } = spawnSync("minisign", words, { cwd: folder });
      assert.equal(status, 0, `${stderr.toString()}${stdout.toString()}`);
    };
    writeFileSync(path("time.tgz"), FILE);
    minisign("-G", "-W", "-f", "-p", "hand.pub", "-s", "hand.key");
    const publicKey = readFileSync(path("hand.pub"), "utf8").trim().split("\n")[1] ?? "";
    for (const flags of [[], ["-l"]]) {
      minisign("-S", ...flags, "-s", "hand.key", "-m", "time.tgz", "-x", "sig", "-t", "a comment");
      const [signer] = verify(readFileSync(path("sig")), [entryOf({ publicKey })]);
      assert.equal(signer?.kind, "minisign");
      const id = /^untrusted comment: minisign public key ([0-9A-F]+)$/m;
      const [, named] = id.exec(readFileSync(path("hand.pub"), "utf8")) ?? [];
      // It writes no zeros before the number.
      assert.equal(parseMinisig(readFileSync(path("sig"))).claimedId, named?.padStart(16, "0"));
    }
    for (const isPrehashed of [true, false]) {
      writeFileSync(path("sig"), minisigOf(FILE, MINE, { isPrehashed }));
      minisign("-V", "-P", MINE.publicKey, "-m", "time.tgz", "-x", "sig");
    }
  });
});
