import { remedyForUnknown } from "../../plugin/suggest.ts";
import { PolicyError } from "../errors.ts";
import type { TasksConfiguration } from "./tasks.ts";

/** Refuses a name that is written wrongly: it would leave its tool without tasks, and nobody would notice. */
export function decideTaskTools(
  tasks: TasksConfiguration | undefined,
  served: readonly string[],
): readonly PolicyError[] {
  return Object.keys(tasks?.tools ?? {})
    .filter((name) => !served.includes(name))
    .map(
      (name) =>
        new PolicyError("ERR_CONFIG_INVALID", `No tool \`${name}\` is served.`, {
          place: { path: `server.tasks.tools.${name}` },
          remedy: remedyForUnknown(name, served),
        }),
    );
}
