import type { Claims } from "../helpers/count-claims.ts";

/** What THREAT_MODEL.md says beside its tables, and what shows it. */
export const THREAT_MODEL_CLAIMS: Claims = {
  // Threat model
  "This page follows the order: assets, actors, trust, boundaries, STRIDE at each of them, threats with what shows that they are held, what is and is not a vulnerability, what others ask, non-claims.":
    [
      "test/unit/documents/threat-model.test.ts#the tables are what threats, probes and debt items say now",
    ],
  "Its tables are made from `test/threat-model/`, from the probes that `glovebox doctor` runs and from the items of the debt report; `npm run docs` writes them, and a new threat is a new entry at the end of `test/threat-model/t41-and-on.ts`.":
    [
      "test/unit/documents/threat-model.test.ts#the tables are what threats, probes and debt items say now",
    ],
  "Tests in `test/unit/documents/` fail when a line names a test, a probe or an item that does not exist, when a cell of STRIDE is empty without a reason, when a known gap is missing here, and when a sentence here or in README.md has no evidence.":
    [
      "test/unit/documents/threat-model.test.ts#each of these changes to the model is found",
      "test/unit/documents/claims.test.ts#each of these changes is found",
    ],
  // Threats
  "Probes are tried on this machine by `glovebox doctor`; tests are run from the source tree.": [
    "test/unit/documents/threat-model.test.ts#every line of the threat model names what holds it",
  ],
  "What is left of a threat is a debt item.": [
    "test/unit/documents/threat-model.test.ts#each of these changes to the model is found",
  ],
  // The two forms of ring 5
  "Both deny the same attempts to native code in a runner, and both end in the same filter of system calls and the same limits.":
    ["test/security/seal-forms.test.ts#native code in a tightened process is denied every attempt"],
  "`test/security/seal-forms.test.ts` lists every difference; these matter:": [
    "test/security/seal-forms.test.ts#before tightening, what differs from other forms is named",
  ],
  "| files | an empty root with Node in it | the machine's, of which Landlock opens Node's own |": [
    "test/security/seal-forms.test.ts#before tightening, what differs from other forms is named",
  ],
  "| process numbers, user, network, host name | its own, nobody's, none, `sealed` | the broker's; the filter lets none be used (GB-021) |":
    [
      "test/security/seal-forms.test.ts#before tightening, what differs from other forms is named",
      "test/security/seal-forms.test.ts#the kernel says of a tightened process what it says",
    ],
  "| before the runner's filter is tightened, while trusted code starts | nothing of the host can be asked for | names, sizes and dates of host files, and which processes exist |":
    ["test/security/seal-forms.test.ts#before tightening, what differs from other forms is named"],
  "Seatbelt, on macOS, is a third form that was never run: production does not rely on it (GB-005).":
    ["test/security/known-gaps.test.ts#GB-005: production does not rely on Seatbelt"],
  // Reporting one
  "Neither holds a secret; read what you send all the same.": [
    "test/unit/debt/report.test.ts#names none of the configuration's hosts, keys, people",
  ],
  // What others ask
  "Yes means that nothing is left of it that is known; partly and no name the items that say what is.":
    ["test/unit/documents/threat-model.test.ts#each of these changes to the model is found"],
  // OWASP MCP Top 10
  "By the names of 2025 as its repository has them in 2026.": [
    "test/unit/documents/threat-model.test.ts#the lists of others are whole",
  ],
  // The NSA's recommendations
  'Those of the sheet "Model Context Protocol (MCP): Security Design Considerations for AI-Driven Automation" (U/OO/6030316-26, May 2026), by its own headings.':
    ["test/unit/documents/threat-model.test.ts#the lists of others are whole"],
  // Non-claims
  "Glovebox does not protect against a malicious operator, and does not hide that a call happened.":
    [
      "test/unit/call.test.ts#that cannot be audited is not answered",
      "test/unit/documents/threat-model.test.ts#every debt item that the documents name exists",
    ],
  "Beside that, these are the debt report's own items: what each title says is what is not claimed.":
    [
      "test/unit/documents/threat-model.test.ts#the tables are what threats, probes and debt items say now",
    ],
  "`glovebox debt` prints them with what would close each, and adds what this machine and configuration lack.":
    [
      "test/unit/documents/threat-model.test.ts#the tables are what threats",
      "test/unit/debt/report.test.ts#adds a missing seal, and its ring is not in force",
    ],
  "These gaps are closed:": [
    "test/unit/documents/threat-model.test.ts#each of these changes to the model is found",
  ],
};

export const THREAT_MODEL_CLAIMLESS: readonly string[] = [
  "A dash has its reason:",
  "Report one in private to the maintainers, with the component, message or configuration that shows it, and what `glovebox doctor --json` and `glovebox debt --json` say on that machine.",
  "What was found becomes a test in `test/advisories/` that fails, and then the fix.",
];

const HELD: readonly string[] = [
  "test/unit/documents/threat-model.test.ts#every line of the threat model names what holds it",
  "test/unit/documents/threat-model.test.ts#the tables are what threats, probes and debt items say now",
];

/** Each row names its own evidence, directly or by the threats that it stands for: a test finds a row that does not. */
export const THREAT_MODEL_GENERATED: Claims = {
  assets: HELD,
  actors: HELD,
  trust: HELD,
  boundaries: HELD,
  stride: HELD,
  quiet: HELD,
  threats: HELD,
  verdicts: HELD,
  owasp: HELD,
  nsa: HELD,
  signals: HELD,
  questions: HELD,
  "non-claims": HELD,
  closed: HELD,
};
