// Whose word counts: keys that are revoked, ended or alone where two must sign, and identities that are not quite the right
// one. Wherever the release lies and whichever command looks at it, it is refused with a code of its own.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { formatStatement } from "../../runtime/supply/signatures/statement.ts";
import type { PluginPackage } from "../../runtime/supply/package.ts";
import { NO_TRUST } from "../../runtime/supply/signatures/trust.ts";
import { openPackage } from "../../runtime/supply/verify-installed.ts";
import { rulesOf } from "../../runtime/workspace.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { AUTHOR, FOREIGN, OTHER } from "../helpers/signed-package.ts";
import {
  SigstoreRoom,
  type Identity,
  type LooseCertificateBundle,
} from "../helpers/sigstore-room.ts";
import { MODES } from "../helpers/tampering.ts";
import { GOOD, makeRelease, type Release } from "./releases.ts";
import { assertCell, openScene, run, type Scene } from "./scene.ts";
import { SITES } from "./sites.ts";

const suite = installForSuite();

interface Distrust {
  readonly what: string;
  readonly code: string;
  readonly edit: (text: string) => string;
}

const REVOKED = "reason: a laptop was lost, date: 2026-11-01";
const ofAuthor = (line: string) => (text: string) =>
  text.replace(/^( +)name: author$|^( +- )name: author$/m, (found) => {
    const spaces = " ".repeat(found.length - "name: author".length);
    return `${found}\n${spaces}${line}`;
  });

const DISTRUSTS: readonly Distrust[] = [
  {
    what: "a revoked key",
    code: "ERR_KEY_REVOKED",
    edit: (text) =>
      `${text}revoked:\n  keys: [{ key: "${AUTHOR.publicKey.digest}", ${REVOKED} }]\n`,
  },
  {
    what: "a revoked component",
    code: "ERR_DIGEST_REVOKED",
    edit: (text) =>
      `${text}revoked:\n  digests: [{ digest: "${digestOfBytes(OTHER.component)}", ${REVOKED} }]\n`,
  },
  {
    what: "an expired key",
    code: "ERR_KEY_EXPIRED",
    edit: ofAuthor("until: 2026-01-31"),
  },
  {
    what: "a key of tomorrow",
    code: "ERR_KEY_NOT_YET_VALID",
    edit: ofAuthor("from: 2199-01-01"),
  },
  {
    what: "one signer where two must sign",
    code: "ERR_SIGNER_THRESHOLD",
    edit: (text) =>
      ofAuthor("cosigners: [reviewer]")(text).replace(
        /^trust:\n/m,
        `trust:\n  - { name: reviewer, key: ${FOREIGN.publicKey.text}, plugins: [other] }\n`,
      ),
  },
];

for (const name of Object.keys(SITES))
  for (const mode of MODES)
    describe(`${name}, in ${mode}`, () => {
      const acts: (() => void)[] = [];
      let scene: Scene;
      before(async () => {
        scene = await openScene(suite, name, mode, { after: (act) => void acts.push(act) });
      });
      after(async () => {
        await scene.site[Symbol.asyncDispose]();
        for (const act of acts) act();
      });

      for (const { what, code, edit } of DISTRUSTS)
        it(`is refused with ${what}`, async (t) => {
          const workspace = scene.installed.copy(t);
          scene.site.put(GOOD, workspace);
          // What is installed besides is signed by the same author, and not asked about here.
          assert.equal((await run(["remove", "echo"], workspace, scene)).code, 0);
          workspace.editConfiguration(edit);
          const add = ["add", scene.site.source(GOOD, mode, workspace), "--as", "again", "--yes"];
          for (const words of [["verify"], ["serve"], ["approve", "other", "--yes"], add])
            await assertCell({ words, codes: [code] }, workspace, scene);
          rmSync(workspace.path(".glovebox/store"), { recursive: true });
          await assertCell({ words: ["restore"], codes: [code] }, workspace, scene);
        });
    });

const ROOM = new SigstoreRoom();
const ANN: Identity = { issuer: "https://accounts.example.com", subject: "ann@example.com" };

function signedBy(
  identity: Partial<Identity>,
  files: PluginPackage = OTHER,
  alter: (bundle: LooseCertificateBundle) => void = () => {},
): Release {
  const { digests } = openPackage(GOOD.package, rulesOf(NO_TRUST));
  const statement = formatStatement({
    name: "other",
    version: "1.0.0",
    digests: { ...digests, component: digestOfBytes(files.component) },
  });
  const bundle = ROOM.sign(statement, { ...ANN, ...identity });
  alter(bundle);
  return makeRelease(OTHER, [Buffer.from(JSON.stringify(bundle))]);
}

const IDENTITIES: readonly (readonly [what: string, code: string, release: Release])[] = [
  [
    "another issuer",
    "ERR_IDENTITY_OTHER_ISSUER",
    signedBy({ issuer: "https://accounts.example.com.evil.example" }),
  ],
  [
    "a subject that only contains the right one",
    "ERR_IDENTITY_OTHER_SUBJECT",
    signedBy({ subject: "joann@example.com" }),
  ],
  [
    "a stripped log entry",
    "ERR_LOG_ENTRY_MISSING",
    signedBy({}, OTHER, ({ verificationMaterial }) => (verificationMaterial.tlogEntries = [])),
  ],
  [
    "a shifted log entry",
    "ERR_LOG_ENTRY_INVALID",
    signedBy({}, OTHER, ({ verificationMaterial: { tlogEntries } }) => {
      const time = Number(tlogEntries[0]?.integratedTime) + 60;
      Object.assign(tlogEntries[0] ?? {}, { integratedTime: String(time) });
    }),
  ],
  [
    "the subject of other bytes",
    "ERR_SIGNATURE_OTHER_COMPONENT",
    signedBy({}, { ...OTHER, component: Buffer.concat([OTHER.component, Buffer.alloc(1)]) }),
  ],
];

/** Trusts the identity alone, by the room's root. */
function trustAnn(workspace: TestWorkspace): void {
  writeFileSync(workspace.path("root.json"), ROOM.rootBytes);
  workspace.editConfiguration((text) => {
    const entry = `  - name: ann\n    identity: { issuer: "${ANN.issuer}", subject: ${ANN.subject} }\n    plugins: [other]\n`;
    return `${text.replace(/^trust:\n[^]*?(?=^# Installed)/m, `trust:\n${entry}\n`)}sigstore: { trusted_root: ./root.json }\n`;
  });
}

for (const name of Object.keys(SITES))
  for (const mode of MODES)
    describe(`${name} with the signature of an identity, in ${mode}`, () => {
      const acts: (() => void)[] = [];
      let scene: Scene;
      before(async () => {
        scene = await openScene(suite, name, mode, { after: (act) => void acts.push(act) });
      });
      after(async () => {
        await scene.site[Symbol.asyncDispose]();
        for (const act of acts) act();
      });

      it("is added where everything is right, and refused where anything is not", async (t) => {
        const workspace = suite.installed.copy(t);
        await run(["remove", "echo"], workspace, scene);
        trustAnn(workspace);
        for (const [what, code, release] of IDENTITIES) {
          scene.site.put(release, workspace);
          const words = ["add", scene.site.source(release, mode, workspace), "--yes"];
          await assertCell({ words, codes: [code] }, workspace, scene).catch((error: unknown) => {
            throw new Error(what, { cause: error });
          });
        }
        const good = signedBy({});
        scene.site.put(good, workspace);
        const words = ["add", scene.site.source(good, mode, workspace), "--yes"];
        const named = mode === "production" ? ["--digest", digestOfBytes(GOOD.package)] : [];
        const added = await run([...words, ...named], workspace, scene);
        assert.equal(added.code, 0, added.stderr);
        assert.equal((await run(["verify"], workspace, scene)).code, 0);
      });
    });
