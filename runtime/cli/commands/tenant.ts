import { makeEvent } from "../../audit/record.ts";
import { AtRestError } from "../../at-rest/errors.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { isTenantName, LOCAL_TENANT } from "../../policy/principal.ts";
import { readWorkspace, type Workspace } from "../../workspace.ts";
import { encryptData } from "../at-rest/encrypt-data.ts";
import { eraseTenant, findTraces, isNothing, nothingKnown } from "../at-rest/erase-tenant.ts";
import { listTenants } from "../at-rest/list-tenants.ts";
import { openAtRest, type AtRest } from "../at-rest/open-at-rest.ts";
import { whileNoneServes } from "../at-rest/presence.ts";
import { openTrail } from "../audit/open-trail.ts";
import { plural } from "../../plugin/schema/check.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { openStore } from "../serving/open-store.ts";
import type { SharedStore } from "../../server/store/shared-store.ts";

/** What an erasure does not reach, in the words of the command. The debt report says the same of each. */
const NOT_REACHED = [
  "audit records, which keep the tenant's name, digests of arguments, what plugins log, and what `audit.arguments` names, and logs and metrics",
  "copies of the keys themselves: backups, snapshots or old disk blocks of the key folder or token",
  "what was sent elsewhere: answers to clients, requests of plugins, secrets of the tenant",
  "other machines' `.glovebox` folders: what lies there no longer opens, and `tenant erase` there deletes it",
] as const;

export const tenant: Command = {
  name: "tenant",
  summary: "list tenants, encrypt what is kept of them, and erase one for good",
  usage: "list | erase TENANT [--yes] | encrypt [--yes]",
  description: [
    "With the section `encryption`, everything that is kept of a tenant is sealed with a key of its own: stores, files, tasks, waiting approvals.",
    "`erase` destroys that key first, waits until no running server uses it any more, deletes the data, and shows that what was sealed no longer opens.",
    "Backups of the data do not open either, wherever they are, unless the key itself was copied.",
    "It may be run while servers run that were started with `encryption`, may be run again, and after a crash goes on where it was. A tenant that comes back starts empty, with another key.",
    "`encrypt` seals what was kept before `encryption` was configured; tasks and waiting approvals of before are deleted. It refuses while a server of this workspace runs, and none starts meanwhile; old blocks of the disk keep what they held.",
    "The tenant of whoever runs Glovebox over its pipes is called `local`.",
  ],
  options: {
    yes: { type: "boolean", summary: "do not ask before erasing or encrypting" },
  },
  argumentsMin: 1,
  argumentsMax: 2,
  examples: ["glovebox tenant list", "glovebox tenant erase acme", "glovebox tenant encrypt"],
  async run(call) {
    const [verb = "", name] = call.args;
    const isWhole =
      verb === "erase" ? name !== undefined : name === undefined && /^(list|encrypt)$/.test(verb);
    if (!isWhole)
      throw new CliError("ERR_USAGE", "`tenant` takes `list`, `erase TENANT` or `encrypt`.");
    const workspace = readWorkspace(call.configFile, call.machine.files);
    const { store } = openStore(workspace, call.machine);
    try {
      const atRest = await openAtRest(workspace, call.machine, store);
      if (verb === "list" && !atRest) return await list({ call, workspace });
      if (!atRest)
        throw new AtRestError("ERR_AT_REST_OFF", "Nothing that is kept here is encrypted.");
      try {
        const parts: Parts = { call, workspace, store, atRest };
        if (verb === "list") return await list(parts);
        if (verb === "encrypt") return await encrypt(parts);
        return await erase(parts, readName(name ?? ""));
      } finally {
        await atRest.keys.close();
      }
    } finally {
      await store.close();
    }
  },
};

interface Parts {
  readonly call: CommandCall;
  readonly workspace: Workspace;
  readonly store: SharedStore;
  readonly atRest: AtRest;
}

async function list({
  call,
  workspace,
  atRest,
}: Pick<Parts, "call" | "workspace"> & { readonly atRest?: AtRest }): Promise<ExitCode> {
  const { out, machine } = call;
  const tenants = await listTenants(atRest, workspace.paths, machine.files);
  if (!atRest) out.line("There is no section `encryption` here, so no tenant has a key.");
  if (tenants.length === 0) out.line("Nothing is kept of any tenant yet.");
  else
    out.table(
      ["TENANT", "KEY", "STATE"],
      tenants.map(({ name, digest, state }) => [name ?? "?", digest.slice(0, 12), state]),
    );
  out.result({ tenants });
  return EXIT.done;
}

async function erase(parts: Parts, name: string): Promise<ExitCode> {
  const { call, workspace, store, atRest } = parts;
  const { out, machine } = call;
  const { files } = machine;
  const erasure = { atRest, store, files, paths: workspace.paths };
  const traces = await findTraces(erasure, name);
  if (isNothing(traces)) {
    if (!traces.wasErased) throw nothingKnown();
    out.line("This tenant was erased before, and nothing of it is left here.");
    out.result({ tenant: name, erased: false, left: 0 });
    return EXIT.done;
  }
  const question = `Destroy the key of tenant ${JSON.stringify(name)} and everything kept of it, for good?`;
  if (!call.flag("yes") && !(await out.ask(question)))
    throw new CliError("ERR_NOT_APPROVED", "Nothing was erased: nobody said yes.", {
      remedy: "Answer `y`, or pass --yes.",
    });
  out.progress("destroying the key, and waiting until no server uses it");
  const trail = openTrail(workspace, files);
  try {
    // A server without keys would go on with what is deleted, and never learn that it was.
    const erased = await whileNoneServes(workspace.paths, files, ["plain"], async () =>
      eraseTenant(erasure, name, ({ destroyed, records }) =>
        trail.write(makeEvent("tenant-erased", { tenant: name, detail: { destroyed, records } })),
      ),
    );
    out.progressDone();
    const left = await findTraces(erasure, name);
    out.line(`Erased tenant ${JSON.stringify(name)}.`);
    out.line(
      `Destroyed ${erased.destroyed} wrapping ${erased.destroyed === 1 ? "key" : "keys"}; of ${erased.records} wrapped data keys none opens any more.`,
    );
    if (erased.sampleRefused)
      out.line("A value that was sealed with the key before no longer opens.");
    else if (erased.records > 0)
      out.line(
        "No key that opened it was there before. If it was not erased earlier, see that `encryption.keys` names the right folder or token, and that it is mounted: a key elsewhere still opens a backup.",
      );
    out.line(
      `Deleted ${plural(erased.foldersDeleted, "folder")} and ${plural(erased.recordsDeleted, "record")} of the shared store.`,
    );
    if (!isNothing(left)) out.line("The tenant has called again meanwhile: it has a new key.");
    out.line();
    out.line("It does not reach:");
    for (const what of NOT_REACHED) out.line(`- ${what}`);
    out.result({ tenant: name, ...erased, erased: true, notReached: NOT_REACHED });
    return EXIT.done;
  } finally {
    trail.close();
  }
}

async function encrypt({ call, workspace, atRest }: Parts): Promise<ExitCode> {
  const { out, machine } = call;
  const question = "Encrypt what is kept here, while no server of this workspace runs?";
  if (!call.flag("yes") && !(await out.ask(question)))
    throw new CliError("ERR_NOT_APPROVED", "Nothing was encrypted: nobody said yes.", {
      remedy: "Stop every server of this workspace, then answer `y` or pass --yes.",
    });
  const done = await whileNoneServes(
    workspace.paths,
    machine.files,
    ["plain", "sealed"],
    async () => encryptData(atRest, workspace, machine),
  );
  out.line(
    done.stores + done.folders + done.deleted === 0
      ? "Nothing was left to encrypt."
      : `Encrypted ${plural(done.stores, "store")} and ${plural(done.folders, "folder")} of files.`,
  );
  if (done.deleted > 0)
    out.line(`Deleted ${done.deleted} tasks and waiting approvals that were not encrypted.`);
  if (done.stores + done.folders > 0)
    out.line("Old blocks of the disk, and backups from before, keep what they held.");
  out.result(done);
  return EXIT.done;
}

function readName(text: string): string {
  if (text === LOCAL_TENANT || isTenantName(text)) return text;
  throw new CliError("ERR_USAGE", `${JSON.stringify(text.slice(0, 80))} is not a tenant's name.`, {
    remedy: "`glovebox tenant list` shows them: printable characters, at most 128.",
  });
}
