import path from "node:path";
import { changeWorkspace } from "../../change-workspace.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { isPrincipalName, isTenantName } from "../../policy/principal.ts";
import { makeApiKey } from "../../server/auth/api-key.ts";
import { readKeys } from "../../server/auth/api-keys.ts";
import {
  addKey,
  formatKeyFile,
  isValidKey,
  KEY_FILE_MODE,
  revokeKey,
  type StoredKey,
} from "../../server/auth/key-file.ts";
import { readWorkspace, type Workspace } from "../../workspace.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { keepOutOfGit } from "../keep-out-of-git.ts";
import { shownPath } from "../show/shown-path.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_DAYS = 90;
const DAYS_MAX = 3650;
/** A `scope-token` of RFC 6749, 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;

export const key: Command = {
  name: "key",
  summary: "make, list and revoke API keys of the HTTP server",
  usage: "new NAME --tenant TENANT [--scope SCOPE]… [--expires WHEN] | list | revoke ID",
  description: [
    "`new` prints a key once and keeps only its hash, in `.glovebox/keys.json` or where `server.auth.file` says.",
    "Clients send it as `Authorization: Bearer gbx_…`. Whoever holds it acts as the tenant, with these scopes and no others.",
    "A key ends after 90 days, unless --expires names days (30d), a day (2027-01-31, the last one) or `never`.",
    "To change a client's key, make a second one of the same NAME, give it to the client, then revoke the first:",
    "both count until then, and sessions, limits and approvals go on, because they belong to NAME and not to the key.",
    "A revoked key stops working in running servers within a second. The server needs `server: { auth: { mode: keys } }`.",
  ],
  options: {
    tenant: {
      type: "string",
      value: "TENANT",
      summary:
        "of new: whose data the key may see; folders, stores and secrets are kept apart by it",
    },
    subject: {
      type: "string",
      value: "WHO",
      summary: "of new: the user on whose behalf the client acts, for the audit trail",
    },
    scope: {
      type: "string",
      multiple: true,
      value: "SCOPE",
      summary: "of new: what it may do, as `server.scopes` asks for it; repeat for more",
    },
    expires: {
      type: "string",
      value: "WHEN",
      summary: "of new: 30d, 2027-01-31 or never (default: 90d)",
    },
  },
  argumentsMin: 1,
  argumentsMax: 2,
  examples: [
    "glovebox key new ci --tenant acme --scope files:read",
    "glovebox key new desk --tenant acme --subject ann@example.com --expires 30d",
    "glovebox key list",
    "glovebox key revoke 0K3jZq81Ab",
  ],
  async run(call) {
    const [verb = "", word] = call.args;
    if (verb === "list" && word === undefined) return list(call);
    if (verb === "new" && word !== undefined) return create(word, call);
    if (verb === "revoke" && word !== undefined) return revoke(word, call);
    throw new CliError("ERR_USAGE", `\`glovebox key ${call.args.join(" ")}\` is not understood.`, {
      remedy: "Use: glovebox key new NAME --tenant TENANT, list, or revoke ID",
    });
  },
};

async function create(name: string, call: CommandCall): Promise<ExitCode> {
  const { out } = call;
  const nowMs = Date.now();
  const { id, text, hash } = makeApiKey();
  const subject = call.text("subject");
  const stored: StoredKey = {
    id,
    name: readName(name, "a client's name", isPrincipalName),
    tenant: readName(call.text("tenant") ?? "", "a tenant (--tenant TENANT)", isTenantName),
    ...(subject === undefined ? {} : { subject: readName(subject, "a user", isPrincipalName) }),
    scopes: call.texts("scope").map(readScope),
    hash,
    created: new Date(nowMs).toISOString(),
    expires: readExpiry(call.text("expires"), nowMs),
  };
  const { file, workspace } = await change(call, (keys) => addKey(keys, stored, nowMs));
  out.line(out.style("bold", text));
  out.line(`This key of ${name} (${stateOf(stored, nowMs)}) is not shown again.`);
  const ignored = file.startsWith(workspace.paths.folder)
    ? undefined
    : keepOutOfGit(file, call.machine.files);
  if (ignored !== undefined) out.line(`Put ${path.basename(file)} on ${shownPath(ignored)}.`);
  if (workspace.configuration.server.auth?.mode !== "keys")
    out.line(
      "Next: `server: { auth: { mode: keys } }` in the configuration; without it no key is asked for.",
    );
  out.result({ key: text, ...shown(stored, nowMs) });
  return EXIT.done;
}

function list(call: CommandCall): ExitCode {
  const { out, machine } = call;
  const workspace = readWorkspace(call.configFile, machine.files);
  const keys = present(keysFileOf(workspace), call);
  const nowMs = Date.now();
  if (keys.length === 0)
    out.line("There are no API keys. Next: `glovebox key new NAME --tenant TENANT`.");
  else
    out.table(
      ["ID", "NAME", "TENANT", "SUBJECT", "SCOPES", "STATE"],
      keys.map((one) => [
        one.id,
        one.name,
        one.tenant,
        one.subject ?? "",
        one.scopes.join(" "),
        stateOf(one, nowMs),
      ]),
    );
  out.result({ keys: keys.map((one) => shown(one, nowMs)) });
  return EXIT.done;
}

async function revoke(id: string, call: CommandCall): Promise<ExitCode> {
  await change(call, (keys) => revokeKey(keys, id, Date.now()));
  call.out.line(`Revoked ${id}: running servers refuse it within a second.`);
  call.out.result({ revoked: id });
  return EXIT.done;
}

/** Changes the file of keys as a whole, while no other command does. */
async function change(
  call: CommandCall,
  edit: (keys: readonly StoredKey[]) => readonly StoredKey[],
): Promise<{ file: string; workspace: Workspace }> {
  const { files } = call.machine;
  const workspace = readWorkspace(call.configFile, files);
  const file = keysFileOf(workspace);
  await changeWorkspace(workspace.paths, files, () =>
    files.writeFile(file, formatKeyFile(edit(present(file, call))), KEY_FILE_MODE),
  );
  return { file, workspace };
}

/** The keys that there are. A file that others may use, or that is damaged, is not added to. */
function present(file: string, { machine }: CommandCall): readonly StoredKey[] {
  return machine.files.kindOf(file) === "nothing" ? [] : readKeys(file, machine.privateFiles);
}

/** Where a workspace keeps the hashes of its API keys. */
export function keysFileOf({ paths, configuration }: Workspace): string {
  const { auth } = configuration.server;
  return auth?.mode === "keys" && auth.file !== undefined
    ? path.resolve(paths.root, auth.file)
    : paths.keysFile;
}

function readName(text: string, what: string, isName: (name: string) => boolean): string {
  if (isName(text)) return text;
  throw new CliError("ERR_USAGE", `${JSON.stringify(text.slice(0, 80))} is not ${what}.`, {
    remedy:
      "Write printable characters, at most 128 for a tenant and 256 for others. The tenant `local` is whoever runs Glovebox over its pipes.",
  });
}

function readScope(text: string): string {
  if (SCOPE.test(text)) return text;
  throw new CliError("ERR_USAGE", `${JSON.stringify(text.slice(0, 80))} is not one scope.`, {
    remedy:
      "Write each without spaces and quotation marks: --scope files:read --scope files:write.",
  });
}

/** The end of the key's last day, as a UTC time. */
function readExpiry(text: string | undefined, nowMs: number): string | null {
  if (text === "never") return null;
  const days = /^([1-9]\d{0,3})d$/.exec(text ?? `${DEFAULT_DAYS}d`)?.[1];
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text ?? "")
    ? Date.parse(`${text}T23:59:59.999Z`)
    : Number.NaN;
  const endMs = days === undefined ? day : nowMs + Number(days) * DAY_MS;
  if (endMs > nowMs && endMs <= nowMs + DAYS_MAX * DAY_MS) return new Date(endMs).toISOString();
  throw new CliError("ERR_USAGE", `${JSON.stringify(text)} is not when a key can end.`, {
    remedy: "Write days (30d), a day to come (2027-01-31), at most ten years, or `never`.",
  });
}

function stateOf(one: StoredKey, nowMs: number): string {
  if (one.revoked !== undefined) return `revoked ${one.revoked.slice(0, 10)}`;
  if (one.expires === null) return "has no end";
  return `${isValidKey(one, nowMs) ? "ends" : "ended"} ${one.expires.slice(0, 10)}`;
}

function shown(one: StoredKey, nowMs: number) {
  const { id, name, tenant, subject = null, scopes, created, expires, revoked = null } = one;
  return {
    id,
    name,
    tenant,
    subject,
    scopes,
    created,
    expires,
    revoked,
    valid: isValidKey(one, nowMs),
  };
}
