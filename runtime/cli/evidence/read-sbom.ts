import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import type { Cursor, StringRule } from "../../plugin/cursor.ts";
import { CYCLONEDX } from "./sbom.ts";

/** What a bill of materials says, as far as it is compared with other documents. */
export interface ReadSbom {
  readonly runtime: string;
  /** By name: `node`, `bubblewrap`. */
  readonly programs: Readonly<Record<string, string>>;
  readonly packages: number;
  readonly plugins: Readonly<Record<string, ReadPlugin>>;
}

export interface ReadPlugin {
  readonly name: string;
  readonly version: string;
  /** SHA-256 in hexadecimal. */
  readonly component: string;
  readonly properties: Readonly<Record<string, string>>;
}

const COMPONENTS_MAX = 5000;
const PROPERTIES_MAX = 64;
const WORD: StringRule = { lengthMin: 1, lengthMax: 300 };
const TEXT: StringRule = { lengthMax: 4000, lines: true };
const PREFIX = "glovebox:";

/** Reads CycloneDX as `sbom.ts` writes it, which is less than the standard allows: what else there was would mean something to others. */
export function readSbom(root: Cursor): ReadSbom {
  const fields = root.fields([
    "bomFormat",
    "specVersion",
    "version",
    "metadata",
    "components",
    "dependencies",
  ]);
  fields.get("bomFormat").exactly("CycloneDX");
  fields.get("specVersion").exactly(CYCLONEDX);
  fields.get("version").exactly(1);
  const own = fields
    .get("metadata")
    .fields(["component"])
    .get("component")
    .fields(["type", "bom-ref", "name", "version", "licenses"]);
  own.get("name").exactly("glovebox");
  own.get("type").exactly("application");
  readLicenses(own.get("licenses"));
  const programs: Record<string, string> = {};
  const plugins = Object.create(null) as Record<string, ReadPlugin>;
  const refs: string[] = [];
  let packages = 0;
  for (const item of fields.get("components").items(1, COMPONENTS_MAX)) {
    const part = item.fields(
      ["type", "bom-ref", "name", "version"],
      ["description", "licenses", "hashes", "purl", "properties"],
    );
    part.get("type").string(WORD);
    part.optional("description", (text) => text.string(TEXT));
    part.optional("purl", (text) => text.string(WORD));
    part.optional("licenses", readLicenses);
    const [name, version] = [part.get("name").string(WORD), part.get("version").string(WORD)];
    const ref = part.get("bom-ref").string(WORD);
    if (refs.includes(ref)) item.problem("a component stands there twice");
    refs.push(ref);
    const hash = part.optional("hashes", readHash).hashes ?? "";
    if (ref.startsWith("plugin:")) {
      const properties = readProperties(part.get("properties"));
      plugins[ref.slice("plugin:".length)] = { name, version, component: hash, properties };
    } else if (part.get("purl").value === undefined) programs[name] = version;
    else packages += 1;
  }
  const runtime = own.get("version").string(WORD);
  readDependencies(fields.get("dependencies"), own.get("bom-ref").string(WORD), refs);
  return { runtime, programs, packages, plugins };
}

function readLicenses(member: Cursor): readonly string[] {
  return member.items(1, 1).map((one) => one.fields(["expression"]).get("expression").string(WORD));
}

function readHash(member: Cursor): string {
  const [hash = ""] = member.items(1, 1).map((item) => {
    const fields = item.fields(["alg", "content"]);
    const digits = fields.get("alg").value === "SHA-256" ? 64 : 128;
    if (digits === 128) fields.get("alg").exactly("SHA-512");
    return fields.get("content").string({
      lengthMin: digits,
      lengthMax: digits,
      pattern: /^[0-9a-f]+$/,
      shape: "hex digits",
    });
  });
  return hash;
}

/** Signers may be several; of the rest there is one each. */
function readProperties(member: Cursor): Readonly<Record<string, string>> {
  const properties: Record<string, string> = {};
  for (const item of member.items(1, PROPERTIES_MAX)) {
    const fields = item.fields(["name", "value"]);
    const name = fields.get("name").string(WORD).slice(PREFIX.length);
    const value = fields.get("value").string(TEXT);
    if (Object.hasOwn(properties, name) && name !== "signer")
      item.problem("a property stands there twice");
    properties[name] = value;
  }
  return properties;
}

function readDependencies(member: Cursor, runtime: string, refs: readonly string[]): void {
  for (const item of member.items(1, 1)) {
    const fields = item.fields(["ref", "dependsOn"]);
    fields.get("ref").exactly(runtime);
    const on = fields
      .get("dependsOn")
      .items(1, COMPONENTS_MAX)
      .map((one) => one.string(WORD));
    if (on.join("\n") !== refs.join("\n")) item.problem("it does not depend on its components");
  }
}

/** An object's member that is an object, or an empty one. */
export function objectAt(value: JsonObject, key: string): JsonObject {
  const member = Object.hasOwn(value, key) ? value[key] : undefined;
  return isJsonObject(member) ? member : {};
}
