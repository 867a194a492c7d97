import { writeRestored, type Restored } from "../../approve.ts";
import { changeWorkspace } from "../../change-workspace.ts";
import { EXIT, reasonsOf, throwReasons, type GloveboxError } from "../../errors.ts";
import { digestOf } from "../../plugin/canonical.ts";
import { lockedAs, readWorkspace, type Workspace } from "../../workspace.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { readTypedSource } from "../approval/fetch-here.ts";
import { fetchApproved, isStored } from "../approval/restore.ts";

export const restore: Command = {
  name: "restore",
  summary: "fetch what the lockfile pins, and nothing else: for a fresh clone or a damaged store",
  usage: "[NAME…] [--from SOURCE]",
  description: [
    "Fetches the package of each plugin whose approved one is not in the store, and accepts only the bytes that the lockfile pins,",
    "with the signatures that were approved. Nothing is asked and nothing is approved: configuration and lockfile stay as they are.",
    "What matches is stored; all that does not is listed, and the exit is 3.",
  ],
  options: {
    from: {
      type: "string",
      value: "SOURCE",
      summary: "where the one NAME is to be had now; it must be the pinned bytes all the same",
    },
  },
  takesPlugins: true,
  argumentsMin: 0,
  argumentsMax: 64,
  examples: ["glovebox restore", "glovebox restore time --from /media/usb/time-1.0.0.tgz"],
  async run(call) {
    const { args, configFile, machine, out } = call;
    const from = call.text("from");
    if (from !== undefined && args.length !== 1)
      throw new CliError("ERR_USAGE", "`--from` is for one plugin: name it.");
    const workspace = readWorkspace(configFile, machine.files);
    const names =
      args.length > 0 ? [...new Set(args)] : Object.keys(workspace.configuration.plugins);
    const restored: Restored[] = [];
    const reasons: GloveboxError[] = [];
    for (const alias of names) {
      try {
        if (isStored(alias, workspace, call)) continue;
        const typed = from === undefined ? undefined : readTypedSource(from, workspace.paths.root);
        restored.push(await fetchApproved(alias, typed, workspace, call));
      } catch (error) {
        reasons.push(...reasonsOf(error));
      }
    }
    if (restored.length > 0) await store(restored, workspace, call);
    for (const { alias, locked } of restored)
      out.line(`Restored ${out.style("bold", alias)} ${locked.version}: ${locked.package}`);
    throwReasons(reasons);
    if (restored.length === 0) out.line("Everything that is pinned is in the store.");
    out.line("Next: `glovebox verify` checks the whole workspace as a start would.");
    const aliases = restored.map(({ alias }) => alias);
    out.result({ restored: aliases, kept: names.filter((name) => !aliases.includes(name)) });
    return EXIT.done;
  },
};

/** Only what the lockfile still says under the lock: another command may have approved something else meanwhile. */
function store(
  restored: readonly Restored[],
  { paths }: Workspace,
  { configFile, machine }: CommandCall,
): Promise<void> {
  return changeWorkspace(paths, machine.files, () => {
    const now = readWorkspace(configFile, machine.files);
    const pinned = restored.filter(
      ({ alias, locked }) => digestOf(lockedAs(alias, now) ?? null) === digestOf(locked),
    );
    writeRestored(pinned, paths, machine.files);
  });
}
