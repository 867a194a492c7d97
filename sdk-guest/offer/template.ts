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
