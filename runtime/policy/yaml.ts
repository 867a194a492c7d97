import { LineCounter, parseDocument, type Document } from "yaml";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Place } from "../errors.ts";
import type { Path } from "../plugin/cursor.ts";
import { JsonPlaces } from "../plugin/json-places.ts";
import type { Problems } from "../plugin/problems.ts";
import { findHiddenCharacter } from "../plugin/text.ts";
import { PolicyError } from "./errors.ts";
import { YamlReader } from "./yaml-reader.ts";

const BYTES_MAX = 256 * 1024;

/** A YAML file as plain data, where each part of it stands, and its document for careful edits. */
export interface YamlFile {
  readonly value: JsonValue;
  /** Place of the value at `path`, or of the nearest part around it. */
  readonly placeOf: (path: Path) => Place;
  /** Keeps comments and order. Holds nothing that `value` does not say. */
  readonly document: Document.Parsed;
}

/**
 * Reads the part of YAML 1.2 that everyone reads alike: mappings with text as keys, lists, and scalars of the core
 * schema. No tags, anchors, aliases, merge keys, duplicate keys or second document; numbers as JSON writes them.
 * What can be read past is added to `problems`; what cannot is thrown, as `ERR_CONFIG_UNREADABLE` with its place.
 */
export function parseYaml(text: string, file: string, problems: Problems): YamlFile {
  const bytes = Buffer.byteLength(text);
  if (bytes > BYTES_MAX)
    throw unreadable(`${bytes} bytes, where at most ${BYTES_MAX} are read`, { file });
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    // Its own check takes the square of a mapping's size. `YamlReader` has one that does not.
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
  });
  verifyCharacters(text, placeAt);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined)
    throw unreadable(`not YAML: ${problem.message}`, placeAt(problem.pos[0]));
  if (document.directives.yaml.version !== "1.2") throw unreadable("not of YAML 1.2", placeAt(0));

  const places = new JsonPlaces();
  const problemAt = (message: string, offset: number): PolicyError =>
    unreadable(message, placeAt(offset));
  const value = new YamlReader(places, problems, problemAt).read(document.contents);
  const start = document.contents?.range[0] ?? 0;
  return { value, document, placeOf: (path) => placeAt(places.offsetOf(value, path, start)) };
}

/** A review must see what a program reads, so not even a comment may hide something. */
function verifyCharacters(text: string, placeAt: (offset: number) => Place): void {
  const replaced = text.indexOf("\uFFFD");
  if (replaced !== -1) throw unreadable("bytes that are not UTF-8", placeAt(replaced));
  const hidden = findHiddenCharacter(text.replaceAll("\r\n", " \n"), { lines: true });
  if (hidden === undefined) return;
  throw unreadable(`${hidden.name}, which a reader would not see`, placeAt(hidden.index));
}

function unreadable(message: string, place: Place): PolicyError {
  return new PolicyError("ERR_CONFIG_UNREADABLE", message, { place });
}
