import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "Sources" to "When something changes", and what shows it. */
export const README_SOURCES: Claims = {
  // Sources
  "`glovebox add SOURCE` takes a plugin from where it is, looks at it, asks, and keeps what was approved in `.glovebox/store`.":
    [
      "test/e2e/remote-sources.test.ts",
      "test/e2e/approval.test.ts#is asked for after everything was shown",
      "test/e2e/publish.test.ts#takes a package with its signature, and what it serves is added",
    ],
  "A start verifies the store and asks no server: what happens at a remote source later changes nothing here.":
    ["test/e2e/publish.test.ts#is not asked at a start", "test/e2e/remote-sources.test.ts"],
  "A source on this machine is verified too while it is there: one that was rebuilt, or whose signature was taken away, stops a start until you approve it or put it back.":
    [
      "test/supply/matrix.test.ts#is refused with",
      "test/e2e/tampered-approvals.test.ts#is still good where its source is gone",
    ],
  "`glovebox restore` fetches what a fresh clone lacks by the digests that were pinned, wherever a tag is by then.":
    [
      "test/e2e/publish.test.ts#has for a fresh clone what was approved, although its tag has moved",
      "test/supply/rug-pull.test.ts#does not come in by a fresh clone",
    ],
  "| `./time-1.0.0.tgz`, `./time.wasm`, `./time` | a package, a component with or without its `plugin.json`, a folder; signatures lie beside it | package, component, tool definitions, manifest |":
    [
      "test/e2e/fuzz.test.ts#is refused, when it is the package at the source",
      "test/e2e/wit-components.test.ts#is pinned and signed as every plugin",
      "test/e2e/scan.test.ts#is scanned as a folder",
    ],
  "| `https://example.com/time-1.0.0.tgz#sha256=HEX` | the file, then `….sigstore.json` and `….minisig` beside it | the same; without `#sha256=` it is pinned by its approval, and in production nothing is fetched |":
    [
      "test/security/source-network-attacks.test.ts#is not believed when the bytes are others",
      "test/e2e/policy.test.ts",
      "test/supply/network.test.ts#is refused with",
    ],
  "| `oci://ghcr.io/acme/time:1.0.0`, `oci://ghcr.io/acme/time@sha256:HEX` | the manifest, its layer, and the signatures that refer to it | the same, and the manifest's digest as `origin` |":
    [
      "test/e2e/publish.test.ts#takes a package with its signature",
      "test/security/registry-attacks.test.ts#of a digest must have it",
    ],
  "From a registry these artifacts are understood: our package, one layer of WebAssembly as CNCF and Wassette have it, and an image with one `/plugin.wasm`, as hyper-mcp has it.":
    [
      "test/e2e/publish.test.ts#is a component alone, as CNCF and Wassette have it",
      "test/e2e/publish.test.ts#is an image with an Extism plugin in it",
    ],
  "Signatures are Sigstore bundles that refer to the artifact; cosign's older form, a tag that ends in `.sig`, is not looked at.":
    ["test/security/registry-attacks.test.ts#has no signatures in the older form of cosign"],
  "Every manifest and layer is fetched by its digest and compared with it; of an index the one artifact is taken that is meant for all, for wasm or for `linux/amd64`, and none where several could be.":
    [
      "test/security/registry-attacks.test.ts#of a digest must have it",
      "test/security/registry-images.test.ts#of an index is",
    ],
  "A fetch goes by https; plain http is for a registry called `localhost` or with a loopback address.":
    [
      "test/unit/supply/sources/source-text.test.ts#goes by http to this machine alone",
      "test/e2e/publish.test.ts#by plain http is none",
    ],
  "It follows five redirects, never to http, never with credentials to another origin, and never further inside than the host you named: a public one cannot send it to your network or machine.":
    [
      "test/security/source-network-attacks.test.ts#is followed over five redirects, and not over six",
      "test/security/source-network-attacks.test.ts#may be inside when the operator names it",
      "test/security/registry-credentials.test.ts#is not handed on to where a registry keeps its layers",
      "test/security/source-network-attacks.test.ts#is refused with",
    ],
  "It ends after 10 minutes, after 30 seconds of silence, and at 64 MiB (128 MiB for all layers of an image); a connection that is cut goes on where it was, three times.":
    [
      "test/unit/documents/figures.test.ts#the bounds of a fetch",
      "test/security/source-network-attacks.test.ts#goes on where it was, when the server has a strong ETag",
    ],
  "For a private certificate authority set `NODE_EXTRA_CA_CERTS` to its PEM file.": [
    "test/e2e/publish.test.ts#is added from with a private certificate authority",
  ],
  "Credentials for a registry are those of `docker login`: `config.json` in `$DOCKER_CONFIG` or `~/.docker`, with `credHelpers`, `credsStore` and `auths`.":
    [
      "test/security/registry-credentials.test.ts#is where DOCKER_CONFIG says, else at home",
      "test/e2e/publish.test.ts#that wants credentials gets those of Docker's",
    ],
  "They are looked up when the registry asks, and shown to it and its token service alone.": [
    "test/security/registry-credentials.test.ts#is not shown another's",
    "test/security/registry-credentials.test.ts#and the password are not shown to whom the token service redirects",
    "test/security/registry-credentials.test.ts#is asked for without credentials where there are none",
  ],
  "`glovebox publish` pushes a package with every signature beside it, the tag last:": [
    "test/e2e/publish.test.ts#takes a package with its signature",
    "test/unit/supply/sources/publish.test.ts#what is published can be pulled",
  ],
  "The same package makes the same digest in every registry.": [
    "test/unit/supply/sources/publish.test.ts#a package is the same artifact wherever and whenever it is published",
  ],
  "Publishing again changes nothing, and a tag that names other bytes is left alone unless you say `--force`.":
    [
      "test/e2e/publish.test.ts#has the same after the same is published again",
      "test/e2e/publish.test.ts#keeps what a tag names, unless it is forced",
    ],
  // When something changes
  "What runs is what was approved, whatever a source says later; a source on this machine that says something else stops a start.":
    ["test/e2e/remote-sources.test.ts", "test/supply/matrix.test.ts#is refused with"],
  "| know what sources have now, in CI | `glovebox outdated` | asks every source, runs nothing; exit 3 when one has something else than is pinned, 1 when one could not be asked |":
    [
      "test/supply/rug-pull.test.ts#is shown and refused wherever it could come in",
      "test/supply/network.test.ts#by every command that fetches",
      "test/e2e/promises.test.ts#change neither configuration nor lockfile",
    ],
  "| see a change | `glovebox diff NAME` | the approved release against the one at its source: versions, digests, signers, imports, requests, and tool definitions word by word |":
    [
      "test/e2e/findings.test.ts#`diff` and `update` mark the findings",
      "test/e2e/trust.test.ts#is compared with the one that takes its place",
      "test/unit/firewall/surface-diff.test.ts",
    ],
  "| take a change | `glovebox update NAME` | the same, below the plugin as a whole, and then the question |":
    [
      "test/e2e/findings.test.ts#`diff` and `update` mark the findings",
      "test/supply/rug-pull.test.ts",
    ],
  "| grant more or less | edit `grants`, then `glovebox approve NAME` | says what was granted and what is |":
    ["test/e2e/promises.test.ts#shows what was granted and what is"],
  "| set up a fresh clone | `glovebox restore` | fetches what the lockfile pins, and accepts no other byte; nothing is asked |":
    ["test/supply/rug-pull.test.ts#does not come in by a fresh clone", "test/e2e/restore.test.ts"],
  "A release that calls itself by the approved version and has other bytes is named as that, in capitals.":
    ["test/supply/rug-pull.test.ts#is shown and refused wherever it could come in"],
  "The scanner's findings of high severity and a name that could be taken for that of another plugin stop an approval, until `--accept ID` names them.":
    [
      "test/e2e/findings.test.ts#is passed by its name alone",
      "test/e2e/policy.test.ts#is not added unless it is accepted",
    ],
  "Several plugins may be of one package, with grants of their own, and several versions of one plugin may stand side by side: `glovebox add SOURCE --as NAME`.":
    [
      "test/supply/workspace.test.ts#of several versions stand side by side",
      "test/supply/workspace.test.ts#stay until the last plugin of them is removed",
    ],
  "**Production is frozen.**": [
    "test/e2e/policy.test.ts#a script approves only the package that it names",
    "test/e2e/promises.test.ts#change neither configuration nor lockfile",
  ],
  "`serve`, `call`, `verify`, `list`, `inspect`, `outdated` and `diff` write neither configuration nor lockfile nor store, in any mode; `restore` writes only what is pinned.":
    [
      "test/e2e/promises.test.ts#change neither configuration nor lockfile",
      "test/supply/matrix.test.ts#is as pinned while it has the good release",
    ],
  "In production `add`, `update` and `approve` take no plugin without signatures, an https source must name its digest, and `--yes` approves only the package that `--digest sha256:…` names (`add` shows it as `package`), with the grants that were approved before or that stand in the command: a script cannot approve what nobody has read.":
    [
      "test/e2e/policy.test.ts#a script approves only the package that it names",
      "test/e2e/policy.test.ts#a script approves no grants that neither were approved",
      "test/e2e/policy.test.ts#nothing is added unsigned",
      "test/supply/network.test.ts#is refused with",
    ],
  "`--yes` alone ends with 3, shows everything, and prints the `--digest` to add once it was read.":
    ["test/e2e/policy.test.ts#a script approves only the package that it names"],
  "**A command that is killed**, at whatever moment, leaves configuration and lockfile both as they were or both as they were to be.":
    ["test/e2e/kill.test.ts#leaves the workspace as before or as after"],
  "The intent is written to `.glovebox/change.json` first, readers heed it from then on, and the next command that changes something ends it.":
    [
      "test/e2e/kill.test.ts#leaves the workspace as before or as after",
      "test/unit/powers/replace-together.test.ts",
    ],
  "Of several plugins, `restore` and `update` finish each for itself.": [
    "test/e2e/promises.test.ts#finishes each of several plugins for itself",
    "test/e2e/kill.test.ts#leaves the workspace as before or as after",
  ],
};
