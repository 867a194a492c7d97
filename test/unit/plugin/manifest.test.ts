import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseManifest, verifyToolsDeclared } from "../../../runtime/plugin/manifest.ts";
import type { Manifest } from "../../../runtime/plugin/formats.ts";
import { GRANT_PARSERS, MANIFEST, toBytes } from "../../helpers/plugin-files.ts";
import { assertRefused, codesOf, errorsOf } from "../../helpers/refusals.ts";

function parse(value: unknown): Manifest {
  return parseManifest(toBytes(value), "plugin.json", GRANT_PARSERS);
}

describe("parseManifest", () => {
  it("reads a manifest, and asks the capability for what is wanted", () => {
    const http = { reason: "to fetch the tables", allow: ["example.com:443"] };
    const manifest = parse({
      ...MANIFEST,
      $schema: "./plugin.schema.json",
      title: "Time",
      capabilities: { http },
    });
    assert.deepEqual(manifest, {
      ...MANIFEST,
      title: "Time",
      capabilities: { http: { reason: http.reason, want: { allow: http.allow } } },
    });
  });

  it("takes a manifest that wants nothing", () => {
    assert.deepEqual(parse({ ...MANIFEST, capabilities: {} }).capabilities, {});
  });

  it("says where and what to write for an unknown key", () => {
    const { version, ...rest } = MANIFEST;
    const errors = errorsOf(() => parse({ ...rest, verison: version }));
    assert.deepEqual(
      errors.map(({ place }) => place?.path),
      ["verison", undefined],
    );
    assert.match(errors[0]?.remedy ?? "", /"version"/);
  });

  it("refuses a capability that does not exist, has no reason, or that its own parser refuses", () => {
    const reason = "to do what it does";
    const refused = [
      { network: { reason } },
      { clock: {} },
      { clock: { reason: "short" } },
      { clock: null },
      { clock: true },
      { http: { reason, refuse: true } },
    ];
    for (const capabilities of refused) {
      assertRefused(() => parse({ ...MANIFEST, capabilities }), "ERR_MANIFEST_INVALID");
    }
    const [error] = errorsOf(() => parse({ ...MANIFEST, capabilities: refused[5] }));
    assert.equal(error?.place?.path, "capabilities.http.refuse");
    assert.equal(error?.remedy, "Leave it.");
  });

  it("lets a failure of a capability's parser through that is no refusal", () => {
    const failing = { ...GRANT_PARSERS, clock: { parseGrant: () => assert.fail("a bug") } };
    assert.throws(
      () => parseManifest(toBytes(MANIFEST), "plugin.json", failing),
      assert.AssertionError,
    );
  });

  it("refuses a version of the format that it does not read, before all else", () => {
    assertRefused(() => parse({ manifest_version: 2, anything: 1 }), "ERR_FORMAT_VERSION");
  });

  it("refuses hidden characters with a code of their own", () => {
    assert.deepEqual(
      codesOf(() => parse({ ...MANIFEST, description: "Tells\u202e time" })),
      ["ERR_TEXT_HIDDEN"],
    );
  });

  it("refuses a second line where one line belongs", () => {
    assertRefused(() => parse({ ...MANIFEST, title: "a\nb" }), "ERR_MANIFEST_INVALID");
  });
});

describe("verifyToolsDeclared", () => {
  it("refuses a component that lists more, fewer or other tools than declared", () => {
    const manifest = parse(MANIFEST);
    verifyToolsDeclared(manifest, [{ name: "now" }, { name: "convert" }]);
    for (const names of [["now"], ["now", "convert", "more"], ["now", "convertx"], []]) {
      const listed = names.map((name) => ({ name }));
      assertRefused(() => verifyToolsDeclared(manifest, listed), "ERR_SURFACE_NOT_AS_DECLARED");
    }
  });
});
