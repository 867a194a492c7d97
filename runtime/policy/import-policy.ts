import { GrantError } from "@glovebox/host-api/errors";
import { matchesHost } from "@glovebox/host-api/http/match";
import { DEFAULT_PORTS } from "@glovebox/host-api/http/url";
import { METHODS, parseRule, type HttpRule } from "@glovebox/host-api/http/rule";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Place } from "../errors.ts";
import { Cursor } from "../plugin/cursor.ts";
import { collectProblems, type MakeProblem } from "../plugin/problems.ts";
import { quoteText } from "../plugin/text.ts";
import { PolicyError } from "./errors.ts";
import { parseYaml } from "./yaml.ts";

/** A Wassette policy as Glovebox keeps it. */
export interface ImportedPolicy {
  /** As the configuration would say them. */
  readonly grants: Readonly<Record<string, JsonValue>>;
  /** Likewise; empty when the policy sets none that is kept. */
  readonly limits: Readonly<Record<string, JsonValue>>;
  /** What the policy says and the grants do not: each is denied, or kept in another way. */
  readonly notes: readonly PolicyNote[];
}

export interface PolicyNote {
  readonly place: Place;
  readonly message: string;
  /** The environment variable that it is about. */
  readonly variable?: string;
}

const invalid: MakeProblem = (message, detail) =>
  new PolicyError("ERR_POLICY_IMPORT", message, detail);

const ENTRIES_MAX = 64;
const TEXT = { lengthMin: 1, lengthMax: 500 };
const LONG_TEXT = { lengthMax: 2000, lines: true };
const STORAGE = {
  ...TEXT,
  pattern: /^fs:\/\/[^\0]*$/,
  shape: "a storage URI such as fs://workspace/agent/**",
};
const ENV_KEY = {
  ...TEXT,
  pattern: /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
  shape: "the name of a value",
};
/** As Kubernetes writes quantities. A bare number is refused: readers disagree on its unit. */
const MEMORY = /^([1-9][0-9]{0,6})(Ki|Mi|Gi)B?$/;

/**
 * Reads a Wassette policy file, version 1.0, as grants. Nothing is granted that it does not allow, and what it forbids
 * within what it allows is refused, since a grant has no exceptions. An allowed thing that no grant can say is left out,
 * with a note. Throws `ERR_CONFIG_UNREADABLE` or `ERR_POLICY_IMPORT`, or `Refusals` of several, each with line and column.
 */
// debt("GB-029"): what Glovebox cannot say is left out, and listed.
export function importPolicy(text: string, file: string): ImportedPolicy {
  return collectProblems((problems) => {
    const { value, placeOf } = parseYaml(text, file, problems);
    return new PolicyReader().read(new Cursor({ placeOf, problems, invalid }, value));
  });
}

class PolicyReader {
  readonly #notes: PolicyNote[] = [];
  readonly #grants: Record<string, JsonValue> = {};
  readonly #limits: Record<string, JsonValue> = {};

  read(root: Cursor): ImportedPolicy {
    const fields = root.fields(["version", "permissions"], ["description"]);
    fields.get("version").exactly("1.0");
    fields.optional("description", (text) => text.string(LONG_TEXT));
    const permissions = fields.get("permissions");
    if (!permissions.isAbsent()) this.#permissions(permissions);
    return { grants: this.#grants, limits: this.#limits, notes: this.#notes };
  }

  #permissions(permissions: Cursor): void {
    const known = ["storage", "network", "environment", "runtime", "resources", "ipc"];
    const fields = permissions.fields([], known);
    this.#storage(fields.get("storage"));
    this.#network(fields.get("network"));
    this.#environment(fields.get("environment"));
    this.#resources(fields.get("resources"));
    for (const name of ["runtime", "ipc"])
      if (!fields.get(name).isAbsent())
        this.#note(fields.get(name), `\`${name}\` has no meaning here, and grants nothing`);
  }

  /** A plugin has a folder of its own and sees no other, so every path becomes that one, and every `deny` holds. */
  #storage(storage: Cursor): void {
    if (storage.isAbsent()) return;
    const fields = storage.fields([], ["allow", "deny"]);
    let writes = false;
    let reads = false;
    for (const item of entriesOf(fields.get("allow"))) {
      const { access, uri } = readStorage(item);
      if (!access.includes("read"))
        item.problem("writing without reading cannot be granted", "Allow both, or neither.");
      reads = true;
      writes ||= access.includes("write");
      this.#note(
        item,
        `${quoteText(uri)} is not opened: the plugin gets a folder of its own in its place`,
      );
    }
    for (const item of entriesOf(fields.get("deny"))) readStorage(item);
    if (reads) this.#grants["filesystem"] = writes ? "read-write" : "read";
  }

  #network(network: Cursor): void {
    if (network.isAbsent()) return;
    const fields = network.fields([], ["allow", "deny"]);
    const allowed: HttpRule[] = [];
    const grants: JsonValue[] = [];
    for (const item of entriesOf(fields.get("allow"))) {
      const host = this.#hostOf(item, "is not granted: a grant names hosts");
      const rule = host === undefined ? undefined : readRule(item, host);
      if (host === undefined || rule === undefined) continue;
      allowed.push(rule);
      const { scheme, port, paths } = rule;
      grants.push({
        host: rule.host,
        ...(scheme === "http" ? { scheme } : {}),
        ...(port === DEFAULT_PORTS[scheme] ? {} : { port }),
        ...(paths.length === 1 && paths[0] === "/" ? {} : { paths }),
        methods: [...METHODS],
      });
    }
    for (const item of entriesOf(fields.get("deny"))) {
      const host = this.#hostOf(item, "is not kept: private addresses are denied by themselves");
      const denied = host === undefined ? undefined : readRule(item, host);
      if (denied === undefined || !allowed.some((rule) => overlap(rule.host, denied.host)))
        continue;
      item.problem(
        "a host that is allowed is denied here too, and a grant has no exceptions",
        "Allow only the hosts that are meant.",
      );
    }
    if (grants.length > 0) this.#grants["http"] = grants;
  }

  /** The host of an entry; an address range is noted instead. */
  #hostOf(item: Cursor, words: string): string | undefined {
    const fields = item.fields([], ["host", "cidr"]);
    const [host, cidr] = [fields.get("host"), fields.get("cidr")];
    if ((host.value === undefined) === (cidr.value === undefined))
      item.problem("neither a host nor an address range", "Write either `host` or `cidr`.");
    if (cidr.value === undefined) return host.value === undefined ? undefined : host.string(TEXT);
    this.#note(item, `the range ${quoteText(cidr.string(TEXT))} ${words}`);
    return undefined;
  }

  #environment(environment: Cursor): void {
    if (environment.isAbsent()) return;
    for (const item of entriesOf(environment.fields([], ["allow"]).get("allow"))) {
      const key = item.fields(["key"]).get("key").string(ENV_KEY);
      this.#note(
        item,
        `${key} is not taken from this machine: give its value with \`--grant env=${key}=VALUE\``,
        key,
      );
    }
  }

  /** Both forms: `resources.limits` with quantities, and the older numbers beside each other. */
  #resources(resources: Cursor): void {
    if (resources.isAbsent()) return;
    const fields = resources.fields([], ["limits", "cpu", "memory", "io"]);
    const limits = fields.get("limits");
    const inner = limits.isAbsent() ? undefined : limits.fields([], ["cpu", "memory", "io"]);
    for (const at of [fields, inner]) {
      const memory = at?.get("memory");
      if (memory !== undefined && !memory.isAbsent()) this.#memory(memory);
      for (const name of ["cpu", "io"] as const) {
        const limit = at?.get(name);
        if (limit !== undefined && !limit.isAbsent())
          this.#note(
            limit,
            `\`${name}\` is not kept: \`limits.deadline\` bounds each call instead`,
          );
      }
    }
  }

  #memory(memory: Cursor): void {
    const { value } = memory;
    const match = typeof value === "string" ? MEMORY.exec(value) : null;
    if (match === null)
      return memory.problem("not an amount of memory with its unit", 'Write "512Mi" or "1Gi".');
    this.#limits["memory"] = `${match[1]}${match[2]}B`;
  }

  #note(at: Cursor, message: string, variable?: string): void {
    this.#notes.push({ place: at.place(), message, ...(variable !== undefined && { variable }) });
  }
}

function entriesOf(list: Cursor): readonly Cursor[] {
  return list.isAbsent() ? [] : list.items(0, ENTRIES_MAX);
}

function readStorage(item: Cursor): { uri: string; access: readonly string[] } {
  const fields = item.fields(["uri", "access"]);
  const access = fields
    .get("access")
    .items(1, 2)
    .map((word) => {
      const { value } = word;
      if (value !== "read" && value !== "write") word.problem("neither `read` nor `write`");
      return typeof value === "string" ? value : "";
    });
  return { uri: fields.get("uri").string(STORAGE), access };
}

/** A host as Wassette's documentation writes it: a name, `*.example.com`, or an address with its scheme. */
function readRule(item: Cursor, host: string): HttpRule | undefined {
  try {
    return parseRule(host, []);
  } catch (error) {
    if (!(error instanceof GrantError)) throw error;
    item.problem(error.message, error.remedy, ["host"]);
    return undefined;
  }
}

function overlap(left: string, right: string): boolean {
  return matchesHost(left, right) || matchesHost(right, left);
}
