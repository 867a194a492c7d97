// Every function of every interface that links, as the WIT itself lists them: none may be missing when jco brings a newer WIT.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { makeImports } from "@glovebox/host-api/guest-registry";
import { inspectComponent } from "../../../runtime/plugin/component/inspect.ts";
import { referenceOf } from "../../../runtime/plugin/component/reference.ts";
import { componentOfWit, nestPackages } from "../../helpers/component-reference.ts";
import { makeLoopback } from "../../helpers/loopback.ts";

const BUILTIN = join(
  dirname(fileURLToPath(import.meta.resolve("@bytecodealliance/jco/component"))),
  "../lib/wit/builtin",
);
/** What hosts export and plugins do not import. */
const EXPORTED = new Set(["wasi:cli/run", "wasi:http/incoming-handler"]);

const VERSIONS = readdirSync(BUILTIN).filter((name) => name.startsWith("0.2."));
const imports = makeImports(makeLoopback({}));

/** A component that imports every interface of one version. */
async function importAll(version: string) {
  const files = readdirSync(join(BUILTIN, version)).map((folder) =>
    join(BUILTIN, version, folder, "package.wit"),
  );
  const names = files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    const [, name = ""] = /^package ([^@;]+)/mu.exec(text) ?? [];
    // What is marked unstable is not there unless a toolchain asks for it by name.
    return [...text.matchAll(/(?<!^@unstable.*\n)^interface ([a-z0-9-]+)/gmu)].map(
      ([, one]) => `${name}/${one}`,
    );
  });
  const lines = names
    .filter((name) => !EXPORTED.has(name))
    .map((name) => `import ${name}@${version};`);
  const wit = nestPackages(files, `package test:all;\nworld w {\n${lines.join("\n")}\n}`);
  return inspectComponent(await componentOfWit(wit, "w")).imports;
}

function camel(name: string): string {
  return name.replaceAll(/-(.)/gu, (_whole, letter: string) => letter.toUpperCase());
}

function pascal(name: string): string {
  return camel(`-${name}`);
}

/** Where generated code looks for one member of an interface. */
function find(item: string, member: string): unknown {
  const module = imports[item];
  const [, kind, resource = "", name = ""] =
    /^\[(constructor|method|static)\]([^.]+)\.?(.*)$/u.exec(member) ?? [];
  if (kind === undefined) return module?.[camel(member)];
  const owner = module?.[pascal(resource)];
  if (typeof owner !== "function" || kind === "constructor") return owner;
  const holder: object = kind === "static" ? owner : (owner.prototype as object);
  return Reflect.get(holder, camel(name));
}

test("jco brings the versions that are known", () => {
  assert.ok(VERSIONS.length > 0);
  assert.ok(
    VERSIONS.includes("0.2.12"),
    "a newer WIT: write the reference anew, and look at what it added",
  );
});

for (const version of VERSIONS) {
  test(`every interface and function of WASI ${version} links to something`, async () => {
    const missing: string[] = [];
    let functions = 0;
    for (const item of await importAll(version)) {
      for (const [member, text] of item.members) {
        if (referenceOf(item.name)?.get(member) !== text)
          missing.push(`${item.name}#${member}: type`);
        if (text.startsWith("func(")) {
          functions += 1;
          if (typeof find(item.name, member) !== "function") missing.push(`${item.name}#${member}`);
        }
        if (text === "type resource" && typeof imports[item.name]?.[pascal(member)] !== "function")
          missing.push(`${item.name}#${member}: class`);
      }
    }
    assert.deepEqual(missing, []);
    // Of older versions jco carries a part.
    assert.ok(functions > (version === "0.2.12" ? 150 : 50), `${functions} functions`);
  });
}
