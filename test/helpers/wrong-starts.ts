import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The configuration of the README's "Behind a load balancer", and what one thing wrong in it makes of a start. */
const README = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
const [, SECTION = ""] = README.split("### Behind a load balancer");
export const [, YAML = ""] = /```yaml\n([\s\S]*?)```/.exec(SECTION) ?? [];
/** The variable that holds the state key. */
export const NAME = "GLOVEBOX_STATE_KEY";
export const drawn = (): string => randomBytes(32).toString("base64");
const OAUTH =
  "auth: { mode: oauth, issuer: https://login.example.com, resource: https://tools.example.com/mcp, tenant: { value: acme } }";

export interface Wrong {
  /** What becomes of the configuration's text. */
  readonly edit?: (yaml: string) => string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What is done to the workspace's folder. Answers how it is undone. */
  readonly spoil?: (folder: string) => void;
  readonly codes: readonly string[];
}

export const drop = (line: RegExp) => (yaml: string) => {
  assert.match(yaml, line);
  return yaml.replace(line, "");
};
export const swap = (from: string, to: string) => (yaml: string) => {
  assert.ok(yaml.includes(from), from);
  return yaml.replace(from, to);
};

export const WRONG: Readonly<Record<string, Wrong>> = {
  "no auth": { edit: drop(/^ {2}auth:.*\n/m), codes: ["ERR_GATE_OPEN_LISTEN", "ERR_GATE_AUTH"] },
  "mode none": {
    edit: swap("mode: keys", "mode: none"),
    codes: ["ERR_GATE_OPEN_LISTEN", "ERR_GATE_AUTH"],
  },
  "an issuer on this machine": {
    edit: (yaml) =>
      yaml.replace(
        /^ {2}auth:.*$/m,
        `  ${OAUTH.replace("https://login.example.com", "http://localhost:9000")}`,
      ),
    codes: ["ERR_GATE_ISSUER", "ERR_GATE_ISSUER"],
  },
  "a resource elsewhere": {
    edit: (yaml) =>
      yaml.replace(/^ {2}auth:.*$/m, `  ${OAUTH.replace("https://tools.", "https://other.")}`),
    codes: ["ERR_GATE_AUDIENCE"],
  },
  "certificates that nobody here asks for": {
    edit: (yaml) =>
      yaml.replace(
        /^ {2}auth:.*$/m,
        "  auth: { mode: mtls, tenant: { value: acme }, subject: subject.CN }",
      ),
    codes: ["ERR_GATE_CLIENT_CA"],
  },
  "no hosts": { edit: drop(/^ {4}hosts:.*\n/m), codes: ["ERR_GATE_HOSTS"] },
  "no word on origins": { edit: drop(/^ {4}origins:.*\n/m), codes: ["ERR_GATE_ORIGINS"] },
  "no proxy and no TLS": { edit: drop(/^ {4}proxy:.*\n/m), codes: ["ERR_GATE_TLS"] },
  "everyone as proxy": { edit: swap("10.0.0.0/8", "0.0.0.0/0"), codes: ["ERR_GATE_PROXY"] },
  "no limits": { edit: drop(/^ {2}rate:\n.*\n/m), codes: ["ERR_GATE_RATE"] },
  "no audit": { edit: drop(/^audit:.*\n/m), codes: ["ERR_GATE_AUDIT"] },
  "no state key": { edit: drop(/^ {2}state_key:.*\n/m), codes: ["ERR_GATE_STATE_KEY"] },
  "a state key that is not set": { env: { [NAME]: undefined }, codes: ["ERR_GATE_SECRET_MISSING"] },
  "a placeholder": {
    env: { [NAME]: "change-me-change-me-change-me-change-me" },
    codes: ["ERR_GATE_SECRET_WEAK"],
  },
  "a word in Base64": {
    env: { [NAME]: Buffer.from("the quick brown fox jumps over").toString("base64") },
    codes: ["ERR_GATE_SECRET_WEAK"],
  },
  "an example of ours": {
    env: { [NAME]: /sha256:([0-9a-f]{64})/.exec(README)?.[1] ?? "" },
    codes: ["ERR_GATE_SECRET_WEAK"],
  },
  "a file of a secret that a group may read": {
    edit: (yaml) => yaml.replace(`env:${NAME}`, "file:FOLDER/state-key"),
    spoil: (folder) => {
      writeFileSync(join(folder, "state-key"), drawn());
      chmodSync(join(folder, "state-key"), 0o640);
    },
    codes: ["ERR_GATE_SECRET_MISSING"],
  },
  "a configuration that everybody may change": {
    spoil: (folder) => chmodSync(join(folder, "glovebox.yaml"), 0o666),
    codes: ["ERR_GATE_WRITABLE"],
  },
  "a folder that everybody may change": {
    spoil: (folder) => chmodSync(folder, 0o777),
    codes: ["ERR_GATE_WRITABLE"],
  },
  "data that everybody may read": {
    spoil: (folder) => chmodSync(join(folder, ".glovebox"), 0o755),
    codes: ["ERR_GATE_READABLE"],
  },
  "keys that everybody may read": {
    spoil: (folder) => chmodSync(join(folder, ".glovebox", "keys.json"), 0o644),
    codes: ["ERR_GATE_READABLE", "ERR_KEYS_EXPOSED"],
  },
  "data in a home": {
    spoil: (folder) => {
      rmSync(join(folder, ".glovebox"), { recursive: true });
      symlinkSync(process.env["HOME"] ?? "", join(folder, ".glovebox"));
    },
    codes: ["ERR_GATE_SANDBOX_ROOT", "ERR_KEYS_MISSING"],
  },
  "data in the root": {
    spoil: (folder) => {
      rmSync(join(folder, ".glovebox"), { recursive: true });
      symlinkSync("/", join(folder, ".glovebox"));
    },
    codes: ["ERR_GATE_READABLE", "ERR_GATE_SANDBOX_ROOT", "ERR_KEYS_MISSING"],
  },
};
