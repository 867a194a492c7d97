import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "Where data may go" to "For auditors", and what shows it. */
export const README_EVIDENCE: Claims = {
  // Where data may go
  "A host can be given a region, which is a name of yours, and a tenant can be bound to regions:": [
    "test/unit/policy/server/regions.test.ts#bind who is named",
  ],
  "What a plugin sends for `acme` goes to hosts that are labelled `eu` and nowhere else: each hop of a redirect is decided alike, before its name is looked up.":
    [
      "test/e2e/regions.test.ts#a tenant that is bound to a region reaches nothing outside it",
      "test/unit/http/region.test.ts#reaches what is labelled so, and nothing else is even looked up",
    ],
  "A host without a label is outside every region.": [
    "test/e2e/regions.test.ts#a tenant that is bound to a region reaches nothing outside it",
  ],
  "The plugin hears `refused-by-policy` and no label; the audit record names the reason.": [
    "test/e2e/regions.test.ts#a tenant that is bound to a region reaches nothing outside it",
    "test/e2e/regions.test.ts#the audit says where each tenant's calls connected to",
  ],
  "Of several rules for a host the one that names it most exactly says its region, and one host under two labels is refused.":
    [
      "test/unit/http/region.test.ts#is that of the rule which names the host most exactly",
      "test/unit/http/region.test.ts#is refused where it could be a user",
      "test/unit/policy/server/regions.test.ts#put one host in one place",
    ],
  "`*` must be there as soon as one tenant is, so that a mistyped name opens nothing; `regions: []` lets a tenant reach nothing, and `local` is whoever holds the pipes.":
    [
      "test/unit/policy/server/regions.test.ts#do not leave open what holds for the others",
      "test/unit/http/region.test.ts#reaches nothing where it is bound to no region",
      "test/e2e/regions.test.ts#whoever holds the pipes is a tenant too",
    ],
  "A label is part of the grant: another one needs approval again, and `glovebox list` shows it.": [
    "test/e2e/regions.test.ts#labels are shown, and another label is another grant",
  ],
  "`glovebox audit destinations` lists where calls were let connect to, by tenant, with host, port and region and without any path.":
    ["test/e2e/regions.test.ts#the audit says where each tenant's calls connected to"],
  "A call connects to at most 64 places, so that its record names all of them.": [
    "test/unit/audit/watch-brokers.test.ts#says where a call connected to",
  ],
  "A label is your word: nobody looks where a host is (GB-085).": [
    "test/unit/http/region.test.ts#reaches what is labelled so",
  ],
  // For auditors
  "`glovebox evidence --key operator.key` writes one signed bundle, and `glovebox verify-evidence` checks it on another machine, without the workspace:":
    ["test/e2e/evidence.test.ts#an auditor checks it without the workspace"],
  "It is a plain tar archive of JSON documents, with an in-toto statement over the digest of each in a Sigstore bundle:":
    [
      "test/security/evidence-attacks.test.ts#is signed by a key that was named",
      "test/security/evidence-attacks.test.ts#holds its documents and nothing else",
    ],
  "| `versions.json` | releases of Glovebox, Node, the kernel and bubblewrap, and the seal |": [
    "test/security/evidence-attacks.test.ts#passes as it was made",
  ],
  "| `configuration.json` | the configuration as it was understood, without what could be a secret |":
    ["test/unit/cli/evidence/redact.test.ts#shows what an auditor asks for"],
  "| `glovebox.lock.json` | what was approved, without what could be a secret |": [
    "test/unit/cli/evidence/redact.test.ts#shows no secret",
  ],
  "| `sbom.cdx.json` | the bill of materials of runtime and plugins, CycloneDX 1.6 |": [
    "test/e2e/evidence.test.ts#the bill of materials is CycloneDX 1.6",
  ],
  "| `debt.json` | the debt report for operators |": [
    "test/security/evidence-attacks.test.ts#is refused where two documents disagree",
  ],
  "| `probes.json` | what the probes found when it was made |": [
    "test/security/evidence-attacks.test.ts#is refused where two documents disagree",
  ],
  "| `audit.json` | how far each chain of the audit trail had come, and its last signed checkpoint |":
    [
      "test/e2e/evidence.test.ts#an auditor checks it without the workspace",
      "test/security/evidence-attacks.test.ts#is refused with a checkpoint that nobody signed",
    ],
  "Texts of the configuration are shown where they are known to be harmless, such as names, hosts and regions; of addresses the host is shown, and the rest is `[redacted]`, without a digest that somebody could guess from.":
    [
      "test/unit/cli/evidence/redact.test.ts#shows no secret",
      "test/e2e/evidence.test.ts#no secret of the configuration is in it",
    ],
  "A workspace that would not start makes no bundle.": [
    "test/e2e/evidence.test.ts#a workspace that would not start makes no evidence",
  ],
  "The check refuses a bundle with another signer, a changed byte, a missing or further document, an unknown version, documents that disagree, or too great an age.":
    [
      "test/security/evidence-attacks.test.ts#has no byte that may be changed",
      "test/security/evidence-attacks.test.ts#holds its documents and nothing else",
      "test/security/evidence-attacks.test.ts#is refused where a version is unknown",
      "test/security/evidence-attacks.test.ts#is refused where two documents disagree",
      "test/security/evidence-attacks.test.ts#is as old as was asked for at most",
    ],
  "It says what is proven and what is only said: that the key's holder signed these documents, and not that they are true (GB-087).":
    ["test/e2e/evidence.test.ts#an auditor checks it without the workspace"],
  "With `--audit-key` the checkpoint is held against a key that came by another way, and the head that it names can be given to `glovebox audit verify --from`.":
    [
      "test/e2e/evidence.test.ts#an auditor checks it without the workspace",
      "test/e2e/evidence.test.ts#another key, another trail's key",
    ],
  "A private key that others than its owner may read signs nothing: `ERR_KEY_EXPOSED`.": [
    "test/e2e/evidence.test.ts#a private key that others may use signs nothing",
    "test/unit/powers/private-file.test.ts",
  ],
  "What is inside of a plugin's component is not in the bill of materials (GB-086).": [
    "test/e2e/evidence.test.ts#the bill of materials is CycloneDX 1.6",
  ],
};
