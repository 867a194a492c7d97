// What a person is told whose key cannot be signed with: a public key exposes nobody, and a file that may not be read is there.
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { CommandCall } from "../../../runtime/cli/command.ts";
import { makeMachine } from "../../../runtime/cli/make-machine.ts";
import { readPrivateKey } from "../../../runtime/cli/private-key.ts";
import { generateKey } from "../../../runtime/supply/signatures/keys.ts";
import { makeScratch } from "../../helpers/scratch.ts";

const call = { machine: makeMachine() } as unknown as CommandCall;
const OTHER_USER = 65_534;

test("a public key is called one, whoever may read its file, and no new key is asked for", (t) => {
  const file = join(makeScratch(t), "author.pub");
  const spki = generateKey().publicKey.text;
  const pem = `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`;
  for (const text of [`${spki}\n`, pem])
    for (const mode of [0o600, 0o644, 0o666]) {
      writeFileSync(file, text);
      chmodSync(file, mode);
      assert.throws(() => readPrivateKey(file, call), {
        code: "ERR_KEY_INVALID",
        message: /this is a public key/,
        remedy: /\.key/,
      });
    }
});

test("what is no public key, and others may use, is exposed", (t) => {
  const file = join(makeScratch(t), "author.key");
  for (const text of [generateKey().privateKey, "", "x".repeat(100_000)]) {
    writeFileSync(file, text);
    chmodSync(file, 0o644);
    assert.throws(() => readPrivateKey(file, call), { code: "ERR_KEY_EXPOSED" });
  }
});

test("a key that may not be read is not said to be missing", (t) => {
  const file = join(makeScratch(t), "author.key");
  writeFileSync(file, generateKey().privateKey);
  chmodSync(file, 0);
  // Root may read everything, and so looks as somebody else.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(OTHER_USER);
  try {
    assert.throws(() => readPrivateKey(file, call), {
      code: "ERR_WORKSPACE_UNREADABLE",
      message: /permission denied/,
    });
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
  assert.throws(() => readPrivateKey(`${file}.missing`, call), { code: "ERR_FILE_MISSING" });
});
