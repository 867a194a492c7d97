// A workspace with `encryption`: what lies among a plugin's encrypted files and is not, and who hears of it.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Powers } from "@glovebox/host-api/powers";
import { AtRestError } from "../../../../runtime/at-rest/errors.ts";
import type { AuditRecord } from "../../../../runtime/audit/record.ts";
import { assertSealed } from "../../../../runtime/cli/at-rest/assert-sealed.ts";
import { tellForeignFiles } from "../../../../runtime/cli/serving/foreign-files.ts";
import { openBeneath } from "../../../../runtime/powers/beneath/open-beneath.ts";
import { makeFilePowers } from "../../../../runtime/powers/files.ts";
import type { Workspace } from "../../../../runtime/workspace.ts";
import { workspacePaths } from "../../../../runtime/workspace-paths.ts";
import { makeScratch, makeSeal } from "../../../helpers/sandbox-folder.ts";

test("a start names the first file that lies unencrypted, of whichever tenant and profile it is", (t) => {
  const { base } = makeScratch(t);
  const paths = workspacePaths(join(base, "glovebox.yaml"));
  const workspace = { paths } as Pick<Workspace, "paths"> as Workspace;
  const start = (): void => assertSealed(workspace, makeFilePowers());
  const homes = [
    paths.homeFolder("p"),
    paths.homeFolder("p", "home"),
    paths.homeFolder("p", "home", "acme"),
  ];
  for (const home of homes) {
    const folder = openBeneath(join(home, "files"), { writable: true, seal: makeSeal() });
    folder.makeDirectory(["d"]);
    folder.open(["d", "f"], { read: true, write: true, create: true }).close();
    folder.close();
  }
  start();
  const namesFile =
    (file: string) =>
    (error: unknown): boolean =>
      error instanceof AtRestError &&
      error.code === "ERR_AT_REST_PLAIN" &&
      error.place?.file === file;
  for (const home of homes.toReversed()) {
    const file = join(home, "files", "dropped.txt");
    writeFileSync(file, "plain");
    assert.throws(start, namesFile(file));
  }
  mkdirSync(join(homes[0] ?? "", "files.plain"));
  assert.throws(start, namesFile(join(homes[0] ?? "", "files.plain")));
});

test("the audit trail says what a folder holds that its key does not open, once for each kind, and no name", (t) => {
  const { box } = makeScratch(t);
  const records: AuditRecord[] = [];
  const audit = { write: (record: AuditRecord) => void records.push(record), close: () => {} };
  const all = { openBeneath } as Pick<Powers, "openBeneath"> as Powers;
  const powers = tellForeignFiles(all, audit, { alias: "notes", tenant: "acme" });
  const folder = powers.openBeneath(box, { writable: true, seal: makeSeal() });
  writeFileSync(join(box, "quarterly figures"), "plain");
  for (let time = 0; time < 3; time += 1) assert.deepEqual(folder.list([], 10), []);
  folder.close();
  const [only, ...others] = records;
  assert.deepEqual(others, []);
  assert.ok(only?.kind === "event" && only.event === "foreign-file");
  assert.deepEqual([only.alias, only.tenant, only.detail?.["found"]], ["notes", "acme", "name"]);
  assert.ok(!JSON.stringify(only).includes("quarterly"));
});
