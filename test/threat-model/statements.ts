/** What is worth protecting, and the threats to it. */
export const ASSETS: readonly { readonly asset: string; readonly threats: readonly string[] }[] = [
  {
    asset: "the operator's files, environment, keys and other processes",
    threats: ["T03", "T10", "T13", "T23", "T36", "T47"],
  },
  {
    asset: "the operator's secrets that the host adds to requests",
    threats: ["T15", "T28", "T47"],
  },
  { asset: "the internal network and the machine's own services", threats: ["T14", "T26", "T53"] },
  { asset: "the data of other plugins and of other calls", threats: ["T12", "T40", "T45"] },
  { asset: "what the model reads as the truth about tools", threats: ["T04", "T33", "T42", "T51"] },
  {
    asset: "the availability of the server and of other plugins",
    threats: ["T11", "T16", "T17", "T21", "T46", "T52"],
  },
  { asset: "the record of what happened", threats: ["T41"] },
  { asset: "who a caller is, and what it may do", threats: ["T43", "T44", "T56", "T57"] },
];

/** Who may attack, and what keeps each from what he cannot do. */
export const ACTORS: readonly {
  readonly actor: string;
  readonly can: string;
  readonly cannot: string;
  readonly threats: readonly string[];
}[] = [
  {
    actor: "plugin author",
    can: "write any component, manifest and tool definition, sign with a key of his own",
    cannot: "change what was approved",
    threats: ["T01", "T33", "T35"],
  },
  {
    actor: "supply-chain attacker",
    can: "replace or alter packages, signatures and sources",
    cannot: "sign with a trusted key",
    threats: ["T02", "T27", "T31", "T32"],
  },
  {
    actor: "escaped engine",
    can: "run native code in the runner's place",
    cannot: "hold authority there",
    threats: ["T09", "T10"],
  },
  {
    actor: "MCP client, and the model behind it",
    can: "send any message over stdio or, with credentials, over HTTP",
    cannot: "add plugins or widen grants: no tool does that",
    threats: ["T17", "T21", "T44"],
  },
  {
    actor: "caller without credentials, or a web page",
    can: "send any request to the address of the server",
    cannot: "have a tool called",
    threats: ["T43", "T54", "T55"],
  },
  {
    actor: "caller of another tenant",
    can: "call what its scopes allow",
    cannot: "find another's data, sessions or tasks",
    threats: ["T45", "T48", "T56"],
  },
  {
    actor: "granted host, and whoever writes what a plugin reads there",
    can: "answer anything to a request",
    cannot: "reach what was not granted",
    threats: ["T14", "T16", "T39", "T51"],
  },
  {
    actor: "whoever controls the shared Redis",
    can: "take values away, or put back older ones",
    cannot: "read or make one",
    threats: ["T49"],
  },
  {
    actor: "local user without rights",
    can: "race paths in shared folders",
    cannot: "write the workspace",
    threats: ["T13", "T47"],
  },
];

/** What is taken at its word, and what is not. A part that is not trusted names the threats that it stands for. */
export const TRUST: readonly {
  readonly part: string;
  readonly isTrusted: boolean;
  readonly because?: string;
  readonly threats: readonly string[];
}[] = [
  { part: "the operator, and what he approved", isTrusted: true, threats: [] },
  {
    part: "the workspace's files, against other users of the machine",
    isTrusted: true,
    because: "whoever can write them is the operator",
    threats: ["T47"],
  },
  {
    part: "Node, the kernel, the broker's process and its npm dependencies, pinned by hash",
    isTrusted: true,
    threats: [],
  },
  {
    part: "the keys and identities in `trust`, for the plugin names beside them, in their days, and for nothing else",
    isTrusted: true,
    threats: ["T02", "T31"],
  },
  {
    part: "the certificate authorities and logs of the trusted root, for who an identity is and when it signed",
    isTrusted: true,
    threats: ["T32"],
  },
  {
    part: "Docker's configuration of the operator's and the credential helper that it names",
    isTrusted: true,
    because: "they are the operator's",
    threats: ["T28"],
  },
  {
    part: "the issuer of tokens, for who a caller is and what it may do here",
    isTrusted: true,
    threats: ["T43"],
  },
  {
    part: "what a signed attestation says of a build, beyond what its certificate says",
    isTrusted: false,
    threats: ["T32"],
  },
  {
    part: "every byte of a package: archive, manifest, tool definitions, component, names in it",
    isTrusted: false,
    threats: ["T01", "T03", "T06", "T24", "T29"],
  },
  {
    part: "every message of a runner, even of one that behaved so far",
    isTrusted: false,
    threats: ["T09", "T25"],
  },
  {
    part: "every answer of a tool, every log line and report of progress",
    isTrusted: false,
    threats: ["T19", "T51", "T52"],
  },
  {
    part: "every HTTP response, and every address that a name resolves to",
    isTrusted: false,
    threats: ["T14", "T16"],
  },
  {
    part: "every registry, web server, token service and redirect that a source leads to",
    isTrusted: false,
    threats: ["T26", "T27", "T28"],
  },
  {
    part: "every message of an MCP client, and whether it reads what it is sent",
    isTrusted: false,
    threats: ["T17", "T21", "T55"],
  },
  {
    part: "every header that a proxy may write, unless the connection is a named proxy's",
    isTrusted: false,
    threats: ["T43", "T54"],
  },
  {
    part: "the cache of generated code, and of what passed inspection: it is read again by digest and MAC",
    isTrusted: false,
    threats: ["T23"],
  },
  {
    part: "the shared Redis: what it keeps is sealed and held against its shape",
    isTrusted: false,
    threats: ["T49"],
  },
];

/** What counts as a vulnerability. A no names the debt item that says so already. */
export const VERDICTS: readonly {
  readonly finding: string;
  readonly isOne: boolean;
  readonly where?: string;
  readonly by: readonly string[];
}[] = [
  {
    finding: "a plugin reads, writes or connects beyond its grants",
    isOne: true,
    by: ["T13", "T14"],
  },
  {
    finding: "native code in a runner reaches host files, network, environment or another process",
    isOne: true,
    where: "where `doctor` says that ring 5 is in force",
    by: ["T10"],
  },
  {
    finding: "production starts with anything unsigned, unpinned or changed",
    isOne: true,
    by: ["T01", "T20", "T35"],
  },
  {
    finding: "a guest learns a host path, an address or a secret",
    isOne: true,
    by: ["T15", "T18"],
  },
  {
    finding: "a crash or hang of the broker by anything a plugin or client sends",
    isOne: true,
    by: ["T09", "T17", "T21"],
  },
  {
    finding:
      "a workspace that came from somewhere else runs other code than its lockfile pins, or damages files outside it",
    isOne: true,
    by: ["T23", "T36"],
  },
  {
    finding:
      "building or adding a stranger's plugin gives its code a file, the network or a process",
    isOne: true,
    by: ["T07", "T10"],
  },
  {
    finding:
      "fetching a source reaches further inside than the host that was named, shows credentials to another than its registry and that one's token service, or leaves anything behind when it is refused",
    isOne: true,
    by: ["T26", "T28"],
  },
  {
    finding: "a caller acts as another, sees another tenant's data, or calls without the scope",
    isOne: true,
    by: ["T43", "T44", "T45"],
  },
  {
    finding: "a call runs that a person declined, or sends out what the flow policy holds",
    isOne: true,
    by: ["T38", "T39"],
  },
  {
    finding: "the audit trail verifies although a line before the last checkpoint was changed",
    isOne: true,
    by: ["T41"],
  },
  {
    finding:
      "a probe says that it held where the attack came through, or a document claims what is not so",
    isOne: true,
    by: ["T58", "T59"],
  },
  { finding: "a plugin misuses exactly what it was granted", isOne: false, by: ["GB-003"] },
  {
    finding: "a tool's answer persuades the model without an explicit mark of an instruction",
    isOne: false,
    by: ["GB-001"],
  },
  {
    finding: "someone who can write the workspace or the broker's memory changes what runs",
    isOne: false,
    by: ["GB-062"],
  },
  { finding: "side channels between processes of one machine", isOne: false, by: ["GB-004"] },
  {
    finding: "macOS with an untested ring 5 or Windows without, in development mode",
    isOne: false,
    by: ["GB-005"],
  },
  {
    finding: "anything that an open item of the report says already, no worse than it says",
    isOne: false,
    by: ["GB-078"],
  },
];
