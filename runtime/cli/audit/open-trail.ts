import path from "node:path";
import { makeEvent, type AuditSink } from "../../audit/record.ts";
import { GloveboxError, Refusals } from "../../errors.ts";
import type { Posture } from "../../debt/report.ts";
import { isSealed } from "../../policy/gates/decide-start.ts";
import { openAudit } from "../../powers/audit-file.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import type { VerifiedPlugin } from "../../supply/installed.ts";
import type { Workspace } from "../../workspace.ts";

const CODES_MAX = 50;

/** The audit trail of a workspace, as its configuration wants it written. Throws `WorkspaceError` or `AuditError`. */
export function openTrail({ paths, configuration }: Workspace, files: FilePowers): AuditSink {
  const { trail } = configuration.audit;
  const { checkpointFolder: folder } = trail;
  return openAudit(paths.auditFile, files, {
    ...trail,
    ...(folder === undefined ? {} : { checkpointFolder: path.resolve(paths.root, folder) }),
  });
}

/** The ring that the operating system's part of the seal makes, or the one below it. */
export function ringOf(seal: Posture["seal"]): number {
  return isSealed(seal) ? 5 : 4;
}

/** Writes down that a runtime starts: what runs, behind what, and what was waived. */
export function recordStart(
  audit: AuditSink,
  { runtimeVersion, mode, seal, waivers }: Posture,
  plugins: readonly VerifiedPlugin[],
  tools: number,
): void {
  for (const { gate, reason, until } of waivers)
    audit.write(makeEvent("waiver", { detail: { gate, reason, until } }));
  audit.write(
    makeEvent("start", {
      detail: {
        version: runtimeVersion,
        process: process.pid,
        mode,
        seal: seal.name,
        ring: ringOf(seal),
        tools,
        plugins: plugins.map(({ alias, manifest, digests, signers }) => ({
          alias,
          version: manifest.version,
          component: digests.component,
          signed: signers.length > 0,
        })),
      },
    }),
  );
}

/** Writes down that a start was refused, and why. The start fails anyway: a trail that cannot be written changes nothing. */
export function recordRefusedStart(workspace: Workspace, files: FilePowers, thrown: unknown): void {
  const codes = codesOf(thrown).slice(0, CODES_MAX);
  if (codes.length === 0) return;
  try {
    const audit = openTrail(workspace, files);
    audit.write(makeEvent("start-refused", { detail: { reasons: codes } }));
    audit.close();
  } catch {
    // Nobody would be told more by another error.
  }
}

function codesOf(thrown: unknown): readonly string[] {
  if (thrown instanceof Refusals) return thrown.reasons.map(({ code }) => code);
  return thrown instanceof GloveboxError ? [thrown.code] : [];
}
