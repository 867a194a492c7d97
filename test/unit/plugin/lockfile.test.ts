import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { digestOf } from "../../../runtime/plugin/canonical.ts";
import type { Lockfile } from "../../../runtime/plugin/formats.ts";
import { formatLockfile, parseLockfile } from "../../../runtime/plugin/lockfile.ts";
import { LOCKFILE } from "../../helpers/plugin-files.ts";
import { assertRefused } from "../../helpers/refusals.ts";

function parse(text: string): Lockfile {
  return parseLockfile(text, "glovebox.lock.json");
}

describe("the lockfile", () => {
  it("reads back what it writes", () => {
    const { integrity, ...rest } = parse(formatLockfile(LOCKFILE));
    assert.equal(integrity, digestOf(LOCKFILE));
    assert.deepEqual({ ...rest, plugins: { ...rest.plugins } }, LOCKFILE);
    assert.deepEqual(
      parse(formatLockfile({ ...LOCKFILE, plugins: {} })).plugins,
      Object.create(null),
    );
  });

  it("is written the same, in whatever order plugins were added", () => {
    const { time } = LOCKFILE.plugins;
    assert.ok(time !== undefined);
    const files = { ...time, name: "files" };
    const one = formatLockfile({ ...LOCKFILE, plugins: { time, files } });
    assert.equal(formatLockfile({ ...LOCKFILE, plugins: { files, time } }), one);
    assert.equal(formatLockfile(parse(one)), one);
  });

  it("takes a file that was only laid out anew", () => {
    parse(JSON.stringify(JSON.parse(formatLockfile(LOCKFILE))));
  });

  it("tells an edited lockfile from a broken one", () => {
    const text = formatLockfile(LOCKFILE);
    const edits: readonly (readonly [string, string])[] = [
      ['"1.2.3"', '"1.2.4"'],
      ['"trust": "me"', '"trust": "you"'],
      ["./time-1.2.3.tgz", "./evil-1.2.3.tgz"],
      ['"grants": {}', '"grants": { "clock": true }'],
    ];
    for (const [from, to] of edits) {
      assert.ok(text.includes(from));
      assertRefused(() => parse(text.replace(from, to)), "ERR_LOCKFILE_EDITED");
    }
    assertRefused(() => parse(text.replace('"signers"', '"singer"')), "ERR_LOCKFILE_INVALID");
    assertRefused(() => parse(text.slice(0, -20)), "ERR_LOCKFILE_INVALID");
    assertRefused(
      () => parse(text.replace('"lockfile_version": 1', '"lockfile_version": 2')),
      "ERR_FORMAT_VERSION",
    );
  });

  it("keeps an endorsement of an approved endorser only, and one of each", () => {
    const { time } = LOCKFILE.plugins;
    assert.ok(time !== undefined);
    const key = digestOf("operator");
    const signer = { kind: "key", key, trust: "operator" } as const;
    const endorsement = { key, bundle: "e30=" };
    const write = (change: object) =>
      formatLockfile({ ...LOCKFILE, plugins: { time: { ...time, ...change } } });
    const signers = [{ ...signer, endorsed: true }];
    const good = write({ signers, endorsements: [endorsement] });
    assert.equal(formatLockfile(parse(good)), good);
    for (const change of [
      { signers: [signer], endorsements: [endorsement] },
      { signers: [], endorsements: [endorsement] },
      { signers, endorsements: [{ ...endorsement, key: digestOf("other") }] },
      { signers, endorsements: [endorsement, endorsement] },
      { signers, endorsements: [] },
      { signers, endorsements: [{ ...endorsement, bundle: "A".repeat(8196) }] },
      { signers, endorsements: [{ ...endorsement, bundle: "e31=" }] },
    ])
      assertRefused(() => parse(write(change)), "ERR_LOCKFILE_INVALID");
  });

  it("refuses an alias that is no plugin name, and finds none that JavaScript brings along", () => {
    const plugins = { "Time Machine": LOCKFILE.plugins["time"] } as Lockfile["plugins"];
    assertRefused(() => parse(formatLockfile({ ...LOCKFILE, plugins })), "ERR_LOCKFILE_INVALID");
    const { plugins: parsed } = parse(formatLockfile(LOCKFILE));
    for (const name of ["constructor", "toString", "valueOf", "__proto__"]) {
      assert.equal(parsed[name], undefined);
    }
  });
});
