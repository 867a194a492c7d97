import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import { formatSize } from "@glovebox/host-api/size";
import { makeVisible } from "../firewall/visible.ts";
import type { CapabilityRequest, Signer } from "../plugin/formats.ts";
import { describeProvenance, describeSigner } from "../plugin/signer.ts";
import type { OpenedPlugin } from "../supply/installed.ts";
import type { Output } from "./output.ts";

const BLANKS = /\s{40,}/g;

export type Grants = Readonly<Partial<Record<CapabilityName, JsonValue>>>;

/**
 * Shows a plugin as an operator needs to see it: who signed it, exactly what the model will read, what it wants and what it gets.
 * A person's view of the parameters comes first, and then the schemas to the letter: an instruction to the model can stand in any part.
 */
export function showPlugin(
  opened: Omit<OpenedPlugin, "component">,
  signers: readonly Signer[],
  grants: Grants,
  out: Output,
): void {
  const { manifest, componentBytes, digests } = opened;
  out.line(
    `${out.style("bold", `${manifest.name} ${manifest.version}`)}  ${safe(manifest.license)}  ${formatKib(componentBytes)}`,
  );
  out.line(safe(manifest.description));
  out.line();
  if (signers.length === 0) out.line(`signed     ${out.style("red", "by nobody")}`);
  for (const signer of signers) {
    out.line(`signed     ${out.style("green", safe(describeSigner(signer)))}`);
    if (signer.kind === "identity" && signer.provenance)
      out.line(`built      ${safe(describeProvenance(signer.provenance))}`);
  }
  out.line(`component  ${digests.component}`);
  out.line(`surface    ${digests.surface}`);
  out.line();
  out.line(out.style("bold", "What the model will read"));
  for (const tool of opened.surface) {
    out.line(
      `  ${out.style("cyan", tool.name)}${tool.title ? `  (${safe(tool.title)})` : ""}${hints(tool.annotations)}`,
    );
    for (const line of safe(tool.description, true).split("\n")) out.line(`    ${line}`);
    for (const line of describeInput(tool.inputSchema)) out.line(`    ${out.style("dim", line)}`);
    for (const part of ["inputSchema", "outputSchema", "annotations"] as const)
      if (tool[part]) out.line(`    ${out.style("dim", `${part} ${safeJson(tool[part])}`)}`);
  }
  out.line();
  showCapabilities(manifest.capabilities, grants, out);
}

function showCapabilities(
  requests: Readonly<Partial<Record<CapabilityName, CapabilityRequest>>>,
  grants: Grants,
  out: Output,
): void {
  out.line(out.style("bold", "What it wants, and what it gets"));
  const wishOf = (name: CapabilityName, request: CapabilityRequest | undefined): string => {
    if (!request) return "not asked for";
    if (request.want === null) return "imported, without saying how much of it";
    return `wants ${safe(CAPABILITIES[name].formatGrant(request.want))}`;
  };
  const names = [
    ...new Set([...Object.keys(requests), ...Object.keys(grants)]),
  ] as CapabilityName[];
  if (names.length === 0) out.line("  nothing: it computes from its arguments alone");
  for (const name of names) {
    const [request, grant] = [requests[name], grants[name]];
    const capability = CAPABILITIES[name];
    out.line(`  ${out.style("cyan", name)}  ${wishOf(name, request)}`);
    if (request) out.line(`    because: ${safe(request.reason)}`);
    out.line(
      grant === undefined
        ? `    ${out.style("yellow", "not granted")}: denied when it tries. To grant: --grant ${suggestGrant(name, request)}`
        : `    ${out.style("green", "granted")}: ${safe(capability.formatGrant(grant))}`,
    );
  }
}

/** The flag that would grant what is asked for, or the shape of it. */
function suggestGrant(name: CapabilityName, request: CapabilityRequest | undefined): string {
  const shapes: Readonly<Record<string, string>> = {
    filesystem:
      (request?.want as { access?: string } | undefined)?.access === "read"
        ? "filesystem=read"
        : "filesystem=read-write",
    http: "http=HOST:PORT",
    kv: "kv=1MiB",
    env: "env=NAME=VALUE",
  };
  return shapes[name] ?? name;
}

/** One line per parameter: the user's view of what the model may send. */
function describeInput(schema: Readonly<Record<string, JsonValue>>): string[] {
  const properties = schema["properties"];
  if (typeof properties !== "object" || properties === null || Array.isArray(properties)) return [];
  const required = Array.isArray(schema["required"]) ? (schema["required"] as JsonValue[]) : [];
  return Object.entries(properties as Record<string, JsonValue>).map(([name, value]) => {
    const row = (typeof value === "object" && value !== null ? value : {}) as Record<
      string,
      JsonValue
    >;
    const type = typeof row["type"] === "string" ? row["type"] : "any";
    const about = typeof row["description"] === "string" ? `: ${safe(row["description"])}` : "";
    return `${safe(name)}${required.includes(name) ? "" : "?"} (${safe(type)})${about}`;
  });
}

function hints(annotations: OpenedPlugin["surface"][number]["annotations"]): string {
  const said = [
    annotations?.readOnlyHint === true ? "says it only reads" : undefined,
    annotations?.destructiveHint === true ? "says it destroys" : undefined,
    annotations?.openWorldHint === true ? "says it reaches out" : undefined,
  ].filter((hint) => hint !== undefined);
  return said.length > 0 ? `  [${said.join(", ")}]` : "";
}

function formatKib(bytes: number): string {
  return formatSize(Math.ceil(bytes / 1024) * 1024);
}

function safe(text: string, newlines = false): string {
  return makeVisible(countBlanks(text), { newlines });
}

function safeJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "string" ? countBlanks(part) : part,
  );
  return makeVisible(text);
}

/** Blanks are text, but thousands of them would push the rest out of sight: a long run is counted instead of shown. */
function countBlanks(text: string): string {
  return text.replace(BLANKS, (run) => `[${run.length} blank characters]`);
}
