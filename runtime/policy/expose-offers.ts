import { matchTemplate, mayOverlap } from "@glovebox/host-api/uri-template";
import type {
  Offers,
  PromptDefinition,
  ResourceDefinition,
  TemplateDefinition,
} from "../plugin/formats.ts";
import { remedyForUnknown } from "../plugin/suggest.ts";
import type { PluginConfiguration } from "./configuration.ts";
import { PolicyError } from "./errors.ts";
import { EXPOSED_NAME_CHARS_MAX, exposedNameOf } from "./expose.ts";

/** One prompt under the name that clients see. */
export interface ExposedPrompt {
  readonly exposedName: string;
  readonly alias: string;
  readonly prompt: PromptDefinition;
  /** Whether its plugin suggests values for its arguments. */
  readonly completes: boolean;
}

/** One resource. Its address is its plugin's own, and of no other plugin here. */
export interface ExposedResource {
  readonly alias: string;
  readonly resource: ResourceDefinition;
}

export interface ExposedTemplate {
  readonly alias: string;
  readonly template: TemplateDefinition;
  readonly completes: boolean;
}

export interface ExposedOffers {
  readonly prompts: readonly ExposedPrompt[];
  readonly resources: readonly ExposedResource[];
  readonly templates: readonly ExposedTemplate[];
}

export const NOTHING_EXPOSED: ExposedOffers = { prompts: [], resources: [], templates: [] };

/** One verified plugin, as far as what it offers beside tools goes. */
export interface PluginOffers {
  readonly alias: string;
  readonly offers: Offers;
  readonly configuration: Pick<
    PluginConfiguration,
    "prompts" | "promptNames" | "resources" | "plainNames"
  >;
}

/**
 * The prompts, named as tools are, and the resources that clients see, sorted. A name of two prompts, an address of two
 * plugins, a template that matches another plugin's address, and a configured name that does not exist, are problems.
 */
export function exposeOffers(plugins: readonly PluginOffers[]): {
  offers: ExposedOffers;
  problems: readonly PolicyError[];
} {
  const { prompts, problems } = exposePrompts(plugins);
  const resources = plugins.flatMap(({ alias, offers, configuration }) =>
    offers.resources
      .filter(({ uri }) => configuration.resources?.includes(uri) !== false)
      .map((resource) => ({ alias, resource })),
  );
  const templates = plugins.flatMap(({ alias, offers, configuration }) =>
    offers.templates
      .filter(({ uriTemplate }) => configuration.resources?.includes(uriTemplate) !== false)
      .map((template) => ({ alias, template, completes: offers.completes })),
  );
  const addresses = [
    ...resources.map(({ alias, resource }) => ({ alias, address: resource.uri })),
    ...templates.map(({ alias, template }) => ({ alias, address: template.uriTemplate })),
  ];
  return {
    offers: {
      prompts,
      resources: resources.toSorted((a, b) => (a.resource.uri < b.resource.uri ? -1 : 1)),
      templates: templates.toSorted((a, b) =>
        a.template.uriTemplate < b.template.uriTemplate ? -1 : 1,
      ),
    },
    problems: [...problems, ...plugins.flatMap(unknownNames), ...findShared(addresses)],
  };
}

function exposePrompts(plugins: readonly PluginOffers[]): {
  prompts: readonly ExposedPrompt[];
  problems: readonly PolicyError[];
} {
  const byName = new Map<string, ExposedPrompt>();
  const problems: PolicyError[] = [];
  for (const { alias, offers, configuration } of plugins) {
    for (const prompt of offers.prompts) {
      if (configuration.prompts?.includes(prompt.name) === false) continue;
      const name = configuration.promptNames?.[prompt.name] ?? prompt.name;
      const exposedName = exposedNameOf(alias, name, configuration.plainNames);
      const key = exposedName.replaceAll("-", "_");
      const twin = byName.get(key);
      const place = { path: `plugins.${alias}` };
      if (exposedName.length > EXPOSED_NAME_CHARS_MAX) {
        const message = `Prompt \`${exposedName}\` is longer than the ${EXPOSED_NAME_CHARS_MAX} characters that every client accepts.`;
        problems.push(new PolicyError("ERR_TOOL_NAME_TOO_LONG", message, { place }));
      } else if (twin) {
        const message = `Prompt \`${prompt.name}\` of \`${alias}\` and \`${twin.prompt.name}\` of \`${twin.alias}\` would both be \`${exposedName}\`.`;
        problems.push(new PolicyError("ERR_TOOL_NAME_COLLISION", message, { place }));
      } else byName.set(key, { exposedName, alias, prompt, completes: offers.completes });
    }
  }
  const prompts = [...byName.values()].toSorted((a, b) => (a.exposedName < b.exposedName ? -1 : 1));
  return { prompts, problems };
}

function unknownNames({ alias, offers, configuration }: PluginOffers): PolicyError[] {
  const prompts = offers.prompts.map(({ name }) => name);
  const addresses = [
    ...offers.resources.map(({ uri }) => uri),
    ...offers.templates.map(({ uriTemplate }) => uriTemplate),
  ];
  const problemOf = (key: string, what: string, known: readonly string[]) => (name: string) =>
    new PolicyError("ERR_CONFIG_INVALID", `Plugin \`${alias}\` has no ${what} \`${name}\`.`, {
      place: { path: `plugins.${alias}.${key}` },
      remedy: remedyForUnknown(name, known),
    });
  return [
    ...(configuration.prompts ?? [])
      .filter((name) => !prompts.includes(name))
      .map(problemOf("prompts", "prompt", prompts)),
    ...(configuration.resources ?? [])
      .filter((name) => !addresses.includes(name))
      .map(problemOf("resources", "resource", addresses)),
  ];
}

interface Address {
  readonly alias: string;
  /** An address, or a template of them. */
  readonly address: string;
}

/** Addresses by which a client could mean two plugins: then one would answer in the other's name. */
function findShared(addresses: readonly Address[]): PolicyError[] {
  const bySegments = Map.groupBy(addresses, ({ address }) => address.split("/").length);
  const problems: PolicyError[] = [];
  for (const alike of bySegments.values())
    for (const [index, one] of alike.entries())
      for (const other of alike.slice(index + 1)) {
        if (one.alias === other.alias || !isShared(one.address, other.address)) continue;
        const message = `\`${one.address}\` of \`${one.alias}\` and \`${other.address}\` of \`${other.alias}\` are the same address to a client.`;
        const place = { path: `plugins.${other.alias}.resources` };
        problems.push(new PolicyError("ERR_RESOURCE_COLLISION", message, { place }));
      }
  return problems;
}

function isShared(one: string, other: string): boolean {
  if (one.toLowerCase() === other.toLowerCase()) return true;
  const [isPattern, isOtherPattern] = [one.includes("{"), other.includes("{")];
  if (isPattern && isOtherPattern) return mayOverlap(one, other);
  if (isPattern) return matchTemplate(one, other) !== undefined;
  return isOtherPattern && matchTemplate(other, one) !== undefined;
}
