import type { ErrorDetail } from "../../errors.ts";
import type { Cursor } from "../../plugin/cursor.ts";
import { readDocument } from "../../plugin/document.ts";
import type { Digest, Provenance } from "../../plugin/formats.ts";
import type { JsonLimits } from "../../plugin/json.ts";
import { BUILD_TEXT, REVISION } from "../../plugin/rules.ts";
import type { ProvenanceRule } from "../../plugin/trust.ts";
import { quoteText } from "../../plugin/text.ts";
import type { CertificateIdentity } from "./certificate.ts";
import { SupplyError } from "../errors.ts";
import { STATEMENT_TYPE } from "./statement.ts";

/** Provenance as SLSA v1 has it, of a workflow that GitHub ran: what was built, from which repository, by which file of it. */
export const PROVENANCE_TYPE = "https://slsa.dev/provenance/v1";

const LIMITS: JsonLimits = { bytesMax: 32 * 1024, depthMax: 16, nodesMax: 2000 };
const SUBJECTS_MAX = 64;

interface Statement {
  /** SHA-256 of everything that was built. */
  readonly subjects: readonly (string | undefined)[];
  readonly provenance: Provenance;
}

/**
 * Reads a provenance statement whose signature and signer have been verified. What its format allows beside the parts
 * that are read here is of no matter. Throws `ERR_PROVENANCE_MALFORMED`, or `Refusals` of several.
 */
export function parseProvenance(payload: Uint8Array): Statement {
  const invalid = (message: string, detail: ErrorDetail) =>
    new SupplyError("ERR_PROVENANCE_MALFORMED", message, detail);
  return readDocument(payload, { limits: LIMITS, invalid, hidden: invalid }, (root) => {
    root.object();
    root.require(["_type", "predicateType", "subject", "predicate"]);
    root.member("_type").exactly(STATEMENT_TYPE);
    root.member("predicateType").exactly(PROVENANCE_TYPE);
    const build = requireObject(root, "predicate", "buildDefinition");
    build.require(["externalParameters"]);
    const workflow = requireObject(build, "externalParameters", "workflow");
    workflow.require(["repository", "path"]);
    return {
      subjects: root.member("subject").items(1, SUBJECTS_MAX).map(readSubject),
      provenance: {
        repository: workflow.member("repository").string(BUILD_TEXT),
        workflow: workflow.member("path").string(BUILD_TEXT),
        ...readRevision(build.member("resolvedDependencies")),
      },
    };
  });
}

/** The object at `parent[outer][inner]`. A cursor reports nothing of what is missing unless it is asked to. */
function requireObject(parent: Cursor, outer: string, inner: string): Cursor {
  const middle = parent.member(outer);
  middle.object();
  middle.require([inner]);
  middle.member(inner).object();
  return middle.member(inner);
}

function readSubject(item: Cursor): string | undefined {
  const { value } = item.member("digest").member("sha256");
  return typeof value === "string" ? value : undefined;
}

/** The commit is said by the first of what the build depended on, and may be missing. */
function readRevision(member: Cursor): Pick<Provenance, "revision"> {
  if (member.isAbsent()) return {};
  const [source] = member.items(0, SUBJECTS_MAX);
  const revision = source?.member("digest").member("gitCommit");
  return revision?.value === undefined ? {} : { revision: revision.string(REVISION) };
}

/**
 * Verifies that a statement is about this component, and that it says what the issuer of the certificate says too:
 * the statement is the word of whoever ran in the build, and the certificate is not.
 * Throws `ERR_PROVENANCE_OTHER_COMPONENT` or `ERR_PROVENANCE_OTHER_BUILD`.
 */
export function verifyProvenance(
  { subjects, provenance }: Statement,
  component: Digest,
  certificate: CertificateIdentity,
): Provenance {
  if (!subjects.includes(component.slice("sha256:".length)))
    throw new SupplyError(
      "ERR_PROVENANCE_OTHER_COMPONENT",
      `the provenance is not about the component ${component}`,
    );
  const { repository, workflow } = provenance;
  if (
    certificate.repository !== repository ||
    certificate.workflow?.startsWith(`${repository}/${workflow}@`) !== true
  )
    throw new SupplyError(
      "ERR_PROVENANCE_OTHER_BUILD",
      `the provenance names ${quoteText(`${repository}/${workflow}`)}, and the certificate ${quoteText(certificate.workflow ?? "no build")}`,
    );
  return provenance;
}

/** Verifies that what built it is what the trust entry demands. Throws `ERR_PROVENANCE_MISSING` or `ERR_PROVENANCE_OTHER_BUILD`. */
export function verifyProvenanceRule(
  provenance: Provenance | undefined,
  rule: ProvenanceRule,
): void {
  if (!provenance)
    throw new SupplyError(
      "ERR_PROVENANCE_MISSING",
      "no attestation by this identity says what built it",
    );
  if (provenance.repository === rule.repository && provenance.workflow === rule.workflow) return;
  throw new SupplyError(
    "ERR_PROVENANCE_OTHER_BUILD",
    `it was built by ${quoteText(`${provenance.repository}/${provenance.workflow}`)}, and ${quoteText(`${rule.repository}/${rule.workflow}`)} is demanded`,
  );
}
