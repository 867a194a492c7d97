/**
 * The variables of an address, or undefined where it does not match: RFC 6570, level 1, each `{variable}` one part of a
 * path, percent-decoded. Linear: parts are compared one by one.
 */
export function matchTemplate(
  template: string,
  uri: string,
): Readonly<Record<string, string>> | undefined {
  const [wanted, actual] = [template.split("/"), uri.split("/")];
  if (wanted.length !== actual.length) return undefined;
  const variables: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = actual[index] ?? "";
    const open = part.indexOf("{");
    const close = part.indexOf("}");
    if (open < 0 || close < open) {
      if (part !== value) return undefined;
      continue;
    }
    const [before, after] = [part.slice(0, open), part.slice(close + 1)];
    const inner = value.slice(before.length, value.length - after.length);
    if (value.length <= before.length + after.length) return undefined;
    if (!value.startsWith(before) || !value.endsWith(after)) return undefined;
    try {
      variables[part.slice(open + 1, close)] = decodeURIComponent(inner);
    } catch {
      return undefined;
    }
  }
  return variables;
}

/** Whether some address matches both. Where it is not clear, it is said that one does. */
export function mayOverlap(left: string, right: string): boolean {
  const [one, other] = [left.split("/"), right.split("/")];
  return (
    one.length === other.length &&
    one.every((part, index) => {
      const twin = other[index] ?? "";
      return part === twin || part.includes("{") || twin.includes("{");
    })
  );
}

/** The names of a template's variables, or undefined where it is none: at most one in each part of the path, each once. */
export function variablesOf(template: string): readonly string[] | undefined {
  const names: string[] = [];
  for (const part of template.split("/")) {
    if (!/[{}]/.test(part)) continue;
    const name = /^[^{}]*\{([A-Za-z_][A-Za-z0-9_]{0,63})\}[^{}]*$/.exec(part)?.[1];
    if (name === undefined || names.includes(name)) return undefined;
    names.push(name);
  }
  return names.length > 0 ? names : undefined;
}
