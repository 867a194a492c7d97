// A certificate of eight kilobytes kept the reader of DER busy for more than ten minutes: octet strings within each other,
// whose content runs past their end, are tried again and again. Whoever could put a signature beside a package could
// stop every command that looks at it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isBoundedDer } from "../../runtime/supply/signatures/bounded-der.ts";
import { parseBundle } from "../../runtime/supply/signatures/bundle.ts";
import { formatStatement } from "../../runtime/supply/signatures/statement.ts";
import { octets, sequence, tlv } from "../helpers/der.ts";
import { STATEMENT, toBytes } from "../helpers/plugin-files.ts";
import { assertRefused } from "../helpers/refusals.ts";
import { SigstoreRoom } from "../helpers/sigstore-room.ts";

/** Octet strings in pairs within each other, around a sequence that has no length of its own. */
function fan(levels: number, leaf: Buffer): Buffer {
  let bytes = leaf;
  for (let level = 0; level < levels; level += 1) bytes = octets(bytes, bytes);
  return sequence(bytes);
}

const BOMBS = [fan(8, Buffer.of(0x30)), fan(9, Buffer.of(0x24)), fan(9, Buffer.of(0x04))];
const signed = () =>
  new SigstoreRoom().sign(formatStatement(STATEMENT), {
    issuer: "https://accounts.example.com",
    subject: "ann@example.com",
  });

describe("octet strings that are tried again and again", () => {
  it("are refused in a certificate and in a timestamp, before anything tries them", () => {
    for (const [index, bomb] of BOMBS.entries()) {
      assert.ok(bomb.length < 8 * 1024);
      const rawBytes = bomb.toString("base64");
      const certificate = signed();
      certificate.verificationMaterial.certificate = { rawBytes };
      const timestamp = signed();
      timestamp.verificationMaterial.timestampVerificationData = {
        rfc3161Timestamps: [{ signedTimestamp: rawBytes }],
      };
      if (isBoundedDer(bomb)) assert.ok(index > 0, "the bomb that was found is one");
      else
        for (const bundle of [certificate, timestamp])
          assertRefused(() => parseBundle(toBytes(bundle)), "ERR_BUNDLE_MALFORMED");
    }
  });

  it("leave honest certificates alone, and bytes that are no DER to whoever reads them", () => {
    const honest = signed();
    const der = Buffer.from(honest.verificationMaterial.certificate.rawBytes, "base64");
    assert.equal(isBoundedDer(der), true);
    parseBundle(toBytes(honest));
    for (const bytes of [Buffer.alloc(0), Buffer.of(0x30), Buffer.of(0x30, 0x85, 1), tlv(5)])
      assert.equal(isBoundedDer(bytes), true);
  });
});
