import path from "node:path";
import { isJsonObject } from "@glovebox/host-api/json";
import type { KnownHosts } from "../../audit/anomalies/detect.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import type { WorkspacePaths } from "../../workspace-paths.ts";

const FILE_BYTES_MAX = 4 * 1024 * 1024;
const HOSTS_PER_PLUGIN_MAX = 1000;

/**
 * Hosts that plugins have sent to, kept between starts. A file that cannot be read is one that knows nothing: then each
 * host is new once more. Beyond a thousand hosts of one plugin every further one is new each time.
 */
export function openKnownHosts(paths: WorkspacePaths, files: FilePowers): KnownHosts {
  const file = path.join(paths.folder, "known-hosts.json");
  const known = read(file, files);
  return {
    learn(alias, host) {
      const hosts = known.get(alias) ?? new Set();
      known.set(alias, hosts);
      if (hosts.has(host)) return true;
      if (hosts.size >= HOSTS_PER_PLUGIN_MAX) return false;
      hosts.add(host);
      try {
        const all = Object.fromEntries([...known].map(([name, set]) => [name, [...set]]));
        files.writeFile(file, JSON.stringify(all), 0o600);
      } catch {
        // It is new once more after the next start.
      }
      return false;
    },
  };
}

function read(file: string, files: FilePowers): Map<string, Set<string>> {
  try {
    const bytes = files.readFile(file, FILE_BYTES_MAX);
    const value: unknown = JSON.parse(Buffer.from(bytes ?? []).toString());
    if (!isJsonObject(value)) return new Map();
    return new Map(
      Object.entries(value).map(([alias, hosts]) => [
        alias,
        new Set(Array.isArray(hosts) ? hosts.filter((host) => typeof host === "string") : []),
      ]),
    );
  } catch {
    return new Map();
  }
}
