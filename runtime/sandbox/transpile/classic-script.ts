/**
 * jco's generated module as a classic script whose value is a function that returns `instantiate`.
 * The module has no imports, two exports at line starts, and names `import.meta.url` at most in dead code.
 * It stays strict code, as modules are.
 */
export function makeClassicScript(module: string): string {
  const body = module
    .replace(/^export (?=function |const )/gm, "")
    .replaceAll("import.meta.url", "undefined");
  return `(function () { "use strict";\n${body}\nreturn instantiate;\n})`;
}
