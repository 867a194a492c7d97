import type { JsonValue } from "@glovebox/host-api/json";
import {
  NO_OFFERS,
  type Offers,
  type PromptDefinition,
  type ToolSurface,
} from "../../plugin/formats.ts";
import type { ScannedTool } from "./rule.ts";

const SLUG_CHARS_MAX = 48;

/** A plugin's tools, and whatever else of it a model reads, each as a tool of any server: what is hidden in one place is hidden in all. */
export function toScanned(
  surface: ToolSurface,
  offers: Offers = NO_OFFERS,
): readonly ScannedTool[] {
  const tools = surface.map(({ annotations, ...tool }) => ({
    ...tool,
    ...(annotations && { annotations: { ...annotations } }),
  }));
  return [...tools, ...offersAsTools(offers)];
}

function offersAsTools({ resources, templates, prompts }: Offers): readonly ScannedTool[] {
  return [
    ...prompts.map(promptAsTool),
    ...resources.map(({ uri, name, ...rest }) => ({
      ...rest,
      name: `resource.${slugOf(uri)}`,
      title: rest.title ?? name,
      uri,
      label: name,
    })),
    ...templates.map(({ uriTemplate, name, ...rest }) => ({
      ...rest,
      name: `template.${slugOf(uriTemplate)}`,
      title: rest.title ?? name,
      uriTemplate,
      label: name,
    })),
  ];
}

function promptAsTool({ name, arguments: args, ...rest }: PromptDefinition): ScannedTool {
  const properties = (args ?? []).map((argument): [string, JsonValue] => {
    const { title, description } = argument;
    const words = { ...(title && { title }), ...(description && { description }) };
    return [argument.name, { type: "string", ...words }];
  });
  const required = (args ?? []).filter((argument) => argument.required);
  return {
    ...rest,
    name: `prompt.${name}`,
    inputSchema: {
      type: "object",
      properties: Object.fromEntries(properties),
      ...(required.length > 0 && { required: required.map((argument) => argument.name) }),
    },
  };
}

/** The end of an address, which tells one from another, as a name may be. The whole of it is shown beside. */
function slugOf(uri: string): string {
  return uri
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(-SLUG_CHARS_MAX);
}
