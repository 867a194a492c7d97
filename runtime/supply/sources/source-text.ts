import { HostError } from "@glovebox/host-api/errors";
import { addressOf, isHost, parseTarget, type Target } from "@glovebox/host-api/http/url";
import { isLoopback } from "@glovebox/host-api/http/addresses";
import { isDigest } from "../../plugin/canonical.ts";
import type { Digest, LockedPlugin } from "../../plugin/formats.ts";
import { quoteText } from "../../plugin/text.ts";
import { SourceError } from "./errors.ts";

/** A source that is fetched over the network, as its text says it. */
export type RemoteSource = HttpsSource | OciSource;

/** A file on a web server. */
export interface HttpsSource {
  readonly kind: "https";
  /** As it was written, digest and all: for messages and for the lockfile. */
  readonly text: string;
  readonly target: Target;
  /** What the bytes must be, where the text names it (`#sha256=HEX`). */
  readonly digest: Digest | undefined;
}

/** An artifact in a registry (OCI distribution specification 1.1). */
export interface OciSource {
  readonly kind: "oci";
  readonly text: string;
  /** The registry as it was written: `ghcr.io`, `localhost:5000`. Credentials are looked up by it. */
  readonly registry: string;
  /** Where its API is. */
  readonly origin: Target;
  /** `owner/name` */
  readonly repository: string;
  readonly tag: string | undefined;
  /** Of the manifest or index. It wins over the tag. */
  readonly digest: Digest | undefined;
}

const TEXT_CHARS_MAX = 2048;
/** Anything with a scheme, so that a misspelled one is refused and not taken for a folder's name. */
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const FRAGMENT = /^#sha256=([0-9a-f]{64})$/;

/** Distribution specification 1.1, "Pulling manifests". */
const REPOSITORY =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const REPOSITORY_CHARS_MAX = 255;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const REFERENCE =
  /^((?:\[[0-9a-f:.]+\]|[0-9a-z.-]+)(?::[0-9]{1,5})?)\/([^:@\s]+)(?::([^:@/\s]+))?(?:@([^@/\s]+))?$/i;
/** Where Docker Hub's names are served. */
const DOCKER_HUB: ReadonlySet<string> = new Set(["docker.io", "index.docker.io"]);
const DOCKER_HUB_API = "registry-1.docker.io";

/** Whether a source is meant to be fetched. Nothing with a scheme is ever looked for on disk. */
export function isRemoteSource(text: string): boolean {
  return SCHEME.test(text);
}

/**
 * Reads the text of a remote source. The operator wrote it, perhaps by copying it from a stranger's page.
 * Throws `ERR_SOURCE_ADDRESS`, and `ERR_SOURCE_INSECURE` for plain http.
 */
export function parseRemoteSource(text: string): RemoteSource {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (text.length > TEXT_CHARS_MAX)
    throw wrong(text, `it has more than ${TEXT_CHARS_MAX} characters`);
  if (scheme === "https") return parseHttps(text);
  if (scheme === "oci") return parseOci(text);
  if (scheme === "http")
    throw new SourceError("ERR_SOURCE_INSECURE", `${quoteText(text)} is plain http.`);
  throw wrong(text, "its scheme is neither https nor oci");
}

/**
 * The same source, but only for the bytes that were approved: an artifact by its digest wherever its tag is now, a file by
 * the digest that its approval pinned. What is local, or says its digest itself, stays as it is.
 */
export function pinSource(
  text: string,
  { origin, package: digest, digests }: Pick<LockedPlugin, "origin" | "package" | "digests">,
): string {
  if (!isRemoteSource(text)) return text;
  const source = parseRemoteSource(text);
  if (source.digest !== undefined) return text;
  if (source.kind === "oci")
    return origin?.manifest
      ? `${text.slice(0, -`:${source.tag}`.length)}@${origin.manifest}`
      : text;
  const pinned = source.target.path.endsWith(".wasm") ? digests.component : digest;
  return `${text}#${pinned.replace(":", "=")}`;
}

function parseHttps(text: string): HttpsSource {
  const hash = text.indexOf("#");
  const fragment = hash === -1 ? "" : text.slice(hash);
  const [, hex] = FRAGMENT.exec(fragment) ?? [];
  if (fragment !== "" && hex === undefined)
    throw wrong(text, "what stands behind `#` is not `sha256=` and 64 lower-case hex digits");
  return {
    kind: "https",
    text,
    target: parseAddress(text, hash === -1 ? text : text.slice(0, hash)),
    digest: hex === undefined ? undefined : `sha256:${hex}`,
  };
}

function parseOci(text: string): OciSource {
  const match = REFERENCE.exec(text.slice("oci://".length));
  if (match === null) throw wrong(text, "it is not REGISTRY/NAME:TAG or REGISTRY/NAME@sha256:HEX");
  const [, registry = "", name = "", tag, digest] = match;
  const isHub = DOCKER_HUB.has(registry.toLowerCase());
  const repository = isHub && !name.includes("/") ? `library/${name}` : name;
  if (!REPOSITORY.test(repository) || repository.length > REPOSITORY_CHARS_MAX)
    throw wrong(text, "the name is not lower-case words joined by `/`, `.`, `_` or `-`");
  if (tag !== undefined && !TAG.test(tag)) throw wrong(text, "the tag is not one");
  if (digest !== undefined && !isDigest(digest))
    throw wrong(text, "the digest is not `sha256:` and 64 lower-case hex digits");
  if (tag === undefined && digest === undefined)
    throw wrong(text, "it names neither a tag nor a digest");
  const host = isHub ? DOCKER_HUB_API : registry.toLowerCase();
  const scheme = isLocalHost(host) ? "http" : "https";
  return {
    kind: "oci",
    text,
    registry: isHub ? "docker.io" : registry.toLowerCase(),
    origin: parseAddress(text, `${scheme}://${host}/`),
    repository,
    tag,
    digest,
  };
}

/** Whether an authority (`localhost:5000`) is this very machine, by its name alone: there plain http goes nowhere. */
function isLocalHost(authority: string): boolean {
  const host = authority.replace(/:[0-9]+$/, "");
  return isLocalName(host);
}

/** Whether a host is called what this very machine is called. No lookup is made, so nobody else can decide it. */
export function isLocalName(host: string): boolean {
  return host === "localhost" || isLoopback(addressOf(host));
}

function parseAddress(text: string, url: string): Target {
  try {
    const target = parseTarget(url);
    if (isHost(target.host)) return target;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw wrong(text, error.message);
  }
  throw wrong(text, "its host is not one");
}

function wrong(text: string, why: string): SourceError {
  return new SourceError(
    "ERR_SOURCE_ADDRESS",
    `${quoteText(text)} is not a remote source: ${why}.`,
  );
}
