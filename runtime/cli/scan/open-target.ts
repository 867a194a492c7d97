import path from "node:path";
import { reasonsOf, type GloveboxError, type Place } from "../../errors.ts";
import type { ScannedTool } from "../../firewall/scan/rule.ts";
import { toScanned } from "../../firewall/scan/scanned-tool.ts";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { readNeighbours, type Neighbour } from "../../scan-release.ts";
import { readStatedTools } from "../../supply/stated-tools.ts";
import { readSource, type Source } from "../../supply/read-source.ts";
import { fetchSource } from "../../supply/sources/fetch-source.ts";
import { isRemoteSource } from "../../supply/sources/source-text.ts";
import { lockedPlugin, openStored, readWorkspace, type Workspace } from "../../workspace.ts";
import type { CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { sourceSetting } from "../approval/fetch-here.ts";
import { packHere } from "../pack-here.ts";
import { parseToolList, TOOLS_BYTES_MAX } from "./read-tools.ts";

/** One server whose tools are scanned. */
export interface ScanTarget {
  /** As the operator named it. */
  readonly name: string;
  /** The file in which its tools stand, or its address. */
  readonly file: string;
  readonly tools: readonly ScannedTool[];
  /** Plugins of the workspace beside it. */
  readonly neighbours: readonly Neighbour[];
  readonly placeOf: (tool: number, where: string) => Place;
}

const FILES_MAX = 500;

/** What words on the command line name, and what of it could not be read. */
export interface OpenTargets {
  readonly targets: readonly ScanTarget[];
  readonly unread: readonly GloveboxError[];
}

/** Opens all that the words name: what cannot be read keeps nothing else from being scanned. */
export async function openTargets(
  words: readonly string[],
  call: CommandCall,
): Promise<OpenTargets> {
  const { configFile, machine } = call;
  const hasWorkspace = machine.files.kindOf(configFile) === "file";
  const workspace = hasWorkspace ? readWorkspace(configFile, machine.files) : undefined;
  const opened: OpenTargets[] = [];
  for (const word of words) opened.push(await attempt(() => openWord(word, workspace, call)));
  return join(opened);
}

/** One after the other: a plugin that is asked for its tools runs alone. */
async function attempt(open: () => Promise<OpenTargets | ScanTarget>): Promise<OpenTargets> {
  try {
    const found = await open();
    return "unread" in found ? found : { targets: [found], unread: [] };
  } catch (error) {
    return { targets: [], unread: reasonsOf(error) };
  }
}

function join(opened: readonly OpenTargets[]): OpenTargets {
  return {
    targets: opened.flatMap(({ targets }) => targets),
    unread: opened.flatMap(({ unread }) => unread),
  };
}

/** An installed plugin, a package, a plugin's folder, a list of tools, or a folder of these. */
async function openWord(
  word: string,
  workspace: Workspace | undefined,
  call: CommandCall,
): Promise<OpenTargets | ScanTarget> {
  const { configFile, machine } = call;
  const { files } = machine;
  if (workspace && Object.hasOwn(workspace.configuration.plugins, word))
    return openInstalled(word, workspace, call);
  if (isRemoteSource(word)) {
    const remote = workspace ?? readWorkspace(configFile, files);
    const found = await fetchSource(word, sourceSetting(remote, call));
    call.out.progressDone();
    if (found) return openPlugin(word, found, workspace, call);
  }
  const target = path.resolve(word);
  const kind = files.kindOf(target);
  if (kind === "file") return openFile(word, target, workspace, call);
  if (kind === "folder") return openFolder(word, target, workspace, call);
  throw nothingAt(word);
}

/** What cannot be read is not scanned, and that is no mistake in the words. */
export function nothingAt(word: string): CliError {
  return new CliError("ERR_SCAN_INPUT", `There is nothing at \`${word}\` to be scanned.`, {
    place: { file: path.resolve(word) },
    remedy: "Name an installed plugin, a `.tgz`, a plugin's folder, or a JSON file of tools.",
  });
}

function openInstalled(alias: string, workspace: Workspace, { machine }: CommandCall): ScanTarget {
  const locked = lockedPlugin(alias, workspace);
  const { surface, offers } = openStored(workspace, alias, locked, machine.files);
  const file = workspace.paths.packageFile(locked.package);
  return {
    name: alias,
    file,
    tools: toScanned(surface, offers),
    neighbours: readNeighbours(alias, workspace, machine.files),
    placeOf: () => ({ file }),
  };
}

async function openFile(
  word: string,
  file: string,
  workspace: Workspace | undefined,
  call: CommandCall,
): Promise<ScanTarget> {
  const { files } = call.machine;
  if (/\.(tgz|wasm)$/.test(file)) {
    const found = readSource(file, path.dirname(file), files);
    if (found) return openPlugin(word, found, workspace, call);
  }
  const bytes = files.readFile(file, TOOLS_BYTES_MAX) ?? new Uint8Array();
  const { tools, placeOf } = parseToolList(bytes, file);
  const neighbours = workspace ? readNeighbours("", workspace, files) : [];
  return { name: word, file, tools, neighbours, placeOf };
}

async function openFolder(
  word: string,
  folder: string,
  workspace: Workspace | undefined,
  call: CommandCall,
): Promise<OpenTargets | ScanTarget> {
  const { files } = call.machine;
  const names = files.list(folder);
  if (names.includes("plugin.json")) {
    const found = readSource(folder, folder, files);
    if (found) return openPlugin(word, found, workspace, call);
  }
  const scanned = names.filter((name) => /\.(json|tgz)$/.test(name)).toSorted();
  if (scanned.length === 0 || scanned.length > FILES_MAX) {
    const message =
      scanned.length === 0
        ? `The folder \`${word}\` holds no plugin, no \`.tgz\` and no \`.json\`.`
        : `The folder \`${word}\` holds more than ${FILES_MAX} files to be scanned.`;
    throw new CliError("ERR_SCAN_INPUT", message, { place: { file: folder } });
  }
  const opened: OpenTargets[] = [];
  for (const name of scanned) {
    const [shown, file] = [path.join(word, name), path.join(folder, name)];
    opened.push(await attempt(() => openFile(shown, file, workspace, call)));
  }
  return join(opened);
}

/** A package says what its tools are; what is not packed is asked, sealed and with nothing granted. No signature is looked at. */
async function openPlugin(
  name: string,
  source: Source,
  workspace: Workspace | undefined,
  call: CommandCall,
): Promise<ScanTarget> {
  const bytes = source.kind === "package" ? source.package : await packHere(source, call);
  const { surface, offers, manifest } = readStatedTools(bytes, CAPABILITIES);
  const neighbours = workspace ? readNeighbours("", workspace, call.machine.files) : [];
  return {
    name,
    file: source.file,
    tools: toScanned(surface, offers),
    // Another release of what is installed is no impostor here: whether it is the same plugin is asked when it is added.
    neighbours: neighbours.filter(({ locked }) => locked.name !== manifest.name),
    placeOf: () => ({ file: source.file }),
  };
}
