// `npm run test:probes`: the release with each containment measure switched off, attacked by its own probes. See HELP.
import { parseArgs } from "node:util";
import { attackItself } from "./attack-itself.ts";
import { decideMissed, decideUnsound } from "./judge.ts";
import { copyTree, type MutatedTree } from "./mutated-tree.ts";
import type { Mutation } from "./mutation.ts";
import { MUTATIONS } from "./mutations/table.ts";

const HELP = `npm run test:probes [-- [FILTER…] [--list] [--json]]

FILTER  part of a mutation's name, of a file, or the id of a probe
--list  the mutations, and run nothing
--json  one object`;
/** Two cores: a third would make the others late. */
const SIDE_BY_SIDE = 2;

interface Result {
  readonly mutation: Mutation;
  readonly red: readonly string[];
  readonly missed: string | undefined;
}

const { values, positionals } = parseArgs({
  options: { help: { type: "boolean" }, list: { type: "boolean" }, json: { type: "boolean" } },
  allowPositionals: true,
});
const filters = positionals.length === 0 ? [""] : positionals;
const chosen = MUTATIONS.filter(({ name, red, changes }) =>
  [name, ...red, ...changes.map(({ file }) => file)].some((words) =>
    filters.some((filter) => words.includes(filter)),
  ),
);
if (values.help === true || chosen.length === 0) {
  console.log(
    values.help === true
      ? HELP
      : `no mutation is called ${JSON.stringify(positionals.join(" "))}\n\n${HELP}`,
  );
  process.exit(values.help === true ? 0 : 2);
}
if (values.list === true) {
  for (const { ring, name, red } of chosen)
    console.log(`ring ${ring ?? "-"}  ${name} (${red.join(", ")})`);
  process.exit(0);
}

const trees: MutatedTree[] = [];
const removeTrees = (): void => {
  for (const tree of trees) tree.remove();
};
process.once("exit", removeTrees);
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(name, () => process.exit(130));

const say = (line: string): void => void (values.json === true || console.log(line));
for (let index = 0; index < SIDE_BY_SIDE; index += 1) trees.push(copyTree());
const control = await attackItself(trees[0]!.folder);
const unsound = decideUnsound(control);
say(
  unsound === undefined
    ? `control: ${control.probes.length} probes, all green`
    : `control: ${unsound}`,
);
if (unsound !== undefined) {
  if (values.json === true) console.log(JSON.stringify({ unsound }, undefined, 2));
  process.exit(1);
}

const waiting = [...chosen];
const results: Result[] = [];
await Promise.all(
  trees.map(async (tree) => {
    for (let mutation = waiting.shift(); mutation; mutation = waiting.shift())
      results.push(await tryMutation(tree, mutation));
  }),
);
const caught = results.filter(({ missed }) => missed === undefined);
if (values.json === true)
  console.log(JSON.stringify({ of: results.length, caught: caught.length, results }, undefined, 2));
for (const { mutation, missed } of results)
  if (missed !== undefined) say(`NOT CAUGHT: ${mutation.name}: ${missed}`);
say(`${caught.length} of ${results.length} mutations caught`);
process.exit(caught.length === results.length ? 0 : 1);

async function tryMutation(tree: MutatedTree, mutation: Mutation): Promise<Result> {
  let red: readonly string[] = [];
  let missed: string | undefined;
  try {
    const attack = await tree.under(mutation, () => attackItself(tree.folder));
    red = attack.red;
    missed = decideMissed(mutation, attack);
  } catch (error) {
    missed = error instanceof Error ? error.message : String(error);
  }
  say(
    `${missed === undefined ? "caught" : "MISSED"}  ring ${mutation.ring ?? "-"}  ${mutation.name}: ${missed ?? red.join(", ")}`,
  );
  return { mutation, red, missed };
}
