interface Entry {
  readonly version?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Development's of `runtime`, and part of what is shipped all the same: they are built into the sealed programs. */
const BUILT_IN = ["@bytecodealliance/jco-transpile", "extism"];

/**
 * Every package of npm that the released runtime needs or holds, at the exact version that the lockfile pins, sorted:
 * `[name, version]`. Found as Node finds them, from the folder of whoever asks upwards.
 */
export function packagesOf(
  lockfile: string,
): readonly (readonly [name: string, version: string])[] {
  const { packages } = JSON.parse(lockfile) as { packages: Readonly<Record<string, Entry>> };
  const seen = new Set<string>();
  const waiting = [...Object.keys(packages["runtime"]?.dependencies ?? {}), ...BUILT_IN].map(
    (name) => ({ name, from: "runtime" }),
  );
  for (const { name, from } of waiting) {
    const folder = resolve(packages, name, from);
    if (folder === undefined || seen.has(folder)) continue;
    seen.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = packages[folder] ?? {};
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies }))
      waiting.push({ name: needed, from: folder });
  }
  const found = [...seen].flatMap((folder): (readonly [string, string])[] => {
    const { version } = packages[folder] ?? {};
    const name = /(?:^|.*\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(folder)?.[1];
    return name === undefined || version === undefined ? [] : [[name, version]];
  });
  return [...new Map(found.map((one) => [one.join("@"), one])).values()].toSorted(
    ([a, v], [b, w]) => (a === b ? (v < w ? -1 : 1) : a < b ? -1 : 1),
  );
}

/** The folder of a package for a module in `from`; a workspace's own where it is one. Undefined for another platform's. */
function resolve(
  packages: Readonly<Record<string, Entry>>,
  name: string,
  from: string,
): string | undefined {
  for (let folder = from; ; folder = folder.replace(/(^|\/)[^/]*$/, "")) {
    const place = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    const entry = packages[place];
    if (entry?.link === true) return workspaceOf(name);
    if (entry) return place;
    if (folder === "") return undefined;
  }
}

function workspaceOf(name: string): string {
  return name === "@glovebox/sdk" ? "sdk-guest" : name.replace("@glovebox/", "");
}
