/**
 * Whether a path matches a glob: `*` and `?` within a name, `**` across names. A glob without `/` is matched
 * against the last name alone. Takes time in proportion to the product of the lengths, whatever the glob.
 */
export function matchesGlob(path: string, glob: string): boolean {
  if (!glob.includes("/")) return matchesName(path.slice(path.lastIndexOf("/") + 1), glob);
  const names = path.split("/");
  const parts = glob.split("/").filter((part) => part !== "" && part !== ".");
  // reach[n]: the parts so far can match the first n names.
  let reach = names.map(() => false);
  reach.unshift(true);
  for (const part of parts) {
    const next = reach.map(() => false);
    for (let count = 0; count <= names.length; count++) {
      if (part === "**") next[count] = reach[count]! || (count > 0 && next[count - 1]!);
      else if (count > 0) next[count] = reach[count - 1]! && matchesName(names[count - 1]!, part);
    }
    reach = next;
  }
  return reach[names.length]!;
}

/** One name against `*` and `?`: on failure only the last `*` tries again, so it is never exponential. */
function matchesName(name: string, pattern: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    if (pattern[place] === "*") {
      star = place++;
      starAt = at;
    } else if (place < pattern.length && (pattern[place] === "?" || pattern[place] === name[at])) {
      place++;
      at++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (pattern[place] === "*") place++;
  return place === pattern.length;
}
