import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { GrantError, HostError } from "@glovebox/host-api/errors";
import { parseGrant } from "@glovebox/host-api/http/grant";
import { assertSecretsReadable, openSecrets } from "@glovebox/host-api/http/secrets";
import { httpPowers, refusedAs } from "../../helpers/http-room.ts";

const grant = parseGrant([
  "plain.example",
  {
    host: "api.example",
    secret: { header: "authorization", reference: "env:KEY", format: "Bearer {}" },
  },
]);
const open = (secret: string) => openSecrets(grant, httpPowers({ readSecret: () => secret }));
const SIGNAL = new AbortController().signal;
const random = () => randomBytes(18).toString("base64");

test("gives the header of the rule's secret, and none where there is none", () => {
  const secret = random();
  const [plain, withSecret] = grant.allow;
  assert.ok(plain !== undefined && withSecret !== undefined);
  assert.deepEqual(open(secret).headerFor(withSecret), ["authorization", `Bearer ${secret}`]);
  assert.equal(open(secret).headerFor(plain), undefined);
});

test("puts a secret with dollar signs into its header as it is", () => {
  const rule = grant.allow[1];
  assert.ok(rule !== undefined);
  assert.deepEqual(open("$&$1$$-secret").headerFor(rule), [
    "authorization",
    "Bearer $&$1$$-secret",
  ]);
});

const AWKWARD = [
  random(),
  `a+b/c=d&e"f'g<h>i\\j k%l`,
  "0123456789abcdef",
  "user:pass word!*'()~",
  "%41%42%43%44",
];
const base64 = (text: string) => Buffer.from(text).toString("base64");
const SPELLINGS: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  "in JSON": (secret) => JSON.stringify({ headers: { key: `Bearer ${secret}` } }),
  "in JSON with escaped slashes": (secret) => JSON.stringify(secret).replaceAll("/", "\\/"),
  "in JSON in JSON": (secret) => JSON.stringify(JSON.stringify(secret)),
  "in JSON with unicode escapes": (secret) =>
    secret.replaceAll(/[^a-z]/gi, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`),
  "in HTML": (secret) =>
    secret
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("'", "&#39;"),
  "percent-encoded": encodeURIComponent,
  "percent-encoded in lower case": (secret) =>
    encodeURIComponent(secret).replaceAll(/%../g, (one) => one.toLowerCase()),
  "percent-encoded twice": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "percent-encoded throughout": (secret) =>
    Buffer.from(secret).toString("hex").replaceAll(/../g, "%$&"),
  "as a form": (secret) => new URLSearchParams({ token: secret }).toString(),
  "in base64": base64,
  "in base64 after one byte": (secret) => base64(`x${secret}`),
  "in base64 after two bytes": (secret) => base64(`xy${secret}`),
  "in base64 amid other text": (secret) => base64(`Bearer ${secret}, and more`),
  "in base64url": (secret) => Buffer.from(`u:${secret}`).toString("base64url"),
  "in wrapped base64": (secret) => base64(`Bearer ${secret}`).replaceAll(/.{10}/g, "$&\r\n"),
  "in percent-encoded base64": (secret) => encodeURIComponent(base64(secret)),
  "in hexadecimal": (secret) => Buffer.from(secret).toString("hex"),
  "in upper case hexadecimal": (secret) => Buffer.from(secret).toString("hex").toUpperCase(),
  "in upper case": (secret) => secret.toUpperCase(),
};
for (const [how, spell] of Object.entries(SPELLINGS)) {
  test(`finds a secret that comes back ${how}`, async () => {
    for (const secret of AWKWARD) {
      const bytes = Buffer.from(`before ${spell(secret)} after`);
      assert.ok(await open(secret).appearsIn(bytes, SIGNAL), secret);
      assert.ok(open(secret).appearsInText(bytes.toString()), secret);
    }
  });
}

test("finds a secret in UTF-16", async () => {
  const secret = random();
  assert.ok(await open(secret).appearsIn(Buffer.from(`x ${secret}`, "utf16le"), SIGNAL));
});

test("finds nothing in other bytes", async () => {
  assert.equal(await open(random()).appearsIn(randomBytes(100_000), SIGNAL), false);
  assert.equal(await open(random()).appearsIn(new Uint8Array(0), SIGNAL), false);
});

for (const [what, secret] of [
  ["short", "1234567"],
  ["empty", ""],
  ["with a line break", "12345678\r\nx: y"],
  ["with a letter that headers cannot carry", "pässwörter"],
  ["with a space at its end", "12345678 "],
] as const) {
  test(`refuses a secret that is ${what}, at the start and at the request`, () => {
    assert.throws(() => open(secret), refusedAs("internal"));
    assert.throws(
      () => assertSecretsReadable(grant, httpPowers({ readSecret: () => secret })),
      GrantError,
    );
  });
}

test("a secret that cannot be read stops the start, at its place, and names no value", () => {
  const powers = httpPowers({
    readSecret() {
      throw new HostError("not-found", "the variable KEY is not set");
    },
  });
  assert.throws(
    () => assertSecretsReadable(grant, powers),
    (error) => error instanceof GrantError && error.path.join(".") === "allow.1.secret.reference",
  );
});
