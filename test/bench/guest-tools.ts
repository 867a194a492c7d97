import type { JsonObject } from "@glovebox/host-api/json";
import definitions from "../fixtures/guest/tools.json" with { type: "json" };

/** The tools of the fixture guest: every server lists the same ones, whoever runs them. */
export interface GuestTool {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
}

export const GUEST_TOOLS: readonly GuestTool[] = definitions;

/** The guest under as many names as there are plugins. */
export function pluginName(index: number): string {
  return index === 0 ? "guest" : `guest${index}`;
}

/** What a tool is called in every list. */
export function listedName(index: number, tool: string): string {
  return `${pluginName(index)}__${tool}`;
}
