import type { ByteReader } from "./reader.ts";

/**
 * Names of core imports and exports land unescaped between single quotes in the code that jco 1.35 generates, wherever
 * they stand: in a core module, in an alias of a core export, in an inline core instance, in an instantiation.
 * Quotes of all kinds, the backslash and `${` are refused, so that no quoting style can be left (wit-component itself
 * writes `$imports`, so `$` alone must pass).
 * `*` means "the whole namespace" to jco and `__proto__` is special in an object literal.
 */
const BREAKING = /['"`\\]|\$\{|^\*$|^__proto__$/u;

/** Component-level names are kebab-case by specification. Registry and URL forms (`url=<…>`) are not served. */
const LABEL = /^[A-Za-z][A-Za-z0-9-]*$/u;
const EXTERN_NAME = /^[A-Za-z0-9:/@.+[\]-]+$/u;

/** Reads a core name: the attacker's text inside generated code. */
export function readCoreName(reader: ByteReader): string {
  const name = reader.asciiName();
  if (BREAKING.test(name)) {
    throw reader.refusal("ERR_COMPONENT_NAME", "a core name could break out of generated code");
  }
  return name;
}

/** Reads the label of a parameter, field or case. */
export function readLabel(reader: ByteReader): string {
  const label = reader.asciiName();
  if (!LABEL.test(label)) throw reader.refusal("ERR_COMPONENT_NAME", "a label is not kebab-case");
  return label;
}

/** Reads the name of an interface, a function, a resource's method: what components link by. */
export function readLinkName(reader: ByteReader): string {
  const name = reader.asciiName();
  if (!EXTERN_NAME.test(name)) {
    throw reader.refusal(
      "ERR_COMPONENT_NAME",
      "a name is not an interface, kebab-case or resource name",
    );
  }
  return name;
}

/** Reads the name of a component import or export: a form byte, then the name. Attributes are refused. */
export function readExternName(reader: ByteReader): string {
  const form = reader.byte();
  if (form > 1) throw reader.refusal("ERR_COMPONENT_FEATURE", "a name with attributes");
  return readLinkName(reader);
}

/** `ns:package/interface@1.2.3` in its two parts. A name without version has none. */
export function splitVersion(name: string): {
  readonly name: string;
  readonly version: string | undefined;
} {
  const at = name.indexOf("@");
  return at < 0
    ? { name, version: undefined }
    : { name: name.slice(0, at), version: name.slice(at + 1) };
}
