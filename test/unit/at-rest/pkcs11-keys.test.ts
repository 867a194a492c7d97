// A real token of SoftHSM, and modules that are none. About 3 s of CPU: each token has a process of its own.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { AtRestError, type AtRestErrorCode } from "../../../runtime/at-rest/errors.ts";
import { makeKeyId, type KeyProvider } from "../../../runtime/at-rest/key-provider.ts";
import { tenantDigest } from "../../../runtime/at-rest/seal.ts";
import { openPkcs11Keys } from "../../../runtime/powers/keys/pkcs11-keys.ts";
import { filesWith } from "../../helpers/find-bytes.ts";
import { HAS_SOFTHSM, makeSoftToken, type SoftToken } from "../../helpers/soft-token.ts";

const BOUND = Buffer.from("bound");
const coded = (code: AtRestErrorCode) => (error: unknown) =>
  error instanceof AtRestError && error.code === code;

describe("keys in a token", { skip: !HAS_SOFTHSM }, () => {
  const root = mkdtempSync(join(tmpdir(), "pkcs11-keys-"));
  const opened: KeyProvider[] = [];
  let token: SoftToken;
  const open = (change: { token?: string; pin?: string; module?: string; ms?: number } = {}) => {
    const { token: label = token.token, module = token.module, pin = token.pin, ms } = change;
    const setting = { module, token: label, readPin: () => pin };
    const keys = openPkcs11Keys({ ...setting, ...(ms === undefined ? {} : { answerMsMax: ms }) });
    opened.push(keys);
    return keys;
  };
  before(() => {
    token = makeSoftToken(root);
    process.env["SOFTHSM2_CONF"] = token.environment.SOFTHSM2_CONF;
  });
  after(async () => {
    for (const keys of opened) await keys.close();
    delete process.env["SOFTHSM2_CONF"];
    rmSync(root, { recursive: true });
  });

  test("wrap for what they are bound to, and are gone for every process once destroyed", async () => {
    const [keys, other] = [open(), open()];
    const tenant = tenantDigest("acme");
    const [id, second] = [makeKeyId(tenant), makeKeyId(tenant)];
    const neighbour = makeKeyId(tenantDigest("acme-two"));
    for (const each of [id, second, neighbour]) await keys.create(each);
    await assert.rejects(keys.create(id), coded("ERR_KEY_PROVIDER"));
    const data = Buffer.from("a data key of thirty-two bytes..");
    const wrapped = await keys.wrap(id, data, BOUND);
    assert.deepEqual(Buffer.from(await other.unwrap(id, wrapped, BOUND)), data);
    assert.deepEqual((await other.list(tenant)).toSorted(), [id, second].toSorted());
    assert.deepEqual(await keys.list(tenantDigest("acm")), []);
    const closed = coded("ERR_TENANT_KEY_RECORD");
    await assert.rejects(keys.unwrap(id, wrapped, Buffer.from("else")), closed);
    await assert.rejects(keys.unwrap(second, wrapped, BOUND), closed);
    for (const part of [wrapped.subarray(0, 20), wrapped.subarray(0, -1), new Uint8Array(9000)])
      await assert.rejects(keys.unwrap(id, part, BOUND), closed);
    assert.deepEqual(filesWith(root, [data.toString()]), []);
    await keys.destroy(id);
    await keys.destroy(id);
    for (const each of [keys, other])
      await assert.rejects(each.unwrap(id, wrapped, BOUND), coded("ERR_TENANT_KEY_GONE"));
    assert.deepEqual(await other.list(tenant), [second]);
    assert.match(await keys.check(), /answers/);
  });

  test("cannot be taken out of the token by another program", async () => {
    const id = makeKeyId(tenantDigest("kept"));
    await open().create(id);
    // The token says so itself; its files hold a key only under the PIN.
    const listed = execFileSync("softhsm2-util", ["--show-slots"]).toString();
    assert.match(listed, /glovebox-test/);
    assert.ok(readdirSync(token.folder).length > 0);
  });

  test("a wrong PIN is tried once, and not at every question: tokens lock", async () => {
    const keys = open({ pin: "00000000" });
    for (let tries = 0; tries < 20; tries += 1)
      await assert.rejects(
        keys.check(),
        (error) => coded("ERR_KEY_PROVIDER")(error) && /the PIN is wrong/.test(String(error)),
      );
    assert.match(await open().check(), /answers/);
  });

  test("a token or module that is not there, or is none, is refused in words", async () => {
    await assert.rejects(open({ token: "nobody" }).check(), coded("ERR_KEY_PROVIDER"));
    await assert.rejects(open({ module: "/nowhere.so" }).check(), coded("ERR_KEY_PROVIDER"));
    const none = join(root, "none.so");
    writeFileSync(none, "not a library");
    await assert.rejects(open({ module: none }).check(), coded("ERR_KEY_PROVIDER"));
  });

  test("a module that crashes its process, or never answers, takes nobody along", async () => {
    const compile = (name: string, body: string): string => {
      const [source, module] = [join(root, `${name}.c`), join(root, `${name}.so`)];
      const functions = [
        "GetSlotList GetTokenInfo OpenSession Login GenerateKey FindObjectsInit FindObjects",
        "FindObjectsFinal GetAttributeValue EncryptInit Encrypt DecryptInit Decrypt DestroyObject",
      ]
        .join(" ")
        .split(" ")
        .map((each) => `unsigned long C_${each}(void) { return 0; }`);
      const text = `#include <unistd.h>\nunsigned long C_Initialize(void *p) { ${body} return 0; }\n`;
      writeFileSync(source, text + functions.join("\n"));
      execFileSync("clang", ["-shared", "-fPIC", "-o", module, source]);
      return module;
    };
    const crashing = open({ module: compile("crashes", "*(volatile int *)0 = 1;") });
    await assert.rejects(crashing.check(), coded("ERR_KEY_PROVIDER"));
    const hanging = open({ module: compile("hangs", "for (;;) sleep(1);"), ms: 1500 });
    await assert.rejects(hanging.check(), coded("ERR_KEY_PROVIDER"));
    const printing = open({ module: compile("prints", 'write(3, "{}\\n{]", 5);') });
    await assert.rejects(printing.check(), coded("ERR_KEY_PROVIDER"));
  });
});
