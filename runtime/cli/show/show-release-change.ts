import { formatSize } from "@glovebox/host-api/size";
import type { Pair, ReleaseChange } from "../../compare-releases.ts";
import { makeReadable } from "../../firewall/visible.ts";
import type { CapabilityRequest } from "../../plugin/formats.ts";
import { describeSigner } from "../../plugin/signer.ts";
import type { Output } from "../output.ts";
import { describeWish } from "./show-plugin.ts";
import { showSurfaceChanges } from "./show-changes.ts";

const LABEL_CHARS = 12;

/** Shows old against new: what the model reads last, since that is what nothing else would show. */
export function showReleaseChange(alias: string, change: ReleaseChange, out: Output): void {
  const { version, order } = change;
  out.line(out.style("bold", `What changes for ${alias}, ${version.before} → ${version.after}`));
  if (change.isSame) return out.line("  nothing: these are the approved bytes");
  showWarning(change, out);
  for (const { part, before, after } of change.digests) showPair(part, { before, after }, out);
  if (change.sizeBytes.before !== change.sizeBytes.after)
    showPair("size", mapPair(change.sizeBytes, formatSize), out);
  for (const { what, before, after } of change.facts) showPair(what, { before, after }, out);
  for (const signer of change.signersGone)
    line("signer", "removed", makeReadable(describeSigner(signer)), out);
  for (const signer of change.signersNew)
    line("signer", "added", makeReadable(describeSigner(signer)), out);
  for (const name of change.importsGone) line("import", "removed", makeReadable(name), out);
  for (const name of change.importsNew) line("import", "added", makeReadable(name), out);
  for (const { name, before, after } of change.capabilities) {
    const words = (request: CapabilityRequest): string =>
      `${describeWish(name, request)}, because: ${request.reason}`;
    showPair(name, mapPair({ before, after }, words), out);
  }
  out.line();
  out.line(out.style("bold", "What changes for the model"));
  if (change.surface.length === 0)
    out.line(`  nothing: the tool definitions are ${order === "same" ? "the same" : "as before"}`);
  showSurfaceChanges(change.surface, out);
}

/** An honest author gives other bytes another version, and does not go back. */
function showWarning({ order, version, digests }: ReleaseChange, out: Output): void {
  if (digests.length === 0 || order === "newer") return;
  const words =
    order === "same"
      ? `SAME VERSION, OTHER BYTES: this also calls itself ${version.after}, and is not what was approved as ${version.before}.`
      : `AN OLDER VERSION: ${version.after} comes before ${version.before}, which is approved.`;
  out.line(`  ${out.style("red", words)}`);
}

function showPair(label: string, { before, after }: Pair<string>, out: Output): void {
  if (before !== undefined) line(label, "removed", makeReadable(before), out);
  if (after !== undefined)
    line(before === undefined ? label : "", "added", makeReadable(after), out);
}

function line(label: string, kind: "removed" | "added", text: string, out: Output): void {
  const marked =
    kind === "removed" ? out.style("red", `- ${text}`) : out.style("green", `+ ${text}`);
  out.line(`  ${label.padEnd(LABEL_CHARS)} ${marked}`);
}

function mapPair<Value>(
  { before, after }: Pair<Value>,
  describe: (value: Value) => string,
): Pair<string> {
  return {
    before: before === undefined ? undefined : describe(before),
    after: after === undefined ? undefined : describe(after),
  };
}
