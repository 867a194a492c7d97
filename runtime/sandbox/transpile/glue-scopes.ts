import type { Identifier, Node, Pattern, VariableDeclaration } from "acorn";

/** One variable of a function's body. */
export interface Binding {
  readonly name: string;
  readonly constant: boolean;
  readonly isClass: boolean;
  /** Declared in an inner block, which holds a function that uses it: it may live on, and nobody outside can name it. */
  readonly hidden: boolean;
}

type FunctionNode = Node & { readonly params?: readonly Pattern[]; readonly body: Node };

/** Direct children of a syntax node, in no particular order. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const value of Object.values(node) as unknown[]) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value])
      if (isNode(item)) children.push(item);
  }
  return children;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function isFunction(node: Node): node is FunctionNode {
  return /^(Function(Declaration|Expression)|ArrowFunctionExpression)$/.test(node.type);
}

/** Variables, classes and functions of a function's own body, without those of functions inside it. */
export function readBindings(body: { readonly body: Node }): Binding[] {
  const found = new Map<string, Binding>();
  const visit = (node: Node, block: Node | undefined): void => {
    const isClass = node.type === "ClassDeclaration";
    for (const { name, constant, scoped } of declarationsOf(node)) {
      const inner = scoped && block !== undefined;
      const hidden = inner && isUsedByFunction(block, name);
      if (!inner || hidden) found.set(name, { name, constant, isClass, hidden });
    }
    if (isFunction(node) || node.type === "ClassDeclaration") return;
    const inner = opensBlock(node) && node !== body.body ? node : block;
    for (const child of childrenOf(node)) visit(child, inner);
  };
  visit(body.body, undefined);
  return [...found.values()];
}

/** Every name that this one node declares or assigns to, of whatever kind. */
export function namesChangedBy(node: Node): string[] {
  const { id, param } = node as Node & { id?: Pattern | null; param?: Pattern | null };
  const named = [id, param].flatMap((pattern) => (pattern ? namesOf(pattern) : []));
  const parameters = isFunction(node) ? (node.params ?? []).flatMap(namesOf) : [];
  return [...named, ...parameters, ...changedNames(node)];
}

interface Declared {
  readonly name: string;
  readonly constant: boolean;
  /** Belongs to its block, and not to the function. */
  readonly scoped: boolean;
}

function declarationsOf(node: Node): Declared[] {
  // Functions can carry properties, and classes their static fields.
  if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration")
    return [{ name: (node as Node & { id: Identifier }).id.name, constant: true, scoped: true }];
  if (node.type !== "VariableDeclaration") return [];
  const { kind, declarations } = node as VariableDeclaration;
  return declarations
    .flatMap(({ id }) => namesOf(id))
    .map((name) => ({ name, constant: kind === "const", scoped: kind !== "var" }));
}

function opensBlock(node: Node): boolean {
  return /^(BlockStatement|For\w*Statement|SwitchStatement|CatchClause)$/.test(node.type);
}

function isUsedByFunction(node: Node, name: string, inFunction = false): boolean {
  if (inFunction && node.type === "Identifier" && (node as Identifier).name === name) return true;
  const inside = inFunction || isFunction(node) || node.type === "ClassBody";
  return childrenOf(node).some((child) => isUsedByFunction(child, name, inside));
}

function namesOf(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        namesOf(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : namesOf(element)));
    case "AssignmentPattern":
      return namesOf(pattern.left);
    case "RestElement":
      return namesOf(pattern.argument);
    default:
      return [];
  }
}

/**
 * Variables of inner functions that functions inside those change: state that lives in a closure and that nobody else can
 * name. These alone are known, and live no longer than the call that made them:
 * what a trampoline notes of its task and its arguments, the two halves of a promise, a promise's completion.
 */
const LIVES_FOR_A_CALL =
  /^(_trampoline\d+\.\w+|promiseWithResolvers\.(resolve|reject)|waitForBackpressure\.backpressureCleared|constructor\.completionSettled)$/;

/** Names of closure state below the two bodies of `outer`, which are its second and third level of functions. */
export function findClosureState(outer: Node): string[] {
  const found = new Set<string>();
  const visitFunction = (node: FunctionNode, name: string, scopes: readonly Scope[]): void => {
    const own = new Set([
      ...readBindings(node).map((binding) => binding.name),
      ...(node.params ?? []).flatMap(namesOf),
      ...caughtNames(node.body),
    ]);
    const inner = [{ name, own }, ...scopes];
    visit(node.body, name, inner);
    for (const parameter of node.params ?? []) visit(parameter, name, inner);
  };
  const visit = (node: Node, name: string, scopes: readonly Scope[]): void => {
    if (isFunction(node))
      return visitFunction(node, node === outer ? "" : nameOf(node, name), scopes);
    for (const changed of changedNames(node)) {
      const at = scopes.findIndex(({ own }) => own.has(changed));
      const owner = scopes[at];
      // Level 0 is the script, 1 `instantiate`, 2 its generator: their variables are laid open.
      const level = scopes.length - 1 - at;
      const isState =
        owner !== undefined && at > 0 && !(level <= 1 || (level === 2 && owner.name === GENERATOR));
      const key = `${owner?.name}.${changed}`;
      if (isState && !LIVES_FOR_A_CALL.test(key)) found.add(key);
    }
    for (const child of childrenOf(node)) visit(child, nameOf(node, name), scopes);
  };
  visit(outer, "", []);
  return [...found];
}

const GENERATOR = "_initGenerator";

interface Scope {
  readonly name: string;
  readonly own: ReadonlySet<string>;
}

function nameOf(node: Node, inherited: string): string {
  const { id, key } = node as Node & { id?: Partial<Identifier> | null; key?: Partial<Identifier> };
  return id?.name ?? key?.name ?? inherited;
}

function caughtNames(node: Node): string[] {
  if (isFunction(node)) return [];
  const { param } = node as Node & { param?: Pattern | null };
  const own = node.type === "CatchClause" && param ? namesOf(param) : [];
  return [...own, ...childrenOf(node).flatMap(caughtNames)];
}

const CHANGING_METHODS =
  /^(push|pop|shift|unshift|splice|fill|sort|reverse|copyWithin|set|add|delete|clear|next|set(Ui|I)nt\d+|setFloat\d+|setBig\w+)$/;

const CHANGING_FUNCTIONS = /^(assign|definePropert(y|ies)|setPrototypeOf|deleteProperty)$/;

/** Variables that this one node assigns to, or whose content it changes. */
function changedNames(node: Node): string[] {
  const { left, argument, operator, callee } = node as Node & {
    left?: Pattern;
    argument?: Node;
    operator?: string;
    callee?: Node & { object?: Node; property?: Partial<Identifier> };
  };
  if (node.type === "AssignmentExpression" && left !== undefined)
    return left.type === "MemberExpression" ? rootName(left) : namesOf(left);
  if (
    node.type === "UpdateExpression" ||
    (node.type === "UnaryExpression" && operator === "delete")
  )
    return argument === undefined ? [] : rootName(argument);
  const method = node.type === "CallExpression" ? callee?.property?.name : undefined;
  if (method === undefined || callee?.object === undefined) return [];
  if (CHANGING_METHODS.test(method)) return rootName(callee.object);
  // `Object.assign(target, …)` and its like.
  const target = (node as Node & { arguments?: readonly Node[] }).arguments?.[0];
  return CHANGING_FUNCTIONS.test(method) && target !== undefined ? rootName(target) : [];
}

function rootName(node: Node): string[] {
  if (node.type === "Identifier") return [(node as Identifier).name];
  const { object, expression } = node as Node & { object?: Node; expression?: Node };
  const inner =
    node.type === "MemberExpression"
      ? object
      : node.type === "ChainExpression"
        ? expression
        : undefined;
  return inner === undefined ? [] : rootName(inner);
}
