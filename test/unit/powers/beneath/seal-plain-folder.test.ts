import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AtRestError } from "../../../../runtime/at-rest/errors.ts";
import { openBeneath } from "../../../../runtime/powers/beneath/open-beneath.ts";
import {
  findPlain,
  sealPlainFolder,
} from "../../../../runtime/powers/beneath/seal-plain-folder.ts";
import { makeScratch, makeSeal } from "../../../helpers/sandbox-folder.ts";

const READ = { read: true, write: false, create: false };
const isPlain = (error: unknown): boolean =>
  error instanceof AtRestError && error.code === "ERR_AT_REST_PLAIN";

function readSealed(folder: string, ...names: string[]): string {
  const sealed = openBeneath(folder, { writable: false, seal: makeSeal() });
  const file = sealed.open(names, READ);
  const text = Buffer.from(file.read(0, 10_000_000)).toString();
  file.close();
  sealed.close();
  return text;
}

test("seals what was plain, whole, and only once", async (t) => {
  const { box } = makeScratch(t);
  mkdirSync(join(box, "d/e"), { recursive: true });
  mkdirSync(join(box, "empty"));
  const big = "0123456789".repeat(250_000);
  writeFileSync(join(box, "d/e/big"), big);
  writeFileSync(join(box, "d/small"), "");
  assert.match(findPlain(box) ?? "", /files\/(d|empty)$/);
  assert.deepEqual(await sealPlainFolder(box, makeSeal()), { entries: 5 });
  assert.equal(findPlain(box), undefined);
  assert.equal(readSealed(box, "d", "e", "big"), big);
  assert.equal(readSealed(box, "d", "small"), "");
  const before = readdirSync(box, { recursive: true });
  assert.deepEqual(await sealPlainFolder(box, makeSeal()), { entries: 0 });
  assert.deepEqual(readdirSync(box, { recursive: true }), before);
  writeFileSync(join(box, "dropped"), "later");
  await assert.rejects(sealPlainFolder(box, makeSeal()), isPlain);
  assert.equal(readSealed(box, "d", "e", "big"), big);
});

test("begins anew or ends where it was killed, and loses nothing", async (t) => {
  const { box } = makeScratch(t);
  writeFileSync(join(box, "f"), "text");
  mkdirSync(`${box}.sealed`);
  writeFileSync(join(`${box}.sealed`, "half"), "te");
  assert.equal(findPlain(box), `${box}.sealed`);
  renameSync(box, `${box}.plain`);
  await sealPlainFolder(box, makeSeal());
  assert.equal(readSealed(box, "f"), "text");
  mkdirSync(`${box}.plain`);
  writeFileSync(join(`${box}.plain`, "f"), "text");
  assert.equal(findPlain(box), `${box}.plain`);
  await sealPlainFolder(box, makeSeal());
  assert.equal(existsSync(`${box}.plain`), false);
  assert.equal(readSealed(box, "f"), "text");
  assert.equal(findPlain(join(box, "..", "missing")), undefined);
});

for (const [what, spoil] of Object.entries({
  "a link": (box: string) => symlinkSync("/etc/hostname", join(box, "link")),
  "a name that is too long": (box: string) => writeFileSync(join(box, "n".repeat(200)), ""),
  "a name that no plugin can say": (box: string) => writeFileSync(join(box, "a\\b"), "kept"),
}))
  test(`refuses ${what}, and leaves everything as it was`, async (t) => {
    const { box, base } = makeScratch(t);
    writeFileSync(join(box, "f"), "text");
    spoil(box);
    const before = readdirSync(base, { recursive: true });
    await assert.rejects(sealPlainFolder(box, makeSeal()), isPlain);
    assert.deepEqual(readdirSync(base, { recursive: true }), before);
    assert.equal(readFileSync(join(box, "f"), "utf8"), "text");
  });
