/** `server.http`: where the server listens, whom it takes for itself, and what it lets strangers use. */
export interface HttpConfiguration {
  readonly listen: ListenAddress;
  /** Names by which clients call this server, beside this machine's own. */
  readonly hosts: readonly string[];
  /** Origins of web pages that may call it, beside those of this machine: `https://app.example.com`. */
  readonly origins: readonly string[];
  /** Whether the operator said so, and be it that there are none. */
  readonly statesOrigins: boolean;
  readonly tls?: TlsConfiguration;
  readonly proxy?: ProxyConfiguration;
  readonly limits: HttpLimits;
}

export interface ListenAddress {
  /** An address, IPv6 without brackets, or `localhost`. */
  readonly host: string;
  readonly port: number;
}

/** References `file:PATH` to PEM. */
export interface TlsConfiguration {
  readonly cert: string;
  readonly key: string;
  /** Whose certificates clients must show. */
  readonly clientCa?: string;
}

/** What ends TLS in front of this server. */
export interface ProxyConfiguration {
  /** Networks (CIDR) from which its connections come. */
  readonly trusted: readonly string[];
}

export interface HttpLimits {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  readonly connections: number;
  /** Open streams of one principal: subscriptions, and responses that go on. */
  readonly streamsPerPrincipal: number;
  readonly sessions: number;
  readonly sessionsPerPrincipal: number;
  readonly sessionIdleMs: number;
  /** In which a stream of changes ends: its client comes again, and shows who it is. */
  readonly listeningMs: number;
  /** In which the head and body of a request must have come. */
  readonly receiveMs: number;
  /** In which calls that run may still end, once the server was told to stop. */
  readonly drainMs: number;
}

export const DEFAULT_LISTEN: ListenAddress = { host: "127.0.0.1", port: 8808 };

const MIB = 1024 * 1024;

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  bodyBytes: 4 * MIB,
  headerBytes: 16 * 1024,
  connections: 2000,
  streamsPerPrincipal: 32,
  sessions: 1000,
  sessionsPerPrincipal: 50,
  sessionIdleMs: 30 * 60_000,
  listeningMs: 10 * 60_000,
  receiveMs: 15_000,
  drainMs: 20_000,
};

export const DEFAULT_HTTP: HttpConfiguration = {
  listen: DEFAULT_LISTEN,
  hosts: [],
  origins: [],
  statesOrigins: false,
  limits: DEFAULT_HTTP_LIMITS,
};
