import type { Prompt, Resource } from "./define.ts";

/** One resource as clients list it. */
export interface ResourceDefinition {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
}

export type TemplateDefinition = Omit<ResourceDefinition, "uri"> & { readonly uriTemplate: string };

export interface PromptDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments?: readonly {
    readonly name: string;
    readonly title?: string;
    readonly description?: string;
    readonly required?: boolean;
  }[];
}

/** What `list-resources` answers. */
export interface ListedResources {
  readonly resources: readonly ResourceDefinition[];
  readonly templates: readonly TemplateDefinition[];
}

/** What the plugin's modules export beside `tools`. */
export interface Offers {
  readonly resources: readonly Resource[];
  readonly prompts: readonly Prompt[];
}

/** Throws `TypeError` where a plugin exports something else as `resources` or `prompts`. */
export function requireOffers({ resources, prompts }: Partial<Offers>): Offers {
  for (const [name, list] of Object.entries({ resources, prompts }))
    if (list !== undefined && !Array.isArray(list))
      throw new TypeError(`src/plugin.ts must say \`export const ${name} = [ … ]\``);
  return { resources: resources ?? [], prompts: prompts ?? [] };
}

/** Sorted by address. Throws `TypeError` for one that stands there twice. */
export function listResources(resources: readonly Resource[]): ListedResources {
  const listed: ResourceDefinition[] = [];
  const templates: TemplateDefinition[] = [];
  for (const resource of resources) {
    const head = pick(resource, ["name", "title", "description", "mimeType"]);
    if ("uri" in resource) listed.push({ uri: resource.uri, ...head });
    else templates.push({ uriTemplate: resource.uriTemplate, ...head });
  }
  return {
    resources: sorted(listed, (resource) => resource.uri),
    templates: sorted(templates, (template) => template.uriTemplate),
  };
}

/** Sorted by name. Throws `TypeError` for one that stands there twice. */
export function listPrompts(prompts: readonly Prompt[]): readonly PromptDefinition[] {
  const listed = prompts.map((prompt): PromptDefinition => {
    const args = Object.entries(prompt.arguments ?? {}).map(([name, argument]) => ({
      name,
      ...pick(argument, ["title", "description", "required"]),
    }));
    return {
      name: prompt.name,
      ...pick(prompt, ["title", "description"]),
      ...(args.length > 0 && { arguments: args }),
    };
  });
  return sorted(listed, (prompt) => prompt.name);
}

/** Whether anything of it can be completed: only then the component says so. */
export function completes({ resources, prompts }: Offers): boolean {
  return (
    resources.some((resource) => "complete" in resource && resource.complete !== undefined) ||
    prompts.some((prompt) =>
      Object.values(prompt.arguments ?? {}).some((argument) => argument.complete !== undefined),
    )
  );
}

function pick<Value extends object, Key extends keyof Value>(
  value: Value,
  keys: readonly Key[],
): Pick<Value, Key> {
  const entries = keys.flatMap((key) => (value[key] === undefined ? [] : [[key, value[key]]]));
  return Object.fromEntries(entries) as Pick<Value, Key>;
}

function sorted<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const found = [...items].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
  for (let index = 1; index < found.length; index++)
    if (keyOf(found[index]!) === keyOf(found[index - 1]!))
      throw new TypeError(`"${keyOf(found[index]!)}" is defined twice`);
  return found;
}
