import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import { formatSize } from "@glovebox/host-api/size";
import type { ToolView } from "../../firewall/tool-view.ts";
import { makeReadable } from "../../firewall/visible.ts";
import type { CapabilityRequest, Signer } from "../../plugin/formats.ts";
import { describeProvenance, describeSigner } from "../../plugin/signer.ts";
import type { OpenedPlugin } from "../../supply/installed.ts";
import type { Output } from "../output.ts";
import { showTools } from "./show-tools.ts";

export type Grants = Readonly<Partial<Record<CapabilityName, JsonValue>>>;

/**
 * Shows a plugin as an operator needs to see it: who signed it, exactly what the model will read, what it wants and what it gets.
 */
export function showPlugin(
  opened: Omit<OpenedPlugin, "component" | "surface" | "offers">,
  views: readonly ToolView[],
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
  out.line(`package    ${opened.package}`);
  out.line(`component  ${digests.component}`);
  out.line(`surface    ${digests.surface}`);
  out.line();
  out.line(out.style("bold", "What a person sees, and what the model will read"));
  showTools(views, out);
  out.line();
  showCapabilities(manifest.capabilities, grants, out);
}

function showCapabilities(
  requests: Readonly<Partial<Record<CapabilityName, CapabilityRequest>>>,
  grants: Grants,
  out: Output,
): void {
  out.line(out.style("bold", "What it wants, and what it gets"));
  const names = [
    ...new Set([...Object.keys(requests), ...Object.keys(grants)]),
  ] as CapabilityName[];
  if (names.length === 0) out.line("  nothing: it computes from its arguments alone");
  for (const name of names) {
    const [request, grant] = [requests[name], grants[name]];
    const capability = CAPABILITIES[name];
    out.line(
      `  ${out.style("cyan", name)}  ${request ? safe(describeWish(name, request)) : "not asked for"}`,
    );
    if (request) out.line(`    because: ${safe(request.reason)}`);
    out.line(
      grant === undefined
        ? `    ${out.style("yellow", "not granted")}: denied when it tries. To grant: --grant ${suggestGrant(name, request)}`
        : `    ${out.style("green", "granted")}: ${safe(capability.formatGrant(grant))}`,
    );
  }
}

/** How much a plugin wants, where it says so. Not yet fit for a terminal. */
export function describeWish(name: CapabilityName, { want }: CapabilityRequest): string {
  if (want === null) return "imported, without saying how much of it";
  return `wants ${CAPABILITIES[name].formatGrant(want)}`;
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

function formatKib(bytes: number): string {
  return formatSize(Math.ceil(bytes / 1024) * 1024);
}

function safe(text: string): string {
  return makeReadable(text);
}
