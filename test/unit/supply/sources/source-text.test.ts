import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  isRemoteSource,
  parseRemoteSource,
  pinSource,
  type OciSource,
} from "../../../../runtime/supply/sources/source-text.ts";
import { assertRefused } from "../../../helpers/refusals.ts";

const HEX = "0123456789abcdef".repeat(4);

function oci(text: string): OciSource {
  const source = parseRemoteSource(text);
  assert.ok(source.kind === "oci");
  return source;
}

describe("a source with a scheme", () => {
  it("is never a path, whatever the scheme is", () => {
    for (const text of ["https://x", "OCI://x", "http://x", "ftp://x", "git+ssh://x", "https://"])
      assert.ok(isRemoteSource(text), text);
    for (const text of ["./x.tgz", "/x", "x", "C:\\x.tgz", "c:/x", "https:/x", "./https://x", ""])
      assert.ok(!isRemoteSource(text), text);
  });

  it("on the web may name its digest behind a hash, and nothing else there", () => {
    const source = parseRemoteSource(`https://Example.com/a/x.tgz?y=1#sha256=${HEX}`);
    assert.ok(source.kind === "https");
    assert.equal(source.digest, `sha256:${HEX}`);
    assert.equal(source.target.href, "https://example.com/a/x.tgz?y=1");
    for (const end of [
      "#",
      "#x",
      `#sha256=${HEX}0`,
      `#sha256=${HEX.toUpperCase()}`,
      `#sha512=${HEX}`,
      `#sha256=${HEX}#`,
    ])
      assertRefused(() => parseRemoteSource(`https://example.com/x${end}`), "ERR_SOURCE_ADDRESS");
  });

  it("has one reading, or none", () => {
    for (const text of [
      "https://",
      "https://user:word@example.com/x.tgz",
      "https://example.com\\@evil.example/x.tgz",
      "https://0x7f.1/x.tgz",
      "https://127.1/x.tgz",
      "https://example.com./x.tgz",
      "https://exämple.com/x.tgz",
      "https://example.com/x y",
      "https://[::1%25eth0]/x",
      "https://example.com:99999/x",
      `https://example.com/${"x".repeat(3000)}`,
      "ftp://example.com/x.tgz",
      "file:///etc/passwd",
      "javascript://x",
    ])
      assertRefused(() => parseRemoteSource(text), "ERR_SOURCE_ADDRESS");
    for (const text of ["http://example.com/x.tgz", "http://localhost/x.tgz", "HTTP://x/"])
      assertRefused(() => parseRemoteSource(text), "ERR_SOURCE_INSECURE");
  });
});

describe("a source in a registry", () => {
  it("names a registry, a repository, and a tag or a digest", () => {
    const tagged = oci("oci://ghcr.io/acme/deep/time_x.y--z:1.0.0-rc.1");
    assert.deepEqual(
      [tagged.registry, tagged.repository, tagged.tag, tagged.digest, tagged.origin.href],
      ["ghcr.io", "acme/deep/time_x.y--z", "1.0.0-rc.1", undefined, "https://ghcr.io/"],
    );
    const pinned = oci(`oci://ghcr.io/acme/time@sha256:${HEX}`);
    assert.deepEqual([pinned.tag, pinned.digest], [undefined, `sha256:${HEX}`]);
    const both = oci(`oci://ghcr.io/acme/time:1@sha256:${HEX}`);
    assert.deepEqual([both.tag, both.digest], ["1", `sha256:${HEX}`]);
  });

  it("goes by http to this machine alone, as it is called and not as it resolves", () => {
    for (const host of ["localhost", "localhost:5000", "127.0.0.1:5000", "127.9.9.9", "[::1]:5000"])
      assert.equal(oci(`oci://${host}/x:1`).origin.scheme, "http", host);
    for (const host of [
      "localhost.example",
      "127.0.0.1.example",
      "10.0.0.1:5000",
      "[::2]",
      "local",
    ])
      assert.equal(oci(`oci://${host}/x:1`).origin.scheme, "https", host);
  });

  it("on Docker Hub is served under another name, and short names are those of its library", () => {
    for (const host of ["docker.io", "index.docker.io", "DOCKER.io"]) {
      const source = oci(`oci://${host}/time:1`);
      assert.deepEqual(
        [source.registry, source.repository, source.origin.host],
        ["docker.io", "library/time", "registry-1.docker.io"],
      );
    }
    assert.equal(oci("oci://docker.io/acme/time:1").repository, "acme/time");
    assert.equal(oci("oci://ghcr.io/time:1").repository, "time");
  });

  it("is refused when any part is not one", () => {
    for (const rest of [
      "",
      "ghcr.io",
      "ghcr.io/",
      "ghcr.io/acme/time",
      "ghcr.io/acme/time:",
      "ghcr.io/acme/time:-1",
      `ghcr.io/acme/time:${"1".repeat(129)}`,
      "ghcr.io/acme/time@",
      "ghcr.io/acme/time@1",
      `ghcr.io/acme/time@sha512:${HEX}${HEX}`,
      `ghcr.io/acme/time@sha256:${HEX.toUpperCase()}`,
      "ghcr.io/Acme/time:1",
      "ghcr.io/acme//time:1",
      "ghcr.io/../time:1",
      "ghcr.io/acme/./time:1",
      "ghcr.io/acme/time:1/../../x",
      "ghcr.io/-acme/time:1",
      "ghcr.io/acme__-time:1",
      "user@ghcr.io/acme/time:1",
      "user:word@ghcr.io/acme/time:1",
      "ghcr.io:0/acme/time:1",
      "ghcr.io:99999/acme/time:1",
      "gh cr.io/acme/time:1",
      "ghcr.io?x/acme:1",
      "ghcr.io#x/acme:1",
      "ghcr.io%2fx/acme:1",
      "ghcr.io\\x/acme:1",
      `ghcr.io/${"a".repeat(256)}:1`,
    ])
      assertRefused(() => parseRemoteSource(`oci://${rest}`), "ERR_SOURCE_ADDRESS");
  });

  it("is read in linear time", () => {
    const started = process.cpuUsage().user;
    for (const part of ["a-", "a__", "a.", "a/", "-", "_", ":"])
      assertRefused(() => parseRemoteSource(`oci://x/${part.repeat(1000)}!`), "ERR_SOURCE_ADDRESS");
    assert.ok(process.cpuUsage().user - started < 1_000_000);
  });
});

describe("a source that was approved", () => {
  const digest = (letter: string): `sha256:${string}` => `sha256:${letter.repeat(64)}`;
  const digests = { component: digest("b"), surface: digest("c"), manifest: digest("d") };
  const pinned = { package: digest("a"), digests, origin: { manifest: digest("e") } };

  it("is asked for by what was pinned of it, and not by a name that moves", () => {
    const cases: readonly (readonly [string, string])[] = [
      ["oci://ghcr.io/acme/time:1", `oci://ghcr.io/acme/time@${digest("e")}`],
      ["oci://localhost:5000/time:5000", `oci://localhost:5000/time@${digest("e")}`],
      ["https://a.example/x.tgz?y=1", `https://a.example/x.tgz?y=1#sha256=${"a".repeat(64)}`],
      ["https://a.example/x.wasm", `https://a.example/x.wasm#sha256=${"b".repeat(64)}`],
    ];
    for (const [text, expected] of cases) {
      assert.equal(pinSource(text, pinned), expected);
      parseRemoteSource(expected);
    }
  });

  it("stays as it is when it is local, says its digest, or was approved from elsewhere", () => {
    const said = `oci://ghcr.io/acme/time:1@${digest("f")}`;
    for (const text of ["./x.tgz", said, `https://a.example/x.tgz#sha256=${"f".repeat(64)}`])
      assert.equal(pinSource(text, pinned), text);
    const { origin: _, ...local } = pinned;
    assert.equal(pinSource("oci://ghcr.io/acme/time:1", local), "oci://ghcr.io/acme/time:1");
  });
});
