// What the reader of a trusted root did not know, it passed over: with `ctLogs` for `ctlogs` no certificate had to be in a log
// any more, and with `valid_for` for `validFor` a log that was retired after a breach counted for ever.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  parseTrustedRoot,
  publicTrustedRoot,
} from "../../runtime/supply/signatures/trusted-root.ts";
import publicRoot from "../../runtime/supply/signatures/trusted-root.json" with { type: "json" };
import { assertRefused } from "../helpers/refusals.ts";
import { SigstoreRoom } from "../helpers/sigstore-room.ts";

const ROOT = JSON.stringify(new SigstoreRoom().root);

describe("a trusted root of which not all is understood is refused", () => {
  for (const [what, written] of [
    ["ctlogs", "ctLogs"],
    ["validFor", "valid_for"],
    ["start", "Start"],
    ["hashAlgorithm", "hash_algorithm"],
  ] as const)
    it(`with ${written} for ${what}`, () => {
      const text = ROOT.replaceAll(`"${what}"`, `"${written}"`);
      assert.notEqual(text, ROOT);
      assertRefused(() => parseTrustedRoot(Buffer.from(text)), "ERR_TRUSTED_ROOT_INVALID");
    });

  it("and the public one is understood whole", () => {
    parseTrustedRoot(Buffer.from(ROOT));
    const root = parseTrustedRoot(Buffer.from(JSON.stringify(publicRoot)));
    assert.equal(root.hasCertificateLogs, publicTrustedRoot().hasCertificateLogs);
  });
});
