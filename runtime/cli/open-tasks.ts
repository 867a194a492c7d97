import { PolicyError } from "../policy/errors.ts";
import type { TasksConfiguration } from "../policy/server/tasks.ts";
import { remedyForUnknown } from "../plugin/suggest.ts";
import { openTasks, type Tasks } from "../server/tasks/tasks.ts";
import type { Workspace } from "../workspace.ts";
import type { Runtime, ServedProfile } from "./start-runtime.ts";

/** The tasks of every profile that is served. */
export interface ServedTasks {
  /** Undefined where no call becomes a task. */
  of(profile: ServedProfile): Tasks | undefined;
  /** Begins no more, waits for what runs, and stops the rest after `drainMs`. Again, and it waits no longer. */
  close(drainMs: number): Promise<void>;
}

/** Where a profile is served, and where its tasks are found. */
export function placeOf({ name }: Pick<ServedProfile, "name">): string {
  return name === undefined ? "/mcp" : `/mcp/${name}`;
}

/**
 * Opens what `server.tasks` names. Throws `ERR_CONFIG_INVALID` for a tool that is not served, and `StoreError` when what
 * replicas share cannot be reached: nothing is promised that cannot be kept.
 */
export async function openServedTasks(
  { configuration, paths }: Workspace,
  { profiles, store }: Runtime,
  onTrouble: (error: unknown) => void,
): Promise<ServedTasks> {
  const { tasks } = configuration.server;
  const opened = new Map<ServedProfile, Tasks>();
  if (tasks) {
    assertServed(tasks, profiles, paths.configFile);
    for (const profile of profiles) {
      const tools = Object.entries(tasks.tools).filter(([name]) => profile.componentOf(name));
      if (tools.length === 0) continue;
      const { callTool, componentOf } = profile;
      const one = await openTasks({
        store,
        place: placeOf(profile),
        configuration: { ...tasks, tools: Object.fromEntries(tools) },
        callTool,
        componentOf,
        onTrouble,
        nowMs: () => Date.now(),
      });
      opened.set(profile, one);
    }
  }
  return {
    of: (profile) => opened.get(profile),
    async close(drainMs) {
      await Promise.all([...opened.values()].map((one) => one.close(drainMs)));
    },
  };
}

/** A name that is written wrongly would leave its tool without tasks, and nobody would notice. */
function assertServed(
  { tools }: TasksConfiguration,
  profiles: readonly ServedProfile[],
  file: string,
): void {
  const known = profiles.flatMap((profile) => profile.tools.map((tool) => tool.exposedName));
  const unknown = Object.keys(tools).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new PolicyError("ERR_CONFIG_INVALID", `No tool \`${unknown}\` is served.`, {
    place: { file, path: `server.tasks.tools.${unknown}` },
    remedy: remedyForUnknown(unknown, known),
  });
}
