import { throwReasons } from "../../errors.ts";
import { decideTaskTools } from "../../policy/server/decide-task-tools.ts";
import { openTasks, type Tasks } from "../../server/tasks/tasks.ts";
import type { Workspace } from "../../workspace.ts";
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
  { profiles, store, vault, takePlace }: Runtime,
  onTrouble: (error: unknown) => void,
): Promise<ServedTasks> {
  const { tasks } = configuration.server;
  const opened = new Map<ServedProfile, Tasks>();
  if (tasks) {
    const served = profiles.flatMap(({ tools }) => tools.map(({ exposedName }) => exposedName));
    throwReasons(
      decideTaskTools(tasks, served).map((reason) => reason.at({ file: paths.configFile })),
    );
    for (const profile of profiles) {
      const tools = Object.entries(tasks.tools).filter(([name]) => profile.componentOf(name));
      if (tools.length === 0) continue;
      const { callTool, componentOf } = profile;
      const one = await openTasks({
        store,
        vault,
        place: placeOf(profile),
        configuration: { ...tasks, tools: Object.fromEntries(tools) },
        callTool,
        componentOf,
        ...(takePlace ? { takePlace } : {}),
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
