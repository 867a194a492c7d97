import { HostError } from "../errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { isPlainText } from "../text.ts";
import { CHOICES_MAX, FIELDS_MAX, LABEL_CHARS_MAX, VALUE_CHARS_MAX } from "./limits.ts";

/** The schema of a form, as MCP's elicitation restricts it: flat fields, each a primitive or a choice. */
export type FormSchema = {
  readonly type: "object";
  readonly properties: { readonly [name: string]: JsonObject };
  readonly required?: readonly string[];
};

const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const FORMATS: readonly JsonValue[] = ["email", "uri", "date", "date-time"];
const COMMON = ["type", "title", "description", "default"];
/** Which keywords a field may have, by its type. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  string: [...COMMON, "minLength", "maxLength", "format", "enum", "enumNames", "oneOf"],
  number: [...COMMON, "minimum", "maximum"],
  integer: [...COMMON, "minimum", "maximum"],
  boolean: COMMON,
  array: [...COMMON, "items", "minItems", "maxItems"],
};

/**
 * MCP: a form must not ask for what is secret, since the client and its model may see the answer. Words of a field's name
 * or label that say so; what goes by another name is between the plugin and whoever granted it forms.
 */
const SECRET =
  /\b(pass ?(word|phrase|code)|secret|api ?key|access ?(key|token)|private ?key|auth(entication)? ?token|(bearer|refresh|session) ?token|credit ?card|card ?number|cvv|cvc|social ?security|ssn|pin ?code|one ?time ?(code|password)|otp|seed ?phrase)\b/i;

/** Reads a form's schema. Throws `HostError`. */
export function parseFormSchema(value: JsonValue | undefined): FormSchema {
  if (!isJsonObject(value)) throw invalid("the schema is no object");
  const { type, properties, required, $schema: _, ...rest } = value;
  if (type !== "object" || !isJsonObject(properties) || Object.keys(rest).length > 0)
    throw invalid("the schema is an object with `type`, `properties` and `required` alone");
  const names = Object.keys(properties);
  if (names.length === 0 || names.length > FIELDS_MAX)
    throw invalid(`${names.length} fields; 1 to ${FIELDS_MAX} are accepted`);
  for (const name of names) verifyField(name, properties[name]);
  if (required !== undefined && !isNames(required, names))
    throw invalid("`required` names fields that are there, each once");
  return {
    type,
    properties: properties as FormSchema["properties"],
    ...(required === undefined ? {} : { required: required as readonly string[] }),
  };
}

function isNames(value: JsonValue, names: readonly string[]): boolean {
  return (
    Array.isArray(value) &&
    new Set(value).size === value.length &&
    value.every((name) => names.some((known) => known === name))
  );
}

function verifyField(name: string, field: JsonValue | undefined): void {
  if (!NAME.test(name)) throw invalid("the name of a field is no plain name");
  if (!isJsonObject(field)) throw invalid("a field is no object");
  const { type, title, description } = field;
  const known =
    typeof type === "string" && Object.hasOwn(KEYWORDS, type) ? KEYWORDS[type] : undefined;
  if (!known) throw invalid("a field is a string, a number, an integer, a boolean or a choice");
  if (!Object.keys(field).every((key) => known.includes(key)))
    throw invalid("a field with a keyword that forms do not have");
  for (const label of [title, description]) if (label !== undefined) verifyLabel(label);
  const words = [name.replaceAll(/[_-]/g, " "), spaced(name), title, description];
  if (words.some((text) => typeof text === "string" && SECRET.test(text)))
    throw new HostError("refused-by-policy", "a form must not ask for what is secret");
  verifyBounds(field);
  verifyChoices(field);
  if (field["default"] !== undefined && readField(field, field["default"]) === undefined)
    throw invalid("a default that does not match its field");
}

function spaced(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, "$1 $2");
}

function verifyLabel(value: JsonValue): asserts value is string {
  if (typeof value !== "string" || value.length > LABEL_CHARS_MAX || !isPlainText(value))
    throw invalid("a label is no short text");
}

function verifyBounds(field: JsonObject): void {
  for (const key of ["minLength", "maxLength", "minItems", "maxItems"]) {
    const bound = field[key];
    if (bound !== undefined && !(Number.isSafeInteger(bound) && Number(bound) >= 0))
      throw invalid("a bound that is no count");
  }
  for (const key of ["minimum", "maximum"])
    if (field[key] !== undefined && typeof field[key] !== "number")
      throw invalid("a bound that is no number");
  const { format } = field;
  if (format !== undefined && !FORMATS.includes(format)) throw invalid("an unknown format");
}

function verifyChoices(field: JsonObject): void {
  const { type, items, enumNames } = field;
  if (enumNames !== undefined) {
    const choices = field["enum"];
    if (!Array.isArray(enumNames) || !Array.isArray(choices) || enumNames.length !== choices.length)
      throw invalid("`enumNames` without as many choices");
    for (const label of enumNames as readonly JsonValue[]) verifyLabel(label);
  }
  if (type !== "array") return void choicesOf(field, "oneOf");
  if (!isJsonObject(items)) throw invalid("a list without a choice");
  const known = ["type", "enum", "anyOf"];
  if (!Object.keys(items).every((key) => known.includes(key)) || !choicesOf(items, "anyOf"))
    throw invalid("a list is of strings of a choice");
}

/** The values of a choice, or undefined where there is none. Throws for one that is broken. */
function choicesOf(field: JsonObject, titled: "oneOf" | "anyOf"): readonly string[] | undefined {
  const [plain, named] = [field["enum"], field[titled]];
  if (plain === undefined && named === undefined) return undefined;
  if (plain !== undefined && named !== undefined) throw invalid("two choices in one field");
  const list = plain ?? named;
  if (!Array.isArray(list) || list.length === 0 || list.length > CHOICES_MAX)
    throw invalid(`a choice of 1 to ${CHOICES_MAX}`);
  const values = (list as readonly JsonValue[]).map((item) => {
    if (plain !== undefined) return item;
    if (
      !isJsonObject(item) ||
      !Object.keys(item).every((key) => key === "const" || key === "title")
    )
      throw invalid("a titled choice has `const` and `title`");
    verifyLabel(item["title"] ?? null);
    return item["const"] ?? null;
  });
  for (const value of values) verifyLabel(value);
  return values as readonly string[];
}

/**
 * What a person filled in, as the form has it: known fields only. Undefined where it does not match, or lacks what is
 * required. The client wrote it.
 */
export function readForm(
  schema: FormSchema,
  content: JsonValue | undefined,
): JsonObject | undefined {
  if (!isJsonObject(content)) return undefined;
  const read: Record<string, JsonValue> = {};
  for (const [name, field] of Object.entries(schema.properties)) {
    if (!Object.hasOwn(content, name)) continue;
    const value = readField(field, content[name] ?? null);
    if (value === undefined) return undefined;
    read[name] = value;
  }
  return schema.required?.every((name) => Object.hasOwn(read, name)) === false ? undefined : read;
}

function readField(field: JsonObject, value: JsonValue): JsonValue | undefined {
  const { type } = field;
  if (type === "boolean") return typeof value === "boolean" ? value : undefined;
  if (type === "string") return isTextWithin(field, value) ? value : undefined;
  if (type === "array") return isListWithin(field, value) ? value : undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  if (type === "integer" && !Number.isInteger(value)) return undefined;
  const { minimum = -Infinity, maximum = Infinity } = field;
  return value >= Number(minimum) && value <= Number(maximum) ? value : undefined;
}

function isTextWithin(field: JsonObject, value: JsonValue): value is string {
  if (typeof value !== "string" || value.length > VALUE_CHARS_MAX || !isPlainText(value))
    return false;
  const choices = choicesOf(field, "oneOf");
  if (choices) return choices.includes(value);
  const { minLength = 0, maxLength = Infinity, format } = field;
  const length = Array.from(value).length;
  return (
    length >= Number(minLength) && length <= Number(maxLength) && hasFormat(value, format ?? null)
  );
}

function isListWithin(field: JsonObject, value: JsonValue): boolean {
  const { items, minItems = 0, maxItems = Infinity } = field;
  const choices = isJsonObject(items) ? choicesOf(items, "anyOf") : undefined;
  return (
    Array.isArray(value) &&
    value.length >= Number(minItems) &&
    value.length <= Math.min(Number(maxItems), CHOICES_MAX) &&
    value.every((item) => choices?.some((choice) => choice === item))
  );
}

function hasFormat(value: string, format: JsonValue): boolean {
  if (format === "email") return /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(value);
  if (format === "uri") return URL.canParse(value);
  if (format === "date") return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
  if (format === "date-time")
    return /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value));
  return true;
}

function invalid(message: string): HostError {
  return new HostError("invalid-argument", message);
}
