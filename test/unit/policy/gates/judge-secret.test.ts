// Secrets that look strong and are not, and drawn ones, of which none may be refused.
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { judgeSecret } from "../../../../runtime/policy/gates/judge-secret.ts";
import { countGuessBits } from "../../../../runtime/policy/gates/guess-bits.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const hex = (text: string): string => Buffer.from(text).toString("hex");

const WEAK: Readonly<Record<string, readonly string[]>> = {
  "a placeholder": [
    "changeme",
    "CHANGE_ME",
    "change-me-please-change-me-please-now",
    "your-super-secret-key-at-least-32-characters",
    "<your-32-character-state-key-goes-here>",
    "${STATE_KEY}",
    "$STATE_KEY",
    "{{ .Values.stateKey }}",
    "[insert state key]",
    "%STATE_KEY%",
    "TODO",
    "secretsecretsecretsecretsecretsecretsecret1",
    "P@ssw0rd!P@ssw0rd!P@ssw0rd!P@ssw0rd!",
    "MySecretKeyForProductionUse2026!!!!!",
    "let-me-in-let-me-in-let-me-in-let-me-in",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "ｃｈａｎｇｅｍｅ",
  ],
  "a repetition": [
    "a".repeat(64),
    "abc123".repeat(10),
    "Tr0ub4dor&3Tr0ub4dor&3Tr0ub4dor&3xx",
    `${"x".repeat(20)}${"y".repeat(20)}`,
    "ababababababababababababababababab",
    "0".repeat(63).concat("1"),
    "deadbeef".repeat(4),
    "k7Xq9".repeat(8),
  ],
  "a sequence": [
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "zyxwvutsrqponmlkjihgfedcba9876543210",
    "0123456789abcdef0123456789abcdef",
    "aabbccddeeffgghhiijjkkllmmnnooppqq",
    "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrR",
    "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8",
    "11223344556677889900112233445566",
    "13579bdfhjlnprtvxz13579bdfhjlnprtvxz",
    "qwertyuiopasdfghjklzxcvbnmqwertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.",
    "31415926535897932384626433832795028841971",
    "20260101202602022026030320260404",
  ],
  "made of words": [
    "the quick brown fox jumps over the lazy dog and then sleeps",
    "thequickbrownfoxjumpsoverthelazydogandthensleeps",
    "correct horse battery staple correct horse battery staple",
    "In the beginning God created the heaven and the earth",
    "ToBeOrNotToBeThatIsTheQuestion12345",
    "mein geheimes passwort fuer den server ist sehr lang",
    "winter2026summer2026spring2026autumn2026",
    "AcmeCorpGloveboxStateKey2026Production",
    "monkey123dragon456letmein789qwerty000",
    "Sup3rS3cur3K3y!ForMyCompanyServer#2026",
  ],
  "words in another spelling": [
    base64("my super secret password that nobody will guess"),
    base64(base64("this is the production secret key of our server")),
    hex("my super secret password that nobody will guess"),
    base64("changeme".repeat(5)),
    base64("0".repeat(40)),
    base64(hex("the state key of the production server")),
  ],
  "the digest of a word": ["md5", "sha1", "sha256", "sha512"].flatMap((name) =>
    ["password", "changeme", "secret", "123456", ""].flatMap((word) => [
      createHash(name).update(word).digest("hex"),
      createHash(name).update(word).digest("hex").toUpperCase(),
      createHash(name).update(word).digest("base64"),
    ]),
  ),
  "published elsewhere": [
    "AyM1SysPpbyDfZlZWd1tPHTGCOOWTn4mc3Dzr7w8Ww8",
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
  ],
  "too short": ["k7Xq", "hT4+zQ9w/LrN2vYc", "9f8e7d6c5b4a3f2e1d"],
};

/** Drawn from a stream that is the same in every run: a refusal is a fault, and not bad luck. */
function* drawn(count: number): Iterable<Uint8Array> {
  for (let index = 0; index < count; index += 1)
    yield createHmac("sha512", "drawn").update(String(index)).digest();
}

const GENERATORS: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  "openssl rand -base64 32": (bytes) => Buffer.from(bytes.subarray(0, 32)).toString("base64"),
  "openssl rand -base64 24": (bytes) => Buffer.from(bytes.subarray(0, 24)).toString("base64"),
  "openssl rand -hex 32": (bytes) => Buffer.from(bytes.subarray(0, 32)).toString("hex"),
  "openssl rand -hex 16": (bytes) => Buffer.from(bytes.subarray(0, 16)).toString("hex"),
  "openssl rand -hex 32 | base64": (bytes) =>
    base64(Buffer.from(bytes.subarray(0, 32)).toString("hex")),
  "base64url of 48": (bytes) => Buffer.from(bytes.subarray(0, 48)).toString("base64url"),
  "40 lower-case letters": (bytes) => pick(bytes, "abcdefghijklmnopqrstuvwxyz"),
  "40 of base32": (bytes) => pick(bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
  "40 printable characters": (bytes) =>
    pick(bytes, Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join("")),
};

function pick(bytes: Uint8Array, alphabet: string): string {
  return Array.from(bytes.subarray(0, 40), (byte) => alphabet[byte % alphabet.length]).join("");
}

describe("a key of the operator's", () => {
  for (const [what, secrets] of Object.entries(WEAK)) {
    it(`is refused when it is ${what}`, () => {
      for (const secret of secrets)
        assert.notDeepEqual(judgeSecret(secret, "key"), [], `${secret} ${countGuessBits(secret)}`);
    });
  }

  for (const [generator, make] of Object.entries(GENERATORS)) {
    it(`passes when it comes from ${generator}`, () => {
      const refused = [...drawn(1000)]
        .map(make)
        .filter((key) => judgeSecret(key, "key").length > 0);
      assert.deepEqual(refused, []);
    });
  }

  it("is refused when it stands in our own documents, as anything that could be taken for one", () => {
    const documents = ["README.md", "THREAT_MODEL.md", "runtime/policy/glovebox.schema.json"];
    const words = documents.flatMap(
      (file) =>
        readFileSync(join(ROOT, file), "utf8").match(
          /[A-Za-z0-9+/_-][A-Za-z0-9+/=_.-]{30,}[A-Za-z0-9+/=_-]/g,
        ) ?? [],
    );
    const looksDrawn = (word: string): boolean => /[0-9]/.test(word) && !word.includes(".");
    const passed = [...new Set(words.filter(looksDrawn))].filter(
      (word) => judgeSecret(word, "key").length === 0,
    );
    assert.deepEqual(passed, [], "add them to PUBLISHED_SECRETS");
  });

  it("of any length is judged by its beginning", () => {
    for (const text of ["ab".repeat(5_000_000), base64("x".repeat(5_000_000)), "🔑".repeat(1e6)])
      assert.notDeepEqual(judgeSecret(text, "key"), []);
  });
});

describe("the URL of a service", () => {
  it("needs a password that was drawn, unless the service is on this machine", () => {
    const [bytes] = drawn(1);
    const password = Buffer.from(bytes ?? [])
      .toString("base64url")
      .slice(0, 32);
    for (const [url, faults] of [
      [`redis://:${password}@redis.internal:6379`, []],
      [`rediss://app:${password}@10.0.0.7`, []],
      ["redis://127.0.0.1:6379", []],
      ["redis://localhost", []],
      ["redis://[::1]:6379", []],
      ["redis://redis.internal:6379", ["no password"]],
      ["redis://127.0.0.1.example.com:6379", ["no password"]],
      ["redis://:changeme@redis.internal", ["placeholder"]],
      ["redis://:p%40ssw0rd@redis.internal", ["placeholder"]],
      ["redis://:x7Gh2@redis.internal", ["short"]],
      ["redis://:abcdefghijklmnopqrst@localhost", ["guessable"]],
      ["not an address", ["no address"]],
      ["localhost", ["no address"]],
      ["localhost:6379", ["no address"]],
      ["changeme", ["no address"]],
    ] as const)
      assert.deepEqual(judgeSecret(url, "url"), faults, url);
  });
});

describe("a token of another service", () => {
  it("is taken as that service makes it, and not when it was never filled in", () => {
    for (const token of ["k7Xq", "12345-abcde", "glpat-short"])
      assert.deepEqual(judgeSecret(token, "token"), [], token);
    for (const token of ["changeme", "your-api-key", "<API_TOKEN>", "xxxx", "test"])
      assert.deepEqual(judgeSecret(token, "token"), ["placeholder"], token);
  });
});
