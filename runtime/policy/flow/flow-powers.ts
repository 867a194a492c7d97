import type { AskGrant } from "@glovebox/host-api/ask/grant";
import type { CapabilityName } from "@glovebox/host-api/capability";
import type { HttpGrant } from "@glovebox/host-api/http/grant";
import type { JsonValue } from "@glovebox/host-api/json";
import type { HttpRule } from "@glovebox/host-api/http/rule";
import type { PluginConfiguration } from "../configuration.ts";

/**
 * What a plugin's grants let data do, each with the words of the grant that says so. No claim of the author's is asked:
 * what the grants allow is what happens one day.
 */
export interface FlowPowers {
  /** It can read what is somebody's own. */
  readonly reads: readonly string[];
  /** It can bring in text that strangers wrote. */
  readonly brings: readonly string[];
  /** It can send data out, and where to. */
  readonly sends: readonly string[];
}

type Grants = PluginConfiguration["grants"];
type Words = Partial<Record<keyof FlowPowers, readonly string[]>>;

/** A new capability has to be put here before anything compiles: none is harmless because nobody thought of it. */
const FLOWS: {
  readonly [Name in CapabilityName]: (grant: JsonValue, inside: readonly string[]) => Words;
} = {
  filesystem: () => ({ reads: ["filesystem: the files in its folder"] }),
  kv: () => ({ reads: ["kv: what it has kept"] }),
  env: (grant) => ({ reads: [`env: ${Object.keys(grant as object).join(", ")}`] }),
  http: (grant, inside) => readHttp(grant as HttpGrant, inside),
  ask: (grant) => ({
    sends: (grant as AskGrant).url.map((host) => `ask: a person's browser goes to ${host}`),
  }),
  clock: () => ({}),
  random: () => ({}),
};

/** Loopback says nothing of whose data answers there: only the operator can (`flow.inside`). */
const LOOPBACK = /^(127\.|::1)/;

// debt("GB-059"): what a plugin adds by itself is not known before it runs.
export function readFlowPowers(grants: Grants, inside: readonly string[]): FlowPowers {
  const words = (Object.keys(grants) as CapabilityName[]).map((name) =>
    FLOWS[name](grants[name] ?? null, inside),
  );
  const all = (key: keyof FlowPowers): readonly string[] =>
    words.flatMap((some) => some[key] ?? []);
  return { reads: all("reads"), brings: all("brings"), sends: all("sends") };
}

/**
 * Whatever can be asked over http can be told something, in the address alone, and answers with what others wrote.
 * What is fetched with a key, from hosts of the operator's own, or from a private network is somebody's own as well.
 */
function readHttp({ allow, private: ranges }: HttpGrant, inside: readonly string[]): Words {
  const isInside = (rule: HttpRule): boolean =>
    inside.some((host) => host === rule.host || host === `${rule.host}:${rule.port}`);
  const outside = allow.filter((rule) => !isInside(rule)).map(formatRule);
  const networks = ranges.filter((range) => !LOOPBACK.test(range));
  return {
    reads: [
      ...allow.flatMap(({ host, secret }) =>
        secret ? [`http: ${host}, with the secret ${secret.reference}`] : [],
      ),
      ...allow.filter(isInside).map((rule) => `http: ${formatRule(rule)}, which is inside`),
      ...networks.map((range) => `http: the private network ${range}`),
    ],
    brings: outside.map((rule) => `http: ${rule}`),
    sends: outside.map((rule) => `http: ${rule}`),
  };
}

function formatRule({ scheme, host, port, methods, paths }: HttpRule): string {
  const where = paths.length === 1 && paths[0] === "/" ? "" : ` below ${paths.join(", ")}`;
  return `${methods.join(" ")} ${scheme}://${host}:${port}${where}`;
}
