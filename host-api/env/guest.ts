import { callOrThrowTag, GuestRefusal, type GuestSetting } from "../guest.ts";
import { decodeUtf8 } from "../text.ts";
import { NAME_BYTES_MAX } from "./limits.ts";

/** `glovebox:plugin/env`, and the same values as the environment of `wasi:cli` and the store of `wasi:config`. */
export function makeEnvImports(setting: GuestSetting): Record<string, Record<string, unknown>> {
  const all = (): [string, string][] =>
    JSON.parse(decodeUtf8(callOrThrowTag(setting.channel, "env.all", []).body));
  return {
    "glovebox:plugin/env": {
      getValue(name: string): string | undefined {
        if (name.length > NAME_BYTES_MAX) throw "invalid-argument";
        const { value } = callOrThrowTag(setting.channel, "env.get", [name]);
        return typeof value === "string" ? value : undefined;
      },
      names: (): string[] => all().map(([name]) => name),
    },
    "wasi:cli/environment": {
      getEnvironment: (): [string, string][] => readEnvironment(setting),
      // A tool has no command line. Programs take the first for their own name, and may look at it unasked.
      getArguments: (): string[] => ["plugin"],
      initialCwd: (): undefined => undefined,
    },
    "wasi:config/store": {
      get: (key: string): string | undefined =>
        readEnvironment(setting).find(([name]) => name === key)?.[1],
      getAll: (): [string, string][] => readEnvironment(setting),
    },
  };
}

/** WASI has no refusal here: without the grant, or while no call runs, the environment is empty. */
function readEnvironment({ channel, granted }: GuestSetting): [string, string][] {
  if (!granted.has("env")) return [];
  try {
    return JSON.parse(decodeUtf8(channel.call("env.all", []).body));
  } catch (error) {
    if (error instanceof GuestRefusal) return [];
    throw error;
  }
}
