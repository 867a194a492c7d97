// What the sources import is declared where they stand, at one exact version, and nothing else is.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));

const PUBLISHED = ["runtime", "host-api", "sdk-guest"];
const PACKAGES = [
  ...PUBLISHED,
  "test",
  ...globSync("plugins/*/package.json").map((file) => file.replace(/\/package\.json$/, "")),
];
/** The root declares what the whole tree is checked with, and imports nothing. */
const EVERYWHERE = [".", ...PACKAGES];
/** Files whose imports nobody needs who installs the package: tests, tools, and what the build makes part of other files. */
const NOT_SHIPPED =
  /^(test\/|plugins\/[^/]+\/(test|tools)\/|runtime\/sandbox\/runner\/extism\/|runtime\/sandbox\/transpile\/(main|generate-code|expose-glue|glue-scopes)\.ts$)/;
/** Needed by what is no import here: types, another tool's plugin, what componentize-js imports without declaring it, and what LangChain's adapters want beside them. */
const UNSEEN = [
  "@types/node",
  "oxlint-tsgolint",
  "@bytecodealliance/preview2-shim",
  "@langchain/core",
];

const PACKAGE_NAME = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*(?=\/|$)/;
const IMPORT = [
  /^(?:import|export)\s[^;"'`]*?\sfrom\s+"([^"\n]+)"/gm,
  /^import\s+"([^"\n]+)"/gm,
  /\b(?:import|import\.meta\.resolve|createRequire\([^()]*\)\.resolve)\(\s*"([^"\n]+)"/g,
];

/** Every package that these files import, with the file that does. */
function importsOf(files: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    const text = withoutTemplates(readFileSync(file, "utf8"));
    for (const [, specifier = ""] of IMPORT.flatMap((pattern) => [...text.matchAll(pattern)])) {
      const [name] = PACKAGE_NAME.exec(specifier) ?? [];
      if (name !== undefined) found.set(name, file);
    }
  }
  return found;
}

/** What stands in a template of many lines is a text about a program, and not this program. */
function withoutTemplates(text: string): string {
  return text.replaceAll(/`(?:[^`\\]|\\[^])*`/g, (template) =>
    template.includes("\n") ? "``" : template,
  );
}

function sourcesOf(folder: string): readonly string[] {
  if (folder === ".") return [];
  return globSync(`${folder}/**/*.{ts,mjs,cjs}`, { exclude: ["**/node_modules", "**/dist"] });
}

for (const folder of EVERYWHERE) {
  const { name: own, dependencies = {}, devDependencies = {}, scripts = {} } = manifestOf(folder);
  const sources = sourcesOf(folder);
  const needed = importsOf(sources.filter((file) => !NOT_SHIPPED.test(file)));
  const neededHere = importsOf(sources.filter((file) => NOT_SHIPPED.test(file)));

  test(`${folder}: every package that the sources import is declared`, () => {
    const missing = [...needed].filter(([name]) => name !== own && !(name in dependencies));
    const missingHere = [...neededHere].filter(
      ([name]) => name !== own && !(name in { ...dependencies, ...devDependencies }),
    );
    assert.deepEqual([...missing, ...missingHere], []);
  });

  test(`${folder}: nothing is declared that is not used`, () => {
    const run = Object.values(scripts).join(" ");
    const usedAsTool = (name: string): boolean => run.includes(name) || isRunByPath(name);
    const unused = [
      ...Object.keys(dependencies).filter((name) => !needed.has(name)),
      ...Object.keys(devDependencies).filter((name) => !neededHere.has(name) && !usedAsTool(name)),
    ];
    assert.deepEqual(
      unused.filter((name) => !UNSEEN.includes(name)),
      [],
    );
  });
}

/** Programs that tests and helpers run from `node_modules`. */
function isRunByPath(name: string): boolean {
  return sourcesOf("test/helpers").some((file) =>
    readFileSync(file, "utf8").includes(`node_modules/${name}/`),
  );
}

test("every version is exact, and one package has one version", () => {
  const versions = new Map<string, string>();
  for (const folder of EVERYWHERE) {
    const { dependencies, devDependencies, optionalDependencies } = manifestOf(folder);
    for (const [name, version] of Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    })) {
      assert.match(version, /^\d+\.\d+\.\d+(-(rc\d+|alpha\.\d+))?$/, `${folder}: ${name}`);
      assert.equal(version, versions.get(name) ?? version, `${folder}: ${name}`);
      versions.set(name, version);
    }
  }
  for (const folder of PUBLISHED) {
    const { name, version } = manifestOf(folder);
    assert.equal(versions.get(name) ?? version, version, `others want another ${name}`);
  }
});

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const { packages: locked }: { packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync("package-lock.json", "utf8"),
);

test("the lock is of these manifests, and names no registry", () => {
  for (const folder of PACKAGES)
    assert.deepEqual(
      locked[folder]?.dependencies ?? {},
      manifestOf(folder).dependencies ?? {},
      folder,
    );
  const elsewhere = Object.entries(locked).filter(
    ([, { resolved = "", link }]) => resolved !== "" && !link,
  );
  assert.deepEqual(elsewhere, []);
});

test("what the lock brings has a checksum, and only the Inspector wants to run a script, which .npmrc refuses", () => {
  const brought = Object.entries(locked).filter(
    ([path, { link }]) => path.includes("node_modules/") && !link,
  );
  assert.deepEqual(
    brought
      .filter(([, { integrity = "" }]) => !integrity.startsWith("sha512-"))
      .map(([path]) => path),
    [],
  );
  assert.deepEqual(
    brought.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path),
    ["node_modules/@modelcontextprotocol/inspector"],
  );
  assert.match(readFileSync(".npmrc", "utf8"), /^ignore-scripts=true$/m);
});
