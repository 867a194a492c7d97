import type { Change, Mutation } from "../mutation.ts";

/** Most mutations: one text in one file. */
export function change(file: string, from: string, to: string): Change {
  return { file, from, to };
}

type Rest = Partial<Pick<Mutation, "behind" | "programs">>;

/** A table of mutations of one ring: what the release does then, what is changed, and what turns red. */
export function mutationsOf(
  ring: Mutation["ring"],
  rows: readonly (readonly [
    name: string,
    changes: Change | readonly Change[],
    red: string | readonly string[],
    rest?: Rest,
  ])[],
): readonly Mutation[] {
  return rows.map(([name, changes, red, rest = {}]) => ({
    name,
    ring,
    changes: "file" in changes ? [changes] : changes,
    red: typeof red === "string" ? [red] : red,
    ...rest,
  }));
}
