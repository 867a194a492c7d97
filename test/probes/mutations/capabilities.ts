import { change, mutationsOf } from "./change.ts";

const OPENAT2 = "runtime/powers/beneath/openat2.ts";
const FOLDER = "runtime/powers/beneath/folder.ts";
const METERED = "host-api/filesystem/metered-folder.ts";
const PATH = "host-api/filesystem/path.ts";
const HOPS = "host-api/http/hops.ts";

/** The kernel resolves paths as it does for everybody. */
const LINKS_ARE_FOLLOWED = [
  change(OPENAT2, "const RESOLVE = 0x01 | 0x02 | 0x04 | 0x08;", "const RESOLVE = 0;"),
  change(OPENAT2, "| constants.O_NOFOLLOW;", ";"),
  change(OPENAT2, "|| !keepsItsPromise(system)", ""),
];

/** Ring 2: what the broker hands out. */
export const CAPABILITY_MUTATIONS = mutationsOf(2, [
  [
    "a path may climb",
    [change(PATH, 'name !== ".." &&\n', ""), ...LINKS_ARE_FOLLOWED],
    ["files.climb", "files.read-link", "files.link-to-folder", "files.write-link"],
    { behind: "the kernel keeps every path beneath its folder" },
  ],
  [
    "an absolute path is taken",
    [
      change(
        PATH,
        'if (value.startsWith("/")) throw new HostError("not-permitted", "a path is absolute");',
        'if (value.startsWith("/")) return [value];',
      ),
      change(PATH, "!/[/\\\\]/.test(name) &&", ""),
      ...LINKS_ARE_FOLLOWED,
    ],
    ["files.absolute", "files.read-link", "files.link-to-folder", "files.write-link"],
    { behind: "names are looked at again, and the kernel keeps every path beneath its folder" },
  ],
  [
    "links are followed",
    LINKS_ARE_FOLLOWED,
    ["files.read-link", "files.link-to-folder", "files.write-link"],
    { behind: "whether the kernel does as it was asked is tried before it is relied on" },
  ],
  [
    "a read-only folder is written to",
    [
      change(METERED, "if (!this.#writable) throw", "if (false) throw"),
      change(FOLDER, "if (!this.#writable)", "if (false)"),
    ],
    "files.read-only",
    { behind: "the power beneath refuses a folder that was opened for reading" },
  ],
  [
    "files have no quota",
    change("host-api/filesystem/ledger.ts", "if (!fits) throw", "if (false) throw"),
    "files.quota",
  ],
  [
    "the store has no quota",
    change(
      "runtime/powers/key-value.ts",
      "if (growthBytes > 0 && used > options.quotaBytes) {",
      "if (false) {",
    ),
    "kv.quota",
  ],
  [
    "all plugins keep their values together",
    change("host-api/kv/broker.ts", "`${home.folder}/kv.sqlite`", "`${home.folder}/../kv.sqlite`"),
    "kv.neighbour",
  ],
  [
    "a value that was not given is the host's own",
    change(
      "host-api/env/broker.ts",
      "values.get(parseText(request.args[0], NAME_BYTES_MAX)) ?? null",
      "values.get(parseText(request.args[0], NAME_BYTES_MAX)) ?? process.env[String(request.args[0])] ?? null",
    ),
    "env.host",
  ],
  [
    "the host's environment is listed",
    change(
      "host-api/env/broker.ts",
      "JSON.stringify([...values])",
      "JSON.stringify([...values, ...Object.entries(process.env)])",
    ),
    "env.names",
  ],
  [
    "every plugin has what nobody granted",
    [
      change(
        "runtime/cli/serving/make-brokers.ts",
        "(Object.keys(grants) as CapabilityName[]).map((name) => {",
        '[...new Set([...Object.keys(grants), "env"])].map((name) => {',
      ),
      change(
        "runtime/cli/serving/make-brokers.ts",
        "CAPABILITIES[name].makeBroker(grants[name] as JsonValue,",
        "CAPABILITIES[name].makeBroker((grants[name] ?? {}) as JsonValue,",
      ),
    ],
    "capability.not-granted",
  ],
  [
    "a host is granted with all its ports",
    change("host-api/http/match.ts", "rule.port === target.port &&", ""),
    // The first rule of a host is another's, so its secret is not sent.
    ["http.not-granted", "http.redirect", "secret.echo"],
  ],
  [
    "where a redirect leads is not decided on",
    change(
      HOPS,
      "if (!decision.allowed) throw",
      "if (!decision.allowed && hop.mayUseSecret) throw",
    ),
    "http.redirect",
  ],
  [
    "redirects are followed without end",
    change(HOPS, "if (redirects >= journey.grant.redirectsMax)", "if (false)"),
    "http.redirects",
  ],
  [
    "an answer from the network may be of any size",
    [
      change("host-api/http/decode.ts", "if (sizeBytes > bytesMax)", "if (false)"),
      change(
        "host-api/http/decode.ts",
        "Math.min(bytesMax, Math.max(neededBytes, 2 * buffer.length))",
        "Math.max(neededBytes, 2 * buffer.length)",
      ),
    ],
    "http.large-answer",
    { behind: "what an answer is gathered in does not grow beyond the limit" },
  ],
  [
    "all tenants keep their values together",
    change(
      "runtime/cli/serving/start-runtime.ts",
      "paths.homeFolder(alias, profile, own.tenant)",
      "paths.homeFolder(alias, profile)",
    ),
    "tenant.neighbour",
  ],
  [
    "any address of a granted host is public enough",
    change(
      HOPS,
      "if (!addresses.every(({ address }) => isReachable(address, grant.private))) {",
      "if (false) {",
    ),
    "http.private",
  ],
  [
    "a connection asks for the name again",
    change("runtime/powers/http.ts", "lookup: pinnedLookup(request.addresses),", ""),
    "http.pinned-address",
  ],
  [
    "answers are not searched for secrets",
    change("host-api/http/broker.ts", "assertNoSecret(await secrets.appearsIn(body, signal));", ""),
    "secret.echo",
  ],
  [
    "a secret goes to every granted host",
    change(
      "host-api/http/secrets.ts",
      "headerFor({ secret }) {",
      "headerFor({ secret = grant.allow.find((rule) => rule.secret)?.secret }) {",
    ),
    "secret.elsewhere",
  ],
  [
    "a redirect is sent with the secret of where it leads",
    change(HOPS, "mayUseSecret: hop.mayUseSecret && sameOrigin,", "mayUseSecret: true,"),
    "secret.redirect",
  ],
]);
