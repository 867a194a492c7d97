// API keys from the command line to the check, over the real file: 0 of these attempts may be accepted.
import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { runInProcess } from "../helpers/run-glovebox.ts";
import { makeScratch } from "../helpers/scratch.ts";
import {
  accepted,
  bearer,
  errorOf,
  refused,
  requestWith,
  type Headers,
} from "../helpers/auth-requests.ts";
import { readPrivate, stampOf } from "../../runtime/powers/private-file.ts";
import { idOfApiKey, makeApiKey } from "../../runtime/server/auth/api-key.ts";
import { KEYS_CHECKED_EVERY_MS, makeApiKeys } from "../../runtime/server/auth/api-keys.ts";
import { makeToolScopes } from "../../runtime/policy/tool-scopes.ts";
import { AuthError } from "../../runtime/server/auth/errors.ts";
import { makeCrcKey } from "../helpers/api-keys.ts";

interface Made {
  readonly key: string;
  readonly id: string;
}

class Room {
  readonly folder: string;
  readonly configFile: string;
  readonly file: string;
  readonly trouble: string[] = [];
  nowMs = Date.now();

  constructor(folder: string) {
    this.folder = folder;
    this.configFile = join(this.folder, "glovebox.yaml");
    this.file = join(this.folder, ".glovebox/keys.json");
    fs.writeFileSync(this.configFile, "version: 1\nserver: { auth: { mode: keys } }\n");
  }

  run(...words: readonly string[]) {
    return runInProcess(["key", ...words, "--config", this.configFile, "--json"]);
  }

  async make(...words: readonly string[]): Promise<Made> {
    const { code, json, stderr } = await this.run("new", ...words);
    assert.equal(code, 0, stderr);
    return json as Made;
  }

  open(reads = { count: 0 }) {
    return makeApiKeys({
      file: this.file,
      files: {
        stampOf,
        readPrivate: (path, bytesMax) => {
          reads.count += 1;
          return readPrivate(path, bytesMax);
        },
      },
      scopes: makeToolScopes({ default: ["tools"], tools: {} }),
      noteTrouble: (message) => this.trouble.push(message),
      nowMs: () => this.nowMs,
    });
  }

  /** A moment later, when a running server looks at the file again. */
  later(): void {
    this.nowMs += KEYS_CHECKED_EVERY_MS;
  }
}

describe("a key of the command line", () => {
  it("is its client, tenant, user and scopes, and the file holds only its hash", async (t) => {
    const room = new Room(makeScratch(t));
    const { key, id } = await room.make(
      "ci",
      "--tenant",
      "acme",
      "--subject",
      "ann",
      "--scope",
      "a:b",
    );
    const principal = await accepted(room.open(), bearer(key));
    assert.equal(principal.via, "key");
    assert.equal(principal.tenant, "acme");
    assert.equal(principal.subject, "ann");
    assert.equal(principal.client, "ci");
    assert.equal(principal.credential, id);
    assert.deepEqual([...(principal.scopes ?? [])], ["a:b"]);
    const text = fs.readFileSync(room.file, "utf8");
    assert.ok(!text.includes(key) && !text.includes(key.split("_")[2] ?? ""));
    assert.equal(fs.statSync(room.file).mode & 0o777, 0o600);
  });

  it("without scopes has none, and not all", async (t) => {
    const room = new Room(makeScratch(t));
    const { key } = await room.make("ci", "--tenant", "acme");
    assert.deepEqual(await accepted(room.open(), bearer(key)).then((one) => one.scopes), new Set());
  });

  it("takes the place of another of its client without another principal, and there is no third", async (t) => {
    const room = new Room(makeScratch(t));
    const first = await room.make("ci", "--tenant", "acme");
    const second = await room.make("ci", "--tenant", "acme");
    const keys = room.open();
    const ids = await Promise.all(
      [first, second].map(({ key }) => accepted(keys, bearer(key)).then(({ id }) => id)),
    );
    assert.equal(ids[0], ids[1]);
    const third = await room.run("new", "ci", "--tenant", "acme");
    assert.deepEqual(third.codes, ["ERR_API_KEY_ROTATION"]);
    assert.equal((await room.run("revoke", first.id)).code, 0);
    await room.make("ci", "--tenant", "acme");
    const other = await room.make("ci", "--tenant", "other");
    room.later();
    assert.notEqual((await accepted(keys, bearer(other.key))).id, ids[0]);
  });

  it("is listed without anything of it", async (t) => {
    const room = new Room(makeScratch(t));
    const { key } = await room.make("ci", "--tenant", "acme");
    const { stdout } = await room.run("list");
    assert.ok(stdout.includes('"acme"') && !stdout.includes(key) && !stdout.includes("hash"));
  });

  it("may end never, and only at a day to come", async (t) => {
    const room = new Room(makeScratch(t));
    await room.make("ci", "--tenant", "acme", "--expires", "never");
    for (const when of ["2020-01-01", "0d", "-1d", "9999d", "soon", "2027-02-30x"])
      assert.deepEqual(
        (await room.run("new", "ci", "--tenant", "acme", `--expires=${when}`)).codes,
        ["ERR_USAGE"],
      );
  });

  it("has no tenant that nobody stated, none that hides, and never the local one", async (t) => {
    const room = new Room(makeScratch(t));
    for (const tenant of ["local", " \u200b", "a\u202eb", "x".repeat(129), "a\tb"])
      assert.deepEqual(
        (await room.run("new", "ci", `--tenant=${tenant}`)).codes,
        ["ERR_USAGE"],
        tenant,
      );
    assert.deepEqual((await room.run("new", "ci")).codes, ["ERR_USAGE"]);
    assert.ok(!fs.existsSync(room.file));
  });
});

describe("what is no valid key", () => {
  let room: Room;
  let key: string;
  let keys: ReturnType<Room["open"]>;
  const folder = fs.mkdtempSync(join(tmpdir(), "glovebox-test-"));
  after(() => fs.rmSync(folder, { recursive: true }));
  before(async () => {
    room = new Room(folder);
    key = (await room.make("ci", "--tenant", "acme")).key;
    await room.make("other", "--tenant", "other");
    keys = room.open();
  });

  const attempts = (good: string): Readonly<Record<string, Headers>> => {
    const [prefix, id = "", rest = ""] = good.split("_");
    const flipped = rest.startsWith("0") ? `1${rest.slice(1)}` : `0${rest.slice(1)}`;
    return {
      "cut by one": bearer(good.slice(0, -1)),
      "cut to its secret": bearer(good.slice(0, -6)),
      "one character too many": bearer(`${good}0`),
      "another character, its checksum left": bearer(`${prefix}_${id}_${flipped}`),
      "another character, its checksum made right": bearer(
        makeCrcKey(`${prefix}_${id}_${flipped.slice(0, -6)}`),
      ),
      "an id that exists and another's secret": bearer(
        makeCrcKey(`${prefix}_${id}_${makeApiKey().text.split("_")[2]?.slice(0, -6)}`),
      ),
      "a key that nobody made here": bearer(makeApiKey().text),
      "the id of a property of every object": bearer(
        makeCrcKey(`gbx_constructo_${"0".repeat(43)}`),
      ),
      "in capitals": bearer(good.toUpperCase()),
      "its hash": bearer(
        /"hash": "([0-9a-f]+)"/.exec(fs.readFileSync(room.file, "utf8"))?.[1] ?? "",
      ),
      "as a DPoP token": [["authorization", `DPoP ${good}`]],
    };
  };

  it("is answered 401 invalid_token in the same words each time", async () => {
    const seen = new Set<string>();
    for (const [name, headers] of Object.entries(attempts(key))) {
      const challenge = await refused(keys, headers);
      assert.equal(challenge.status, 401, name);
      assert.equal(errorOf(challenge), "invalid_token", name);
      seen.add(JSON.stringify(challenge));
    }
    assert.equal(seen.size, 1);
  });

  it("is answered 400 where it is no way to send one", async () => {
    const wrong: Readonly<Record<string, Headers>> = {
      twice: [...bearer(key), ...bearer(key)],
      "twice, spelled otherwise": [...bearer(key), ["aUTHORIZATION", `Bearer ${key}`]],
      "two in one": bearer(`${key}, Bearer ${key}`),
      "two by comma": bearer(`${key},${key}`),
      basic: [["Authorization", `Basic ${btoa(`x:${key}`)}`]],
      "no scheme": [["Authorization", key]],
      "no token": [["Authorization", "Bearer "]],
      "a token of spaces": [["Authorization", "Bearer    "]],
      "a line break": bearer(`${key}\r\nX: y`),
      "9 KiB": bearer("x".repeat(9 * 1024)),
    };
    for (const [name, headers] of Object.entries(wrong)) {
      const challenge = await refused(keys, headers);
      assert.equal(challenge.status, 400, name);
      assert.equal(errorOf(challenge), "invalid_request", name);
    }
  });

  it("is refused in the address, with and without a valid one in the header", async () => {
    for (const name of [
      "access_token",
      "token",
      "api_key",
      "apikey",
      "key",
      "%61ccess_token",
      "Authorization",
    ])
      for (const headers of [[], bearer(key)]) {
        const challenge = await refused(keys, headers, { target: `/mcp?a=b&${name}=${key}` });
        assert.equal(challenge.status, 400, name);
        assert.ok(!JSON.stringify(challenge).includes(key));
      }
  });

  it("is asked for with 401 and no error when there is none (RFC 6750, 3.1)", async () => {
    const challenge = await refused(keys, [["X-Api-Key", key]]);
    assert.equal(challenge.status, 401);
    assert.deepEqual(challenge.challenges, ['Bearer scope="tools"']);
  });

  it("costs the same work whether its id exists or not", async () => {
    const known = attempts(key)["another character, its checksum made right"] ?? [];
    const unknown = bearer(makeApiKey().text);
    // Medians of many rounds in turn within one run: an early return would show as a multiple, and a busy machine does not.
    const rounds: { known: number; unknown: number }[] = [];
    const time = (headers: Headers): number => {
      const request = requestWith(headers);
      const started = process.hrtime.bigint();
      for (let index = 0; index < 20; index += 1) void keys.authenticate(request);
      return Number(process.hrtime.bigint() - started);
    };
    for (let round = 0; round < 400; round += 1)
      rounds.push({ known: time(known), unknown: time(unknown) });
    const median = (of: "known" | "unknown"): number =>
      rounds.map((round) => round[of]).toSorted((one, other) => one - other)[200] ?? Number.NaN;
    const ratio = median("known") / median("unknown");
    assert.ok(ratio > 0.5 && ratio < 2, `ratio ${ratio}`);
  });
});

describe("a running server", () => {
  it("refuses a key that was revoked, and one that has ended", async (t) => {
    const room = new Room(makeScratch(t));
    const { key, id } = await room.make("ci", "--tenant", "acme");
    const short = await room.make("short", "--tenant", "acme", "--expires", "1d");
    const keys = room.open();
    await accepted(keys, bearer(key));
    assert.equal((await room.run("revoke", id)).code, 0);
    room.later();
    assert.equal(errorOf(await refused(keys, bearer(key))), "invalid_token");
    await accepted(keys, bearer(short.key));
    room.nowMs += 24 * 60 * 60 * 1000;
    assert.equal(errorOf(await refused(keys, bearer(short.key))), "invalid_token");
  });

  it("reads the file only when it has changed", async (t) => {
    const room = new Room(makeScratch(t));
    const { key } = await room.make("ci", "--tenant", "acme");
    const reads = { count: 0 };
    const keys = room.open(reads);
    for (let index = 0; index < 10; index += 1) {
      room.later();
      await accepted(keys, bearer(key));
    }
    assert.equal(reads.count, 1);
  });

  it("accepts nobody while the file is away, damaged or open to others, says so once, and goes on afterwards", async (t) => {
    const room = new Room(makeScratch(t));
    const { key } = await room.make("ci", "--tenant", "acme");
    const keys = room.open();
    const good = fs.readFileSync(room.file);
    const harm: Readonly<Record<string, () => void>> = {
      away: () => fs.rmSync(room.file),
      empty: () => fs.writeFileSync(room.file, ""),
      "half of it": () => fs.writeFileSync(room.file, good.subarray(0, good.length / 2)),
      "another version": () => fs.writeFileSync(room.file, good.toString().replace("1", "2")),
      "an unknown key": () =>
        fs.writeFileSync(room.file, good.toString().replace('"name"', '"nom"')),
      "a key twice": () =>
        fs.writeFileSync(room.file, good.toString().replace('"name"', '"id": "x", "name"')),
      "readable by others": () => fs.chmodSync(room.file, 0o644),
      "a folder": () => {
        fs.rmSync(room.file);
        fs.mkdirSync(room.file);
      },
    };
    for (const [name, act] of Object.entries(harm)) {
      act();
      for (let index = 0; index < 3; index += 1) {
        room.later();
        const challenge = await refused(keys, bearer(key));
        assert.equal(challenge.status, 503, name);
      }
      assert.equal(room.trouble.length, 1, name);
      fs.rmSync(room.file, { recursive: true, force: true });
      fs.writeFileSync(room.file, good, { mode: 0o600 });
      room.later();
      await accepted(keys, bearer(key));
      room.trouble.length = 0;
    }
  });

  it("does not start without the file, or with one that others may read or that is damaged", async (t) => {
    const room = new Room(makeScratch(t));
    const code = (): unknown => {
      try {
        room.open();
        return undefined;
      } catch (error) {
        return error instanceof AuthError ? error.code : error;
      }
    };
    assert.equal(code(), "ERR_KEYS_MISSING");
    await room.make("ci", "--tenant", "acme");
    for (const mode of [0o640, 0o604, 0o620, 0o666]) {
      fs.chmodSync(room.file, mode);
      assert.equal(code(), "ERR_KEYS_EXPOSED");
      assert.deepEqual((await room.run("new", "more", "--tenant", "acme")).codes, [
        "ERR_KEYS_EXPOSED",
      ]);
    }
    fs.chmodSync(room.file, 0o600);
    fs.writeFileSync(room.file, "[]");
    assert.equal(code(), "ERR_KEYS_INVALID");
  });
});

describe("the spelling of keys", () => {
  it("is one that scanners of leaked secrets find, with 256 random bits", () => {
    const keys = Array.from({ length: 200 }, () => makeApiKey());
    assert.equal(new Set(keys.map(({ id }) => id)).size, 200);
    for (const { id, text } of keys) {
      assert.match(text, /^gbx_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/);
      assert.equal(idOfApiKey(text), id);
    }
  });
});
