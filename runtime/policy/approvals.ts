import type { HttpGrant } from "@glovebox/host-api/http/grant";
import type { ToolDefinition } from "../plugin/formats.ts";
import { remedyForUnknown } from "../plugin/suggest.ts";
import type { PluginConfiguration } from "./configuration.ts";
import { PolicyError } from "./errors.ts";
import type { PluginTools } from "./expose.ts";

/** Whether a human is asked before a tool runs: before each call, before the first of a conversation, or never. */
export type Approval = "always" | "first" | "never";

/** By the tools' own names; under `*` what holds for the rest. It stands with the plugin, and goes when the plugin goes. */
export type Approvals = Readonly<Record<string, Approval>>;

export const EVERY_TOOL = "*";

/** What is decided of one tool, and why, in words for the human who is asked. */
export interface ApprovalRule {
  readonly approval: Approval;
  readonly why: string;
}

const CHANGING: readonly string[] = ["POST", "PUT", "PATCH", "DELETE"];

/**
 * The operator's word counts. Where there is none, a tool that its author calls destructive is asked about, and so is every
 * tool that the grants let change something outside: what the author says of it can raise that, and never lower it.
 * A plugin's own folder and store are held by their grants' limits; nobody is asked for them unless the author warns.
 */
export function decideApproval(
  tool: Pick<ToolDefinition, "name" | "annotations">,
  { approvals, grants }: Pick<PluginConfiguration, "approvals" | "grants">,
): ApprovalRule {
  const said = own(approvals, tool.name) ?? own(approvals, EVERY_TOOL);
  if (said !== undefined)
    return {
      approval: said,
      why:
        said === "first"
          ? "The operator wants a person to see the first call of it in each conversation."
          : "The operator wants a person to see each call of it.",
    };
  if (tool.annotations?.destructiveHint === true)
    return { approval: "always", why: "Its author says that it can destroy something." };
  const changed = hostsItCanChange(grants.http as HttpGrant | undefined);
  if (changed.length > 0)
    return {
      approval: "always",
      why: `It may change things at ${changed.join(", ")}.`,
    };
  return { approval: "never", why: "" };
}

/** Approvals for tools that a plugin does not have: a typing error would leave a tool unasked. */
export function findUnknownTools(plugins: readonly PluginTools[]): readonly PolicyError[] {
  return plugins.flatMap(({ alias, surface, configuration }) => {
    const known = surface.map((tool) => tool.name);
    return Object.keys(configuration.approvals ?? {})
      .filter((name) => name !== EVERY_TOOL && !known.includes(name))
      .map((name) => {
        const message = `Plugin \`${alias}\` has no tool \`${name}\` to approve.`;
        return new PolicyError("ERR_CONFIG_INVALID", message, {
          place: { path: `plugins.${alias}.approvals` },
          remedy: remedyForUnknown(name, known),
        });
      });
  });
}

function hostsItCanChange(grant: HttpGrant | undefined): readonly string[] {
  if (!grant) return [];
  const rules = grant.allow.filter(({ methods }) =>
    methods.some((method) => CHANGING.includes(method)),
  );
  return [...new Set(rules.map(({ host }) => host))];
}

function own(approvals: Approvals | undefined, name: string): Approval | undefined {
  return approvals && Object.hasOwn(approvals, name) ? approvals[name] : undefined;
}
