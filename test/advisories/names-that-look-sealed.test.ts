// A name that a plugin gave by itself may look like a sealed one: a SHA-256 in base32, as stores of contents have them. Such
// files were taken for sealed by their names alone, and stayed in clear; beside others they could not be sealed at all.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openBeneath } from "../../runtime/powers/beneath/open-beneath.ts";
import { findPlain, sealPlainFolder } from "../../runtime/powers/beneath/seal-plain-folder.ts";
import { makeScratch, makeSeal } from "../helpers/sandbox-folder.ts";

const DIGEST = "mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dzpiydcmrtgq2a";

test("a plain file with a name that looks sealed is found, and sealed", async (t) => {
  for (const others of [[], ["notes"]]) {
    const { box } = makeScratch(t);
    for (const name of [DIGEST, ...others]) writeFileSync(join(box, name), "plain words");
    assert.ok(findPlain(box)?.startsWith(box));
    await sealPlainFolder(box, makeSeal());
    assert.equal(findPlain(box), undefined);
    for (const name of readdirSync(box))
      assert.ok(!readFileSync(join(box, name), "latin1").includes("plain words"));
    const sealed = openBeneath(box, { writable: false, seal: makeSeal() });
    const file = sealed.open([DIGEST], { read: true, write: false, create: false });
    assert.equal(Buffer.from(file.read(0, 100)).toString(), "plain words");
    file.close();
    // One whose maker was killed before it wrote a byte is nobody's, and tells nothing.
    writeFileSync(join(box, "a".repeat(52)), "");
    assert.equal(findPlain(box), undefined);
    sealed.close();
  }
});
