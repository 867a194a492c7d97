/** One thing that the demonstration does, and what must come of it. */
export interface DemoStep {
  readonly says: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** A pattern of the error code that must come back, or of the text that must. */
  readonly expect: { readonly error: string } | { readonly text: RegExp };
}

export const REAL_WORK: readonly DemoStep[] = [
  {
    says: "the time in two places",
    tool: "time__convert",
    arguments: { time: "2027-01-15T09:00", from: "Europe/Paris", to: "Asia/Tokyo" },
    expect: { text: /17:00/ },
  },
  {
    says: "write a note beneath the plugin's own folder",
    tool: "files__write",
    arguments: { path: "notes/today.txt", text: "sealed" },
    expect: { text: /./ },
  },
  {
    says: "read it back",
    tool: "files__read",
    arguments: { path: "notes/today.txt" },
    expect: { text: /sealed/ },
  },
  {
    says: "remember a fact across calls",
    tool: "memory__create_entities",
    arguments: {
      entities: [{ name: "Ada", type: "person", observations: ["wrote the first program"] }],
    },
    expect: { text: /Ada/ },
  },
  {
    says: "and find it again",
    tool: "memory__search",
    arguments: { query: "program" },
    expect: { text: /Ada/ },
  },
];

export const ATTACKS: readonly DemoStep[] = [
  {
    says: "read /etc/passwd by its absolute path",
    tool: "hostile__read_file",
    arguments: { path: "/etc/passwd" },
    expect: { error: "PERMISSION_DENIED" },
  },
  {
    says: "climb out with ..",
    tool: "hostile__read_file",
    arguments: { path: "../../../../etc/passwd" },
    expect: { error: "PERMISSION_DENIED" },
  },
  {
    says: "read another plugin's file",
    tool: "hostile__read_file",
    arguments: { path: "../../files/files/notes/today.txt" },
    expect: { error: "PERMISSION_DENIED" },
  },
  {
    says: "fetch a host that was not granted",
    tool: "hostile__fetch_url",
    arguments: { url: "https://example.org/" },
    expect: { error: "PERMISSION_DENIED" },
  },
  {
    says: "fetch the cloud's metadata service",
    tool: "hostile__fetch_url",
    arguments: { url: "http://169.254.169.254/latest/meta-data/" },
    expect: { error: "PERMISSION_DENIED" },
  },
  {
    says: "read the host's environment",
    tool: "hostile__read_env",
    arguments: { name: "HOME" },
    expect: { error: "PERMISSION_DENIED" },
  },
  {
    says: "loop forever",
    tool: "hostile__loop_forever",
    arguments: {},
    expect: { error: "TIMEOUT" },
  },
  {
    says: "take all the memory",
    tool: "hostile__eat_memory",
    arguments: {},
    expect: { error: "(MEMORY_LIMIT|FAILED)" },
  },
  {
    says: "answer with 8 MiB",
    tool: "hostile__flood",
    arguments: {},
    expect: { error: "OUTPUT_LIMIT" },
  },
  {
    says: "count calls across instances",
    tool: "hostile__remember",
    arguments: {},
    expect: { text: /calls seen: 1$/ },
  },
  {
    says: "count them again",
    tool: "hostile__remember",
    arguments: {},
    expect: { text: /calls seen: 1$/ },
  },
];
