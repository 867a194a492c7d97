import { isJsonObject } from "@glovebox/host-api/json";

/** Why no call of a plugin is made. */
export interface Suspension {
  readonly since: string;
  readonly rule: string;
  readonly what: string;
  readonly call_id: string;
}

export type Suspended = Readonly<Record<string, Suspension>>;

/** The file that keeps suspensions between starts. */
export function formatSuspended(plugins: Suspended): string {
  return `${JSON.stringify({ version: 1, plugins }, undefined, 2)}\n`;
}

/** Reads it. Undefined for what nobody of ours wrote: then it is not known who is suspended. */
export function parseSuspended(text: string): Suspended | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value) || value["version"] !== 1 || !isJsonObject(value["plugins"]))
      return undefined;
    const plugins = Object.entries(value["plugins"]);
    if (!plugins.every(([, suspension]) => isJsonObject(suspension))) return undefined;
    return Object.fromEntries(plugins) as unknown as Suspended;
  } catch {
    return undefined;
  }
}
