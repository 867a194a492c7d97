import { parse, type Expression, type FunctionExpression, type Node, type Program } from "acorn";
import { VIEWS } from "../touched.ts";
import {
  childrenOf,
  findClosureState,
  namesChangedBy,
  readBindings,
  type Binding,
} from "./glue-scopes.ts";

/** The name by which the script reaches the runner. A script that knows it already is not made by jco alone. */
export const HOOK = "$glovebox_glue";

/** The script with its state laid open, or why that cannot be done: then each call needs a new instance. */
export type ExposedGlue =
  | { readonly script: string; readonly refused?: never }
  | { readonly script: string; readonly refused: string };

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

class Refusal extends Error {}

/**
 * Lets the runner see and restore everything that jco's binding code keeps between two calls.
 *
 * `classic` is an expression: a function whose value is `instantiate` (see `makeClassicScript`). It gets a parameter, a
 * hook that `instantiate` calls once, with a way to read every variable of its two bodies (its own and that of the
 * generator inside, where jco keeps all state) and a way to assign those that are not constant. Private fields become
 * ordinary ones, or no one outside could see them. It also gets the views that it writes to memories through, as further
 * parameters: they tell what was touched. What the reading relies on is checked against the code itself, not
 * against a list of names: a new version of jco that keeps state elsewhere is refused here, and by the test of this file.
 */
export function exposeGlue(classic: string): ExposedGlue {
  try {
    return { script: expose(classic) };
  } catch (error) {
    if (error instanceof Refusal) return { script: classic, refused: error.message };
    throw error;
  }
}

function expose(classic: string): string {
  if (classic.includes(HOOK)) throw new Refusal("the binding code knows the hook's name");
  const program = parse(classic, { ecmaVersion: "latest", sourceType: "script" });
  const outer = outerFunction(program);
  const { instantiate, generator } = findBodies(outer);
  const closures = findClosureState(outer);
  if (closures.length > 0)
    throw new Refusal(`a closure of the binding code keeps state: ${closures[0]}`);
  const writer = findOtherWriter(outer);
  if (writer !== undefined)
    throw new Refusal(`the binding code may write to a memory through ${writer}`);
  if (registersForCollection(outer)) throw new Refusal("the component exports resources");
  const bindings = [...readBindings(instantiate), ...readBindings(generator)];
  const unreachable = bindings.find(({ hidden }) => hidden);
  if (unreachable !== undefined)
    throw new Refusal(`the binding code keeps state in an inner block: ${unreachable.name}`);
  const names = new Set<string>();
  for (const { name } of bindings) {
    // jco lets exports take names of its own: then the hook would see one of two variables.
    if (names.has(name)) throw new Refusal(`the binding code has two of the name ${name}`);
    names.add(name);
  }
  const last = generator.body.body.at(-1);
  if (last?.type !== "ReturnStatement") throw new Refusal("the binding code ends in another way");
  const edits = [
    {
      start: outer.start,
      end: outer.body.start,
      text: `function (${[HOOK, ...VIEWS].join(", ")}) `,
    },
    { start: last.start, end: last.start, text: hookCall(bindings) },
    ...renamePrivateNames(outer),
  ];
  return applyEdits(classic, edits);
}

/** `(function () { … })`, and nothing beside it. */
function outerFunction(program: Program): FunctionExpression {
  const [statement, ...others] = program.body;
  if (others.length === 0 && statement?.type === "ExpressionStatement") {
    const { expression } = statement;
    if (expression.type === "FunctionExpression" && expression.params.length === 0)
      return expression;
  }
  throw new Refusal("the binding code is not one function");
}

/** All state is in `instantiate` and in the generator that it starts; beside it stands only a constant without content. */
function findBodies(outer: FunctionExpression) {
  let instantiate: (Node & { body: FunctionExpression["body"] }) | undefined;
  for (const statement of outer.body.body) {
    if (statement.type === "FunctionDeclaration" && statement.id.name === "instantiate")
      instantiate = statement;
    else if (statement.type === "VariableDeclaration") {
      const empty = statement.declarations.every(({ init }) => isEmptyObject(init));
      if (!empty || statement.kind !== "const")
        throw new Refusal("the binding code keeps state outside of instantiate");
    } else if (
      statement.type !== "EmptyStatement" &&
      statement.type !== "ExpressionStatement" &&
      statement.type !== "ReturnStatement"
    )
      throw new Refusal("the binding code has parts outside of instantiate");
  }
  if (instantiate === undefined) throw new Refusal("the binding code has no instantiate");
  for (const statement of instantiate.body.body) {
    if (statement.type !== "VariableDeclaration") continue;
    const init = statement.declarations[0]?.init;
    if (init?.type !== "CallExpression" || init.callee.type !== "FunctionExpression") continue;
    if (init.callee.generator) return { instantiate, generator: init.callee };
  }
  throw new Refusal("the binding code has no generator");
}

function isEmptyObject(expression: Expression | null | undefined): boolean {
  return expression?.type === "ObjectExpression" && expression.properties.length === 0;
}

/** Objects that are told when they were collected would change the state at a time of the collector's choice. */
function registersForCollection(node: Node): boolean {
  const member =
    node.type === "CallExpression" &&
    (node as Node & { callee: Node }).callee.type === "MemberExpression"
      ? (node as Node & { callee: Node & { property: Node & { name?: string } } }).callee.property
          .name
      : undefined;
  return member === "register" || childrenOf(node).some(registersForCollection);
}

/** Language features by which code reaches more than it names. */
const REACH_ALL = new Set(["Atomics", "Function", "Reflect", "eval", "structuredClone"]);
const VIEW_NAMES: ReadonlySet<string> = new Set(VIEWS);
/** Of the global object, what jco's code asks for. */
const GLOBAL_PROPERTIES = new Set(["process", "WebAssembly"]);

/** A way to a memory that does not lead through the views which the script is given. */
function findOtherWriter(node: Node): string | undefined {
  const { name, property, object, computed } = node as Node & {
    name?: string;
    property?: Node & { name?: string };
    object?: Node & { name?: string };
    computed?: boolean;
  };
  if (node.type === "Identifier" && name !== undefined && REACH_ALL.has(name)) return name;
  if (node.type === "MemberExpression") {
    if (property?.name === "constructor" && !computed) return "a constructor";
    if (object?.name === "globalThis" && (computed || !GLOBAL_PROPERTIES.has(property?.name ?? "")))
      return "globalThis";
  }
  const hides = namesChangedBy(node).find((changed) => VIEW_NAMES.has(changed));
  if (hides !== undefined) return `a ${hides} of its own`;
  for (const child of childrenOf(node)) {
    const found = findOtherWriter(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function hookCall(bindings: readonly Binding[]): string {
  const read = bindings.map(({ name }) => name);
  const classes = bindings.filter(({ isClass }) => isClass).map(({ name }) => name);
  const written = bindings.filter(({ constant }) => !constant).map(({ name }) => name);
  return (
    `${HOOK}({ read: () => [${read.join(", ")}], classes: () => [${classes.join(", ")}], ` +
    `variables: () => [${written.join(", ")}], ` +
    `assign: (${HOOK}_values) => { [${written.join(", ")}] = ${HOOK}_values; } });\n`
  );
}

/** `#name` of a class becomes a property that no other class uses. `#name in x` is not something jco writes. */
function renamePrivateNames(root: Node): Edit[] {
  const edits: Edit[] = [];
  let classes = 0;
  const visit = (node: Node, scopes: readonly ReadonlyMap<string, string>[]): void => {
    if (
      node.type === "BinaryExpression" &&
      (node as Node & { left: Node }).left.type === "PrivateIdentifier"
    )
      throw new Refusal("the binding code asks for private names");
    if (node.type === "PrivateIdentifier") {
      const { name } = node as Node & { name: string };
      const text = scopes.find((scope) => scope.has(name))?.get(name);
      if (text === undefined) throw new Refusal("a private name that no class declares");
      edits.push({ start: node.start, end: node.end, text });
      return;
    }
    let inner = scopes;
    if (node.type === "ClassBody") {
      classes += 1;
      const { body } = node as Node & {
        body: readonly (Node & { key?: Node & { name?: string } })[];
      };
      const own = body.flatMap(({ key }) =>
        key?.type === "PrivateIdentifier" && key.name !== undefined
          ? [[key.name, `_glovebox_${classes}_${key.name}`] as const]
          : [],
      );
      inner = [new Map(own), ...scopes];
    }
    for (const child of childrenOf(node)) visit(child, inner);
  };
  visit(root, []);
  return edits;
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let from = 0;
  for (const edit of edits.toSorted((left, right) => left.start - right.start)) {
    result += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return result + text.slice(from);
}
