import { variablesOf } from "@glovebox/host-api/uri-template";
import { digestOf } from "./canonical.ts";
import type { Cursor } from "./cursor.ts";
import { pluginSource, readDocument } from "./document.ts";
import {
  NO_OFFERS,
  type Digest,
  type Offers,
  type PromptArgument,
  type PromptDefinition,
  type ResourceDefinition,
  type TemplateDefinition,
  type ToolSurface,
} from "./formats.ts";
import type { JsonLimits } from "./json.ts";
import {
  ARGUMENT_NAME,
  MIME_TYPE,
  PROMPT_ARGUMENTS_MAX,
  PROMPTS_MAX,
  RESOURCE_NAME,
  RESOURCE_URI,
  RESOURCES_MAX,
  TITLE,
  TOOL_NAME,
  URI_TEMPLATE,
} from "./rules.ts";

const LIMITS: JsonLimits = { bytesMax: 256 * 1024, depthMax: 8, nodesMax: 20_000 };
const DESCRIPTION = {
  lengthMin: 1,
  lengthMax: 4096,
  pattern: /\S/,
  shape: "a description",
  lines: true,
};

/**
 * Reads a package's `offers.json`: `{resources, templates, prompts, completes}`, of which what is empty is left out.
 * The plugin wrote it and the model will read it, so nothing unknown and nothing unseen passes. The lists are sorted, so
 * that a digest does not hang on an order. Throws `ERR_SURFACE_INVALID` or `ERR_TEXT_HIDDEN`, or `Refusals` of several.
 */
// debt("GB-044"): pinned: a plugin lists no others while it runs.
export function parseOffers(json: Uint8Array | string, file = "offers.json"): Offers {
  return readDocument(json, pluginSource("ERR_SURFACE_INVALID", LIMITS, file), (root) => {
    const fields = root.fields([], ["resources", "templates", "prompts", "completes"]);
    const offers: Offers = {
      ...NO_OFFERS,
      ...fields.optional("resources", (list) => readList(list, RESOURCES_MAX, readResource, "uri")),
      ...fields.optional("templates", (list) =>
        readList(list, RESOURCES_MAX, readTemplate, "uriTemplate"),
      ),
      ...fields.optional("prompts", (list) => readList(list, PROMPTS_MAX, readPrompt, "name")),
      ...fields.optional("completes", (flag) => flag.boolean()),
    };
    return offers;
  });
}

/** The same of a package that may have none. */
export function readOffers(json: Uint8Array | undefined): Offers {
  return json === undefined ? NO_OFFERS : parseOffers(json);
}

/** Reads what `list-resources` answered: `{resources, templates}`. Throws as `parseOffers`. */
export function parseListedResources(json: string): Pick<Offers, "resources" | "templates"> {
  const source = pluginSource("ERR_SURFACE_INVALID", LIMITS, "list-resources");
  return readDocument(json, source, (root) => {
    const fields = root.fields(["resources", "templates"]);
    return {
      resources: readList(fields.get("resources"), RESOURCES_MAX, readResource, "uri"),
      templates: readList(fields.get("templates"), RESOURCES_MAX, readTemplate, "uriTemplate"),
    };
  });
}

/** Reads what `list-prompts` answered. Throws as `parseOffers`. */
export function parseListedPrompts(json: string): Pick<Offers, "prompts"> {
  const source = pluginSource("ERR_SURFACE_INVALID", LIMITS, "list-prompts");
  return readDocument(json, source, (root) => ({
    prompts: readList(root, PROMPTS_MAX, readPrompt, "name"),
  }));
}

function readList<Item>(
  list: Cursor,
  countMax: number,
  read: (item: Cursor) => Item,
  key: keyof Item,
): readonly Item[] {
  const items = list.items(0, countMax).map(read);
  const seen = new Set<unknown>();
  for (const item of items) {
    if (seen.has(item[key])) list.problem(`${String(item[key])} is listed twice`);
    seen.add(item[key]);
  }
  return items.toSorted((left, right) => (left[key] < right[key] ? -1 : 1));
}

function readResource(item: Cursor): ResourceDefinition {
  const fields = item.fields(["uri", "name"], ["title", "description", "mimeType"]);
  return { uri: fields.get("uri").string(RESOURCE_URI), ...readHead(fields) };
}

function readTemplate(item: Cursor): TemplateDefinition {
  const fields = item.fields(["uriTemplate", "name"], ["title", "description", "mimeType"]);
  const uriTemplate = fields.get("uriTemplate").string(URI_TEMPLATE);
  if (variablesOf(uriTemplate) === undefined)
    fields
      .get("uriTemplate")
      .problem("not a template", "Write at most one {variable} in each part of the path.");
  return { uriTemplate, ...readHead(fields) };
}

function readHead(fields: ReturnType<Cursor["fields"]>): Omit<ResourceDefinition, "uri"> {
  return {
    name: fields.get("name").string(RESOURCE_NAME),
    ...fields.optional("title", (title) => title.string(TITLE)),
    ...fields.optional("description", (text) => text.string(DESCRIPTION)),
    ...fields.optional("mimeType", (type) => type.string(MIME_TYPE)),
  };
}

function readPrompt(item: Cursor): PromptDefinition {
  const fields = item.fields(["name"], ["title", "description", "arguments"]);
  return {
    name: fields.get("name").string(TOOL_NAME),
    ...fields.optional("title", (title) => title.string(TITLE)),
    ...fields.optional("description", (text) => text.string(DESCRIPTION)),
    ...fields.optional("arguments", readArguments),
  };
}

function readArguments(list: Cursor): readonly PromptArgument[] {
  const seen = new Set<string>();
  return list.items(0, PROMPT_ARGUMENTS_MAX).map((item) => {
    const fields = item.fields(["name"], ["title", "description", "required"]);
    const name = fields.get("name").string(ARGUMENT_NAME);
    if (seen.has(name)) item.problem(`the argument ${name} is listed twice`);
    seen.add(name);
    return {
      name,
      ...fields.optional("title", (title) => title.string(TITLE)),
      ...fields.optional("description", (text) => text.string(DESCRIPTION)),
      ...fields.optional("required", (flag) => flag.boolean()),
    };
  });
}

export function isEmptyOffers({ resources, templates, prompts, completes }: Offers): boolean {
  return resources.length + templates.length + prompts.length === 0 && !completes;
}

/** The digest that a signature binds and the lockfile pins. Of tools alone it is that of the tools, as before there was more. */
export function digestSurface(tools: ToolSurface, offers: Offers): Digest {
  return digestOf(isEmptyOffers(offers) ? tools : { tools, ...offers });
}
