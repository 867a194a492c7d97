import { GrantError } from "@glovebox/host-api/errors";
import { parseGrant } from "@glovebox/host-api/http/grant";
import { ANOMALY_ACTIONS, type AnomalyAction, type AnomalyRule } from "../audit/anomalies/rules.ts";
import type { WebhookSetting } from "../audit/anomalies/webhook.ts";
import type { Cursor } from "../plugin/cursor.ts";
import { readAmount, type AmountRow } from "./read-limits.ts";
import { readReference } from "./server/reference.ts";

/** The section `anomalies` of the configuration. */
export interface AnomalyConfiguration {
  readonly rules: readonly AnomalyRule[];
  readonly webhook?: WebhookSetting;
}

export const NO_ANOMALIES: AnomalyConfiguration = { rules: [] };

const RULES_MAX = 64;
const NAMES_MAX = 256;
const RANGES_MAX = 16;
const NAME = {
  lengthMin: 1,
  lengthMax: 40,
  pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  shape: "lower-case words joined by hyphens",
};
const HOST = { lengthMin: 1, lengthMax: 260 };
const URL_TEXT = { lengthMin: 1, lengthMax: 2048 };
const KINDS = {
  burst: ["calls", "within"],
  size: [],
  destination: [],
  denied: ["streak"],
} as const;
const OPTIONAL = {
  burst: [],
  size: ["chars", "times"],
  destination: ["known"],
  denied: [],
} as const;
type Kind = keyof typeof KINDS;

const AMOUNTS = {
  calls: { field: "calls", unit: "count", min: 1, max: 1_000_000 },
  within: { field: "within", unit: "duration", min: 100, max: 24 * 3_600_000 },
  chars: { field: "chars", unit: "count", min: 1, max: 1_000_000_000 },
  times: { field: "times", unit: "count", min: 2, max: 1_000_000 },
  streak: { field: "streak", unit: "count", min: 1, max: 10_000 },
} as const satisfies Readonly<Record<string, AmountRow<string>>>;

/** Reads `anomalies`: rules as data, and where alerts go. Left out, nothing is watched. */
export function readAnomalies(member: Cursor): AnomalyConfiguration {
  if (member.isAbsent()) return NO_ANOMALIES;
  const fields = member.fields(["rules"], ["webhook"]);
  const rules = fields
    .get("rules")
    .items(1, RULES_MAX)
    .map(readRule)
    .filter((rule) => rule !== undefined);
  const webhook = fields.optional("webhook", readWebhook);
  if (!webhook.webhook && rules.some(({ action }) => action === "alert"))
    member.problem("a rule that alerts, and nowhere to", "Add `webhook` with `url` and `secret`.");
  const names = rules.map(({ name }) => name);
  if (new Set(names).size < names.length)
    member.problem(
      "two rules of one name",
      "Give each its own: the audit trail tells them apart by it.",
    );
  return { rules, ...webhook };
}

function readRule(item: Cursor): AnomalyRule | undefined {
  const kindCursor = item.member("kind");
  const kind = (Object.keys(KINDS) as Kind[]).find((one) => one === kindCursor.value);
  if (kind === undefined) {
    if (item.isObject())
      item.problem("a rule of no known kind", `Write \`kind\`: ${Object.keys(KINDS).join(", ")}.`);
    else item.object();
    return undefined;
  }
  const fields = item.fields(
    ["name", "kind", ...KINDS[kind]],
    ["action", "plugins", ...OPTIONAL[kind]],
  );
  const base = {
    name: fields.get("name").string(NAME),
    action: readAction(fields.get("action")),
    ...fields.optional("plugins", (list) =>
      list.items(1, NAMES_MAX).map((one) => one.string(NAME)),
    ),
  };
  const amount = (key: keyof typeof AMOUNTS): number => readAmount(fields.get(key), AMOUNTS[key]);
  const optional = <Key extends "chars" | "times">(key: Key): Partial<Record<Key, number>> =>
    fields.optional(key, (member) => readAmount(member, AMOUNTS[key]));
  if (kind === "burst") {
    if (fields.get("calls").value === undefined || fields.get("within").value === undefined)
      return undefined;
    return { ...base, kind, calls: amount("calls"), withinMs: amount("within") };
  }
  if (kind === "denied") {
    if (fields.get("streak").value === undefined) return undefined;
    return { ...base, kind, streak: amount("streak") };
  }
  if (kind === "destination") {
    const known = fields.get("known");
    const hosts = known.value === undefined ? [] : known.items(0, NAMES_MAX);
    return { ...base, kind, known: hosts.map((host) => host.string(HOST)) };
  }
  const sizes = { ...optional("chars"), ...optional("times") };
  if (sizes.chars === undefined && sizes.times === undefined)
    item.problem("a rule of sizes without a size", "Write `chars`, `times`, or both.");
  return { ...base, kind, ...sizes };
}

function readAction(member: Cursor): AnomalyAction {
  const { value = "log" } = member;
  const action = ANOMALY_ACTIONS.find((one) => one === value);
  if (action === undefined)
    member.problem("not something to do", `Write ${ANOMALY_ACTIONS.join(", ")}.`);
  return action ?? "suspend";
}

function readWebhook(member: Cursor): WebhookSetting {
  const fields = member.fields(["url", "secret"], ["private"]);
  const address = fields.get("url");
  const text = address.string(URL_TEXT);
  const ranges = fields.get("private");
  const url = URL.parse(text);
  if (
    address.value !== undefined &&
    (!url || url.username !== "" || url.search !== "" || url.hash !== "")
  )
    address.problem("not a plain address", "Write one such as https://hooks.example.com/glovebox.");
  const setting = {
    url: text,
    secret: readReference(fields.get("secret")),
    private:
      ranges.value === undefined
        ? []
        : ranges.items(0, RANGES_MAX).map((range) => range.string(HOST)),
  };
  if (url) verifyGrantable(url, setting.private, member);
  return setting;
}

/** The guard of plugins' requests judges the address: what it would refuse later is refused here. */
function verifyGrantable(url: URL, ranges: readonly string[], member: Cursor): void {
  try {
    const port = url.port === "" ? {} : { port: Number(url.port) };
    const rule = { scheme: url.protocol.slice(0, -1), host: url.hostname, ...port };
    parseGrant({ allow: [{ ...rule, methods: ["POST"], paths: [url.pathname] }], private: ranges });
  } catch (error) {
    if (!(error instanceof GrantError)) throw error;
    member.problem(error.message, error.remedy);
  }
}
