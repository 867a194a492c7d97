export type ChunkKind = "secretPath" | "configPath" | "filePath" | "address" | "identifier";

/** Longer runs without blanks are looked at as words only; what is encoded has a rule of its own. */
export const CHUNK_LENGTH_MAX = 200;

const EDGES = /^[.:+-]+(?=[^/])|[.:,+-]+$/g;
const URL_START = /^(?:https?|wss?|ftp|data|javascript|mailto|file):/;
const MAIL = /^[^@/\s]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::.*)?$/;
const ENDINGS =
  "com|net|org|io|co|ai|dev|app|info|biz|me|ru|cn|xyz|top|site|online|cloud|uk|de|eu|us|example|evil|attacker|onion|link|sh|tk|pw|cc|club|live|tech";
const HOST = new RegExp(String.raw`^(?:[a-z0-9-]+\.)+(?:${ENDINGS})(?::\d+)?(?:/.*)?$`);
const IP = /^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:\/.*)?$/;
const PHONE = /^\+\d{3}[\da-z-]{4,}$/;

/** Files that hold keys, and nothing that a tool's description needs to name. */
const SECRET_PATH =
  /(?:^|[/\\~.])(?:id_(?:rsa|dsa|ecdsa|ed25519)|authorized_keys|etc[/\\](?:passwd|shadow|sudoers|gshadow)|\.ssh|\.aws|\.gnupg|\.netrc|\.pgpass|\.git-credentials|\.npmrc|\.pypirc|\.bash_history|\.zsh_history|wallet\.dat|keystore|key[34]\.db|logins\.json|cookies\.sqlite|\.kdbx|login\.keychain|proc[/\\]self[/\\]environ|\.credentials|ntds\.dit|\.vault-token|\.kube[/\\]config|\.docker[/\\]config\.json|\.config[/\\]gcloud|\.azure|\.password-store)(?![a-z0-9])|\.(?:pem|kdbx|pfx|p12|ppk|keystore|jks)$/;
/** Files that often hold keys, and that honest tools name too. */
const CONFIG_PATH =
  /(?:^|[/\\~.])(?:\.?env(?:\.[a-z]+)?|mcp\.json|claude_desktop_config\.json|\.cursor|\.claude|\.codex|\.vscode|credentials(?:\.[a-z]+)?|secrets?\.(?:ya?ml|json|txt|toml)|\.gitconfig|known_hosts|\.ssh[/\\]config|\.kube|\.docker|keychain|\.mozilla|\.bashrc|\.zshrc|\.profile|config\.json)$/;
const FILE_PATH =
  /^(?:~|\.{1,2}|[a-z]:|\$home|%[a-z]+%)?[/\\][^/\\]|\.(?:txt|md|json|ya?ml|csv|log|conf|cfg|ini|db|sqlite|docx?|xlsx?|pdf|key|crt|bak|toml|xml|sql)$/;
const IDENTIFIER = /^[a-z0-9]+(?:[_-][a-z0-9]+)*(?:[.:/][a-z0-9]+(?:[_-][a-z0-9]+)*){0,3}$/;

/** What a run without blanks is: an address, a path, or a name as programs write it; undefined for words with hyphens. */
export function classifyChunk(chunk: string): ChunkKind | undefined {
  const core = chunk.replace(EDGES, "");
  if (core === "" || core.length > CHUNK_LENGTH_MAX) return undefined;
  if (SECRET_PATH.test(core)) return "secretPath";
  if (CONFIG_PATH.test(core)) return "configPath";
  if (URL_START.test(core) || MAIL.test(core) || PHONE.test(core)) return "address";
  if (IP.test(core) || HOST.test(core)) return "address";
  if (FILE_PATH.test(core)) return "filePath";
  return (core.includes("_") || core.includes(".")) && IDENTIFIER.test(core)
    ? "identifier"
    : undefined;
}
