import type { CompiledPolicy } from "./compile-policy.ts";
import { markOf } from "./filter-text.ts";
import type { Filtering } from "./filter-value.ts";
import type { Span } from "./span.ts";

const LENGTH_MAX = 16 * 1024;

/** A frame of a stack: where in which file of whose machine, and nothing for whoever called. */
const FRAMES =
  /^[ \t]{0,40}(?:at [^\n]{1,400}:\d{1,7}(?::\d{1,7})?\)?(?: \{)?|at [^\n]{1,300}\((?:native|<anonymous>|index \d{1,4})\)|File "[^"\n]{1,400}", line \d{1,7}(?:, in [^\n]{1,200})?|from [^\n]{1,300}:\d{1,7}:in [^\n]{1,200}|node:[\w/]{1,80}:\d{1,6})[ \t]*$/gm;

/** Places in the order in which they are looked for: the longer ones hold the shorter ones. */
const PLACES: readonly (readonly [string, RegExp])[] = [
  [
    "connection-string",
    /\b(?:jdbc:[a-z0-9:]{1,40}|[a-z][a-z0-9+.-]{1,20}):(?:[\w.-]{1,60}\/[^\s@/]{1,60}@)?\/\/[^\s/?#"'<>()]{0,200}@[^\s"'<>()]{1,300}/gi,
  ],
  ["connection-string", /\bjdbc:[^\s"'<>]{4,400}/gi],
  [
    "connection-string",
    /\b(?:mongodb(?:\+srv)?|postgres(?:ql)?|mysql|mariadb|redis|rediss|amqps?|mssql|oracle|ldaps?|sftp|ftps?|smb|nats|kafka|couchdb|cassandra|clickhouse|neo4j|bolt|tcp|udp|unix|memcached|zookeeper|etcd|grpc|ws|wss|ssh):\/\/[^\s"'<>()]{1,400}/gi,
  ],
  [
    "connection-string",
    /\b(?:server|data source|host|addr(?:ess)?)\s{0,2}=\s{0,2}[^;\s"']{1,200};[^"'\n]{0,400}/gi,
  ],
  ["file", /\bfile:\/\/[^\s"'<>()]{1,400}/gi],
  ["file", /\\\\[\w.$-]{1,80}\\[^\s"'<>|*?]{1,300}/g],
  ["file", /\b[A-Za-z]:[\\/](?:[^\s"'<>|*?:;,()]{1,200})/g],
  [
    "file",
    /(?<![\w.:/@-])~?\/(?:home|root|tmp|var|etc|usr|opt|proc|srv|mnt|media|dev|run|sys|bin|sbin|lib|lib64|boot|app|data|workspace|workdir|code|build|private|Users|Library|Applications|Volumes|System|snap|nix|volumes|vagrant|repo|src|secrets?|config|certs?|keys?|backups?|logs?)(?:\/[^\s"'<>|*?:;,()[\]{}]{1,200}|\b)/g,
  ],
  ["file", /(?<=["'`(\s=]|^)~?\/(?:[\w.@+~$-]{1,100}\/){1,30}[\w.@+~$-]{0,100}(?=["'`)])/g],
  [
    "file",
    /(?<=["'`(\s=]|^)(?:~|\.\.?)?\/(?:[\w.@+~$-]{1,100}\/){0,30}[\w.@+~$-]{1,100}\.(?:js|mjs|cjs|ts|py|rb|go|rs|java|php|json|ya?ml|toml|ini|conf|cfg|env|pem|key|crt|cer|p12|pfx|db|sqlite3?|log|sock|pid|sh|so|dll|exe|txt|csv|xml|lock|bak|sql|wasm)\b/g,
  ],
  ["address", /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5}|\/\d{1,2})?(?![\w.])/g],
  [
    "address",
    /\[?(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){0,6}(?:%\w{1,16})?(?![\w:])\]?(?::\d{1,5})?/gi,
  ],
  ["address", /\[?(?<![\w:])::1\]?(?::\d{1,5})?(?![\w:])/g],
  [
    "host",
    /(?<![\w@])(?:https?:\/\/)?(?:\*\.)?(?:[a-z0-9_-]{1,63}\.){1,10}(?:local|localdomain|internal|intranet|corp|lan|home|private|svc|cluster|consul|test|invalid|arpa)(?:\.(?:[a-z0-9-]{1,63}\.){0,4}[a-z0-9-]{1,63})?(?::\d{1,5})?(?:\/[^\s"'<>()]{0,400})?(?![\w-])/gi,
  ],
  ["host", /(?:\*\.)?\bsvc\.cluster\.local\b/gi],
  ["host", /\b(?:localhost|[a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30}){1,6}):\d{2,5}\b/gi],
  [
    "host",
    /(?<=\b(?:ENOTFOUND|EAI_AGAIN|lookup|resolve host:?|resolve hostname|unknown host:?|UnknownHostException:|hostname|host name|server at|connect(?:ing)? to(?: server)?(?: at)?)\s{1,3}["'`]?)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,10}(?::\d{1,5})?(?!\w)/gi,
  ],
  [
    "query-secret",
    /(?<=[?&](?:[\w-]{0,30}(?:key|token|secret|password|passwd|pwd|sig|signature|auth|code|session)[\w-]{0,10})=)[^&\s"'<>#]{3,400}/gi,
  ],
];
/** Pointers into JSON documents and routes of an interface name no file. */
const POINTER =
  /^\/(?:properties|items|definitions|\$defs|required|allOf|anyOf|oneOf|patternProperties|additionalProperties|api|v\d{1,3}|paths|components|schemas|body|query|params|arguments|input)\b/;
const WORD_HOSTS =
  /^(?:the|a|an|server|host|your|this|that|it|is|was|for|to|from|of|in|on|at|and|or|not|port|remote|database|peer|name)$/i;

/**
 * The words of an error without what they tell of machines: paths, addresses, names of hosts inside, connection strings,
 * stacks. What happened stays: names of errors, codes, sentences, addresses that everybody can reach.
 */
export function filterErrorText(
  text: string,
  where: string,
  policy: CompiledPolicy,
  filtering: Filtering,
): string {
  const action = policy.actions.internals;
  if (action === undefined) return text;
  const spans: Span[] = [];
  const cleaned = cleanErrorText(text, spans);
  if (spans.length > 0) filtering.note(spans, where);
  return action === "redact" || action === "block" ? cleaned : text;
}

/** The same for a text of its own; what was found goes into `spans`. */
export function cleanErrorText(text: string, spans: Span[]): string {
  let cleaned = text.length > LENGTH_MAX ? text.slice(0, LENGTH_MAX).toWellFormed() : text;
  const mark = markOf("internals");
  const note = (id: string, start: number, end: number): void => {
    spans.push({ kind: "internals", id: `internals.${id}`, severity: "medium", start, end });
  };
  for (const [id, pattern] of PLACES)
    cleaned = cleaned.replace(pattern, (found: string, ...rest: unknown[]) => {
      const at = rest.find((part) => typeof part === "number") ?? 0;
      if (POINTER.test(found) || WORD_HOSTS.test(found) || isPublic(id, found)) return found;
      note(id, at, at + found.length);
      return mark;
    });
  return cleaned
    .replace(FRAMES, (frame: string, ...rest: unknown[]) => {
      const at = rest.find((part) => typeof part === "number") ?? 0;
      note("stack", at, at + frame.length);
      return "";
    })
    .replaceAll(/\n{3,}/g, "\n\n");
}

/** A version number has four parts too. */
function isPublic(id: string, found: string): boolean {
  return (
    id === "address" &&
    /^(?:0\.0\.0\.0|\d\.\d{1,2}\.\d{1,2}\.\d{1,2})$/.test(found) &&
    !/^(?:10|127)\./.test(found)
  );
}

const ERROR_LENGTH_MAX = 8000;
/** How errors begin, of the usual languages and programs. */
const BEGINS =
  /^\s{0,20}(?:(?:Uncaught |Unhandled |Caused by: |Internal )?(?:[\w$.]{0,80}(?:Error|Exception|Failure|Fault)\b[^\n]{0,3}(?::|$|\s)|Traceback \(most recent call last\)|error\b\s{0,2}[:[(]|fatal:|panic:|exception\b|node:[\w/]{1,60}:\d|\[eval\]:\d|<anonymous_script>:\d|Segmentation fault|goroutine \d|thread '|ER_[A-Z_]{3,60}\b|x509:|dial tcp|connect E[A-Z]{3,}|getaddrinfo\b|E[A-Z]{4,14}:|ORA-\d|SQLSTATE|java\.[\w.]{1,80}:|ssh:|curl:|wget:|bash:|sh:|zsh:|cat:|cp:|mv:|rm:|ls:|mkdir:|cd:|chmod:|tar:|git:|docker:|kubectl:|npm ERR!|pip:|make:|ld:|gcc:|psql:|mysql:|mongo:|nginx:|systemctl:|sudo:|openssl:)|(?:HTTP )?[45]\d\d (?:[A-Z][a-z]+ ?){1,4}:)/;
/** What only errors say, whatever they begin with. */
const SAYS =
  /\b(?:ECONNREFUSED|ECONNRESET|ENOENT|EACCES|EPERM|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOTFOUND|EADDRINUSE|EISDIR|ENOTDIR|EROFS|ENOSPC|EMFILE)\b|(?:could|can|cannot|can't|couldn't|unable to|failed to) ?(?:not )?(?:access|open|connect|read|write|load|resolve|find|create|stat|change|reach|bind|parse|authenticate)\b|\b(?:access|permission) denied\b|no such file or directory|connection (?:to [^\n]{1,200} )?(?:failed|refused|timed out|reset)|failed with (?:status|exit|code|error)|handshake (?:failed|terminated)|no route to host|does not exist\b|\bfailed\b[^\n]{0,80}:/i;
const SHORT = 600;

/** Whether a text is nothing but the message of an error: by how it begins, or, of a short one, by what it says. */
export function isErrorText(text: string): boolean {
  if (text.length > ERROR_LENGTH_MAX) return false;
  if (BEGINS.test(text)) return true;
  if (text.length <= SHORT && !text.includes("\n\n") && SAYS.test(text)) return true;
  return text.length <= ERROR_LENGTH_MAX && STACK.test(text);
}

const STACK = /^[^\n]{1,300}:\d{1,6}\n(?:[^\n]{0,300}\n){1,6}\s{0,4}\w{0,40}Error:/;
