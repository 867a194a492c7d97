import assert from "node:assert/strict";
import { test } from "node:test";
import { filtered } from "../../../helpers/filtered.ts";
import { MADE_KEYS, madeHex, madeText } from "../../../helpers/made-secrets.ts";

for (const [id, make] of Object.entries(MADE_KEYS))
  test(`finds ${id} by its form, alone and in a text, and leaves only its kind`, () => {
    const key = make();
    for (const text of [key, `the key is ${key}.`, `{"a":"${key}"}`, `X=${key}\nY=1`]) {
      const { text: left, ids } = filtered(text);
      assert.ok(ids.includes(id), `${text}: ${ids.join()}`);
      assert.equal(left, text.replace(key, "[redacted:secret]"));
    }
  });

test("a finding tells the rule and the place, and nothing of what was found", () => {
  const key = MADE_KEYS["secrets.npm-token"]?.() ?? "";
  const { findings } = filtered(`use ${key}`);
  assert.deepEqual(findings, [
    { id: "secrets.npm-token", severity: "high", where: "text@4", action: "redact" },
  ]);
});

test("finds a private key whole, in lines and in one", () => {
  const body = Array.from({ length: 6 }, () => madeText(64)).join("\n");
  const key = `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`;
  assert.equal(filtered(`a\n${key}\nb`).text, "a\n[redacted:secret]\nb");
  const line = JSON.stringify({ key });
  assert.equal(filtered(line).text, '{"key":"[redacted:secret]"}');
});

test("finds the password in an address, and leaves who and where", () => {
  const password = madeText(12);
  const { text, ids } = filtered(`postgres://app:${password}@db.example.net:5432/x`);
  assert.deepEqual(ids, ["secrets.url-password"]);
  assert.equal(text, "postgres://app:[redacted:secret]@db.example.net:5432/x");
});

test("finds what a service's name and the word key, token or secret stand before", () => {
  const value = madeHex(32);
  for (const text of [
    `MAILGUN_API_KEY=${value}`,
    `datadog_token: "${value}"`,
    `{"twilioAuthToken": "${value}"}`,
    `<sendbirdSecret>\n  ${value}\n</sendbirdSecret>`,
    `algoliaSECRET ${value}`,
  ])
    assert.deepEqual(filtered(text).ids, ["secrets.service-key"], text);
});

test("finds what is assigned to a password, a token, a secret", () => {
  for (const [text, id] of [
    [`password = "${madeText(8)}4x"`, "secrets.password"],
    [`DB_PASSWORD=${madeText(8)}4x`, "secrets.password"],
    [`client_secret: '${madeText(32)}42'`, "secrets.credential"],
    [`Authorization: Bearer ${madeText(30)}42`, "secrets.authorization"],
    [`curl -u admin:${madeText(12)} https://example.net`, "secrets.basic-auth"],
  ] as const)
    assert.deepEqual(filtered(text).ids, [id], text);
});

test("leaves alone what only looks like a secret", () => {
  for (const text of [
    "password: ${DB_PASSWORD}",
    'password = "your-password"',
    "const token = process.env.TOKEN",
    "postgres://user:password@localhost/db",
    "https://example.net:8080/a@b",
    `integrity sha512-${madeText(86)}==`,
    `commit ${madeHex(40)}`,
    `"id": "${madeHex(8)}-${madeHex(4)}-4${madeHex(3)}-a${madeHex(3)}-${madeHex(12)}"`,
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "tokens: 1234567890, secret santa, the key is under the mat",
    "https://github.com/owner/project/blob/main/src/token/secret-manager-configuration.ts",
  ])
    assert.deepEqual(filtered(text).ids, [], text);
});
