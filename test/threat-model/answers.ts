import { BUILT_IN_ITEMS } from "../../runtime/debt/built-in-items.ts";

/** What others ask of an MCP server, answered: yes without anything left, partly or no with what is left. */
export interface Answer {
  readonly id: string;
  readonly asks: string;
  readonly answer: "yes" | "partly" | "no";
  readonly says: string;
  readonly threats: readonly string[];
  /** Debt items: what is missing. None beside a yes, at least one beside the others. */
  readonly left: readonly `GB-${string}`[];
}

const OWASP_ROWS: readonly Answer[] = [
  {
    id: "MCP01:2025",
    asks: "Token Mismanagement & Secret Exposure",
    answer: "partly",
    says: "secrets are added by the host and never in a guest, weak ones refuse a start, keys are kept as hashes and end, answers are searched for secrets",
    threats: ["T15", "T28", "T43", "T44", "T47", "T51"],
    left: ["GB-027", "GB-043", "GB-049", "GB-052", "GB-054", "GB-065"],
  },
  {
    id: "MCP02:2025",
    asks: "Privilege Escalation via Scope Creep",
    answer: "partly",
    says: "nothing is granted by default, what is granted is pinned and approved, scopes are held against each call and list, and no tool widens anything",
    threats: ["T05", "T13", "T14", "T35", "T44"],
    left: ["GB-013", "GB-039"],
  },
  {
    id: "MCP03:2025",
    asks: "Tool Poisoning",
    answer: "partly",
    says: "definitions are pinned, scanned and shown to the letter before approval, and any other definition refuses a start",
    threats: ["T04", "T29", "T33", "T34", "T35", "T37", "T42"],
    left: ["GB-002", "GB-003"],
  },
  {
    id: "MCP04:2025",
    asks: "Software Supply Chain Attacks & Dependency Tampering",
    answer: "partly",
    says: "every byte that runs is pinned and signed by somebody who was named, verified at each start, offline",
    threats: ["T01", "T02", "T03", "T26", "T27", "T31", "T32", "T35"],
    left: ["GB-003", "GB-033", "GB-034"],
  },
  {
    id: "MCP05:2025",
    asks: "Command Injection & Execution",
    answer: "partly",
    says: "there is no shell and no process to start: arguments are held against the pinned schema, names of components never become code, and native code meets the operating system's seal",
    threats: ["T06", "T08", "T10", "T17", "T25"],
    left: ["GB-004", "GB-005"],
  },
  {
    id: "MCP06:2025",
    asks: "Intent Flow Subversion (in 2025: Prompt Injection via Contextual Payloads)",
    answer: "partly",
    says: "marks of instructions are taken out of answers, and calls that send out after strangers' text came in are held for a person",
    threats: ["T38", "T39", "T51"],
    left: ["GB-001", "GB-058", "GB-066", "GB-068"],
  },
  {
    id: "MCP07:2025",
    asks: "Insufficient Authentication & Authorization",
    answer: "partly",
    says: "over HTTP each request has a principal, tokens are for this server alone, scopes are per tool, and production does not start without",
    threats: ["T43", "T44", "T45", "T47", "T56"],
    left: ["GB-049", "GB-050", "GB-052"],
  },
  {
    id: "MCP08:2025",
    asks: "Lack of Audit and Telemetry",
    answer: "partly",
    says: "a call that cannot be recorded is not answered; records are chained and signed, and rules watch them",
    threats: ["T41", "T53"],
    left: ["GB-018", "GB-061", "GB-062", "GB-063", "GB-064"],
  },
  {
    id: "MCP09:2025",
    asks: "Shadow MCP Servers",
    answer: "partly",
    says: "a plugin that was not approved does not run, names that are taken for others stop an approval, and an open server without authentication does not start; other servers of the network are not looked for",
    threats: ["T20", "T37", "T47", "T54"],
    left: ["GB-088"],
  },
  {
    id: "MCP10:2025",
    asks: "Context Injection & Over-Sharing",
    answer: "partly",
    says: "no call sees what another left, tenants and profiles are apart, and taint follows what a conversation has read",
    threats: ["T12", "T39", "T40", "T45", "T51"],
    left: ["GB-015", "GB-057", "GB-058", "GB-060"],
  },
];

/** OWASP MCP Top 10, 2025, by the names of its repository in 2026. What is left of each is also what refers to it. */
export const OWASP: readonly Answer[] = OWASP_ROWS.map((row) => {
  const referring = BUILT_IN_ITEMS.filter(
    ({ status, references }) =>
      status !== "resolved" && references.includes(`OWASP ${row.id.slice(0, 5)}`),
  );
  return { ...row, left: [...new Set([...row.left, ...referring.map(({ id }) => id)])].toSorted() };
});

/** The nine recommendations of the NSA's sheet "Model Context Protocol (MCP): Security Design Considerations for AI-Driven Automation", U/OO/6030316-26, May 2026. */
export const NSA: readonly Answer[] = [
  {
    id: "NSA1",
    asks: "Choose supported MCP projects when possible",
    answer: "partly",
    says: "who vouches for a plugin is named and can be demanded twice; whether somebody still looks after it, the operator must know",
    threats: ["T02", "T31"],
    left: ["GB-003"],
  },
  {
    id: "NSA2",
    asks: "Design for boundaries",
    answer: "partly",
    says: "each plugin is a zone of its own, profiles and tenants keep zones apart, and requests go to granted hosts, methods and paths alone; they do so without a proxy of yours between",
    threats: ["T10", "T14", "T39", "T40", "T45"],
    left: ["GB-003", "GB-058", "GB-059"],
  },
  {
    id: "NSA3",
    asks: "Validate parameters",
    answer: "yes",
    says: "every argument is held against the pinned schema before a plugin hears of it, and every host call against its types",
    threats: ["T09", "T17", "T25"],
    left: [],
  },
  {
    id: "NSA4",
    asks: "Constrain and sandbox tool execution",
    answer: "partly",
    says: "seccomp and Landlock or namespaces around each runner, limits on everything, nothing granted by default",
    threats: ["T10", "T11", "T12", "T13"],
    left: ["GB-004", "GB-005", "GB-012", "GB-016", "GB-021"],
  },
  {
    id: "NSA5",
    asks: "Sign and verify MCP messages",
    answer: "partly",
    says: "the protocol has no signatures: TLS carries messages, DPoP binds a token to its sender and is taken once, and what a client brings back is signed, bound, dated and spent",
    threats: ["T38", "T43", "T57"],
    left: ["GB-050"],
  },
  {
    id: "NSA6",
    asks: "Filter and monitor output pipelines and chained execution",
    answer: "partly",
    says: "one filter over everything that leaves, and paths between plugins are found and held",
    threats: ["T39", "T51", "T52"],
    left: ["GB-001", "GB-065", "GB-066", "GB-067", "GB-068"],
  },
  {
    id: "NSA7",
    asks: "Instrument for logging and detection",
    answer: "partly",
    says: "each call is recorded with who, what, arguments by digest or in full, and destinations; rules alert; traces and metrics by OpenTelemetry. Answers are counted, not hashed",
    threats: ["T41", "T53"],
    left: ["GB-018", "GB-064"],
  },
  {
    id: "NSA8",
    asks: "Track and patch MCP related vulnerabilities",
    answer: "partly",
    says: "the lockfile is the inventory, `outdated` compares it with every source, evidence holds a bill of materials, and the report lists advisories against the very versions in use",
    threats: ["T01", "T31", "T35"],
    left: ["GB-003"],
  },
  {
    id: "NSA9",
    asks: "Scan local network for open or vulnerable MCP servers",
    answer: "no",
    says: "Glovebox looks at its own machine and configuration, and `scan` at definitions that it is given; it scans no network",
    threats: [],
    left: ["GB-088"],
  },
];

/** Five signals of a server that is ready for production, and nine questions to ask of it, from "Why Most 'Production-Ready' MCP Servers Actually Aren't". */
export const SIGNALS: readonly Answer[] = [
  {
    id: "S1",
    asks: "Does it fail closed, or does it warn and continue?",
    answer: "partly",
    says: "production refuses with every reason at once; a dated waiver opens one gate and is seen everywhere",
    threats: ["T20", "T47"],
    left: ["GB-013", "GB-019", "GB-055"],
  },
  {
    id: "S2",
    asks: "Does it know what it doesn't do?",
    answer: "partly",
    says: "every known gap is a debt item, and every item is a non-claim below",
    threats: ["T59"],
    left: ["GB-078"],
  },
  {
    id: "S3",
    asks: "What does its auth story actually cover?",
    answer: "partly",
    says: "issuer, audience and resource are gates; tenant, user, client and scopes go with each call; scopes are held per tool",
    threats: ["T43", "T44", "T45"],
    left: ["GB-049", "GB-050", "GB-052"],
  },
  {
    id: "S4",
    asks: "What does the output pipeline look like?",
    answer: "partly",
    says: "everything that leaves is read, nested and in disguise, within bounds, and the words of errors too",
    threats: ["T18", "T51", "T52"],
    left: ["GB-001", "GB-065", "GB-066", "GB-067", "GB-068"],
  },
  {
    id: "S5",
    asks: "Can you query its debt at runtime?",
    answer: "yes",
    says: "`report_pattern_debt`, `glovebox://debt`, `glovebox debt`, with what probes saw on this machine",
    threats: ["T59"],
    left: [],
  },
];

export const QUESTIONS: readonly Answer[] = [
  {
    id: "Q1",
    asks: "Does it refuse to start with insecure production configuration: auth mode, rate limiting, host allowlist?",
    answer: "yes",
    says: "gates `auth`, `rate` and `hosts` among them; a waiver that opens one has a name, a reason and a last day, and `hosts` takes none",
    threats: ["T47"],
    left: [],
  },
  {
    id: "Q2",
    asks: "Does it explicitly enumerate what it does not do?",
    answer: "yes",
    says: "the non-claims below, from the report's own items",
    threats: ["T59"],
    left: [],
  },
  {
    id: "Q3",
    asks: "Does it expose its own limitations through the protocol, not just documentation?",
    answer: "yes",
    says: "a tool and a resource that every client may read",
    threats: ["T59"],
    left: [],
  },
  {
    id: "Q4",
    asks: "Does resource indicator enforcement (RFC 8707) exist, and is it required in production?",
    answer: "yes",
    says: "a token must be for this server's resource, and the gate `audience` cannot be waived",
    threats: ["T43", "T47"],
    left: [],
  },
  {
    id: "Q5",
    asks: "Is tenant/user/scope context propagated as first-class data to every tool call, not just the auth boundary?",
    answer: "yes",
    says: "over HTTP each call, record, folder and secret is by principal; over stdio there is one caller",
    threats: ["T44", "T45"],
    left: [],
  },
  {
    id: "Q6",
    asks: "Does it scan tool outputs before returning them to the LLM, including recursive structured content?",
    answer: "partly",
    says: "to every depth that leaves, with keys; what cannot be read whole is withheld",
    threats: ["T51", "T52"],
    left: ["GB-001", "GB-066", "GB-068"],
  },
  {
    id: "Q7",
    asks: "Does it sanitize error messages before returning them to the client, separately from tool output scanning?",
    answer: "partly",
    says: "the runtime's failures have fixed words; a plugin's own are filtered, for paths, hosts and stacks besides, by the forms that the filter knows",
    threats: ["T18", "T51"],
    left: ["GB-065", "GB-067"],
  },
  {
    id: "Q8",
    asks: "What is the actual isolation boundary for plugins: in-process, child-process, or container/WASM?",
    answer: "partly",
    says: "WebAssembly in a process of its own behind seccomp and namespaces or Landlock, attacked at every start on Linux",
    threats: ["T10", "T12"],
    left: ["GB-004", "GB-005", "GB-012", "GB-015", "GB-021"],
  },
  {
    id: "Q9",
    asks: "If crypto-erasure is claimed, what data classes are explicitly covered and what are excluded?",
    answer: "partly",
    says: "stores, files, tasks and approvals of a tenant are sealed with a key that erasure destroys; the items name what is left, such as the audit trail's digests",
    threats: ["T60", "T61", "T62"],
    left: ["GB-079", "GB-080", "GB-083"],
  },
];
