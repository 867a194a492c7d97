import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "The scanner" to "The filter of outputs", and what shows it. */
export const README_CONTENT: Claims = {
  // The scanner
  "`add`, `update`, `approve`, `diff` and `inspect` show each tool twice: as a client shows it to a person, and to the letter as the model reads it, with everything that could hide made visible.":
    [
      "test/unit/cli/show/show-tools.test.ts#stands first as a client shows it",
      "test/advisories/hidden-from-approval.test.ts",
      "test/e2e/findings.test.ts#`inspect` shows both views",
      "test/e2e/findings.test.ts#`diff` and `update` mark the findings",
    ],
  "Parameters that the description does not mention are marked `hidden`, and what the scanner finds stands where it is.":
    ["test/unit/cli/show/show-tools.test.ts#has its findings and hidden parameters where they are"],
  "A wide terminal has both views side by side, and `glovebox inspect NAME --json` has them as data.":
    [
      "test/unit/cli/show/show-tools.test.ts#stands in two columns where there is room",
      "test/e2e/findings.test.ts#`inspect` shows both views and the findings, for people and for programs",
    ],
  "**A finding of high severity stops an approval**, whatever `--yes` says, until the operator names its id:":
    [
      "test/e2e/findings.test.ts#whatever \\`--yes\\` says, and nothing changes",
      "test/e2e/findings.test.ts#is passed by its name alone",
    ],
  "The lockfile keeps what was accepted.": [
    "test/e2e/findings.test.ts#and the lockfile keeps the name",
  ],
  "It holds for that release: the next one is accepted anew.": [
    "test/e2e/findings.test.ts#is accepted anew with each release",
  ],
  "`glovebox scan` looks at any server's tools, not only at plugins:": [
    "test/e2e/scan.test.ts#is read as",
  ],
  "a package or a plugin's folder; no signature is needed": [
    "test/e2e/scan.test.ts#is scanned as a package, whoever signed it",
    "test/e2e/scan.test.ts#is scanned as a folder",
  ],
  "what servers answer to tools/list; used together, so names are held against each other": [
    "test/e2e/scan.test.ts#is held against the lists beside it",
  ],
  "lines {id, tool, context_tools?}, answered by lines {id, findings}": [
    "test/e2e/scan.test.ts#give a line each with exactly these keys",
  ],
  "every rule, its severity and its references": [
    "test/e2e/scan.test.ts#`--rules` lists every rule",
  ],
  "It ends with 3 when there is a finding of high severity, else with 1 when something could not be read, else with 0; what cannot be read keeps nothing else from being scanned.":
    [
      "test/e2e/scan.test.ts#that cannot be read hides no finding of the others",
      "test/e2e/scan.test.ts#end with 3 for a finding of high severity",
      "test/e2e/scan.test.ts#without a finding of high severity ends with 0",
      "test/e2e/scan.test.ts#that is none is told",
    ],
  "| what speaks to the model | instructions, secrecy before the user, calls to be made first, roles that are not the author's |":
    [
      "test/unit/firewall/scan/rules.test.ts#sees what it is for",
      "test/unit/firewall/scan/sentences.test.ts",
    ],
  "| what leads data away | secret files and keys, copies and forwards, parameters that ask for the conversation, the system prompt or the list of tools |":
    [
      "test/unit/firewall/scan/rules.test.ts#sees what it is for",
      "test/unit/firewall/scan/parameters.test.ts",
      "test/unit/firewall/scan/handing-over.test.ts",
    ],
  "| what cannot be seen | invisible, bidirectional and tag characters, encoded texts, comments, blanks that push text out of sight, texts too long to read |":
    [
      "test/unit/firewall/scan/disguises.test.ts",
      "test/unit/firewall/scan/markup.test.ts#that hides text",
      "test/unit/firewall/scan/engine.test.ts#says so when a tool is too large",
    ],
  "| names | the name of another installed plugin's tool, in other case, plural, order or decoration, one letter off, or drawn like it; several scripts in one name |":
    [
      "test/unit/firewall/scan/names.test.ts#is taken for",
      "test/unit/firewall/scan/names.test.ts#has letters of one script",
      "test/e2e/findings.test.ts#that another installed plugin's tool has is found",
    ],
  "| schemas | references that leave the tool, regular expressions that do not end, defaults that are commands, open objects that ask to be filled |":
    [
      "test/unit/firewall/scan/parameters.test.ts#is a reference that leaves the tool",
      "test/unit/firewall/scan/parameters.test.ts#is an expression that a backtracking engine",
      "test/unit/firewall/scan/parameters.test.ts#is a default that is a command",
      "test/unit/firewall/scan/parameters.test.ts#is an open object that asks to be filled",
    ],
  "| annotations | `readOnlyHint` on a tool that deletes |": [
    "test/unit/firewall/scan/names.test.ts#that says a tool only reads is not believed",
  ],
  "The rules read signs, not meaning: a description that misleads in plain words passes (GB-002), and pinning, grants and the seal hold all the same.":
    ["test/security/known-gaps.test.ts#GB-002: a description that misleads in plain words"],
  "What is too large to be read is itself a finding, and every rule takes time linear in its input.":
    [
      "test/security/scan-attacks.test.ts#says what it did not read",
      "test/security/scan-attacks.test.ts#is not much longer for",
    ],
  "`npm run bench:scan -- --corpora DIR` measures it on labelled definitions, which are not part of this repository ([test/bench/README.md](test/bench/README.md)).":
    ["test/e2e/bench-scan.test.ts#the scanner's bench counts by class", "npm run bench:scan"],
  // The filter of outputs
  "Before any model reads what a plugin answered, it is read by the filter: content blocks, structured content with its keys, embedded resources, the bodies of resources and prompts, questions, reports of progress, log lines, and the words of errors.":
    [
      "test/unit/firewall/filter/policy.test.ts#every part of an answer is read",
      "test/security/filter-bypass.test.ts#keys of objects are read",
      "test/unit/call.test.ts#logs lines that are cut",
    ],
  "What is found is replaced by a mark that tells its kind and nothing else, such as `[redacted:secret]`; the audit record of the call names the rule and the place.":
    [
      "test/security/filter-bypass.test.ts#a mark tells the kind and nothing else",
      "test/unit/firewall/filter/policy.test.ts#redact, block, annotate and pass do what they say",
    ],
  "| `secrets` | keys and tokens in 137 forms of about 120 providers, JSON Web Tokens, private keys, passwords in addresses and assignments, keys that the words beside them tell | `redact` |":
    [
      "test/unit/firewall/filter/secrets.test.ts",
      "test/unit/documents/figures.test.ts#the filter knows as many forms of keys",
      "test/unit/documents/figures.test.ts#what the filter does by itself",
    ],
  "| `cards`, `ssn` | numbers of payment cards (brand, length, check digit), social security numbers | `redact` |":
    [
      "test/unit/firewall/filter/numbers.test.ts#finds numbers of cards of each brand",
      "test/unit/firewall/filter/numbers.test.ts#finds social security numbers",
      "test/unit/documents/figures.test.ts#what the filter does by itself",
    ],
  "| `fields` | values of fields of structured content whose name says that they are secret, and of `sensitive_fields` | `redact` |":
    [
      "test/unit/firewall/filter/policy.test.ts#a field whose name says that it is secret",
      "test/unit/documents/figures.test.ts#what the filter does by itself",
    ],
  "| `instructions` | text with an explicit mark of an instruction to a model, with what follows the mark | `redact` |":
    [
      "test/unit/firewall/filter/instructions.test.ts#finds explicit marks of instructions",
      "test/unit/documents/figures.test.ts#what the filter does by itself",
    ],
  "| `invisible`, `terminal` | characters that show as nothing and hide something; escape sequences and control characters | `redact` |":
    [
      "test/unit/firewall/filter/instructions.test.ts#finds invisible characters that hide something",
      "test/unit/firewall/filter/instructions.test.ts#terminal escapes go",
      "test/unit/documents/figures.test.ts#what the filter does by itself",
    ],
  "| `exfiltration` | images and links with a blank to be filled from the conversation, or with data in their address | `redact` |":
    [
      "test/unit/firewall/filter/instructions.test.ts#finds images and links that carry data away",
      "test/unit/documents/figures.test.ts#what the filter does by itself",
    ],
  "| `internals` | paths, addresses, hosts, stacks and connection strings in the words of a plugin's error | `redact` |":
    [
      "test/unit/firewall/filter/policy.test.ts#a plugin's error loses what it tells of machines",
      "test/unit/documents/figures.test.ts#what the filter does by itself",
    ],
  "| `email`, `phone`, `iban`, `ip` | personal data | not looked for |": [
    "test/unit/firewall/filter/numbers.test.ts#personal data is found where it is asked for, and not by itself",
    "test/unit/documents/figures.test.ts#what the filter does by itself",
  ],
  "The section `filter` of the configuration gives any kind another action: `redact`, `block` (the answer is withheld with `OUTPUT_BLOCKED`), `annotate` (it stays, and a note stands beside it) or `pass` (it stays).":
    ["test/unit/firewall/filter/policy.test.ts#redact, block, annotate and pass do what they say"],
  "Letters that look alike or are wide, invisible characters between letters, escapes of addresses, HTML and JSON, and one level of base64 are read as what they say.":
    [
      "test/security/filter-bypass.test.ts#letters that look alike, case, and blanks",
      "test/security/filter-bypass.test.ts#a key, an instruction and a card's number are found in",
    ],
  "Structured content is held against the tool's schema again when something was taken out of it; where it does not match any more, the answer is withheld.":
    [
      "test/unit/firewall/filter/policy.test.ts#structured content keeps to its schema where it can, and is withheld where it cannot",
    ],
  "Every text takes time linear in its length; what is nested too deeply to be read whole does not leave.":
    [
      "test/security/filter-bombs.test.ts#eight times the text is about eight times the work",
      "test/security/filter-bombs.test.ts#structured content that is nested too deeply",
    ],
  "lines {id, text}: a table of what is found": [
    "test/e2e/filter.test.ts#lines are filtered one by one",
  ],
  "lines {id, findings: [{id, severity, where}], text}": [
    "test/e2e/filter.test.ts#lines are filtered one by one",
  ],
  "It follows the section `filter` of `./glovebox.yaml` where there is one.": [
    "test/e2e/filter.test.ts#the workspace's own policy holds",
  ],
  "It ends with 3 when there is a finding of high severity, whatever is done with it, else with 1 when a line could not be read, else with 0.":
    [
      "test/e2e/filter.test.ts#nothing grave is 0",
      "test/e2e/filter.test.ts#lines are filtered one by one",
    ],
  "Sample keys that providers publish in their documents, such as `AKIAIOSFODNN7EXAMPLE`, are let through: they open nothing.":
    ["test/unit/firewall/filter/secrets.test.ts#leaves alone what only looks like a secret"],
  "An instruction that looks like any other text is not found: no rule can tell it.": [
    "test/security/known-gaps.test.ts#GB-001: an instruction without a mark passes the filter",
    "GB-001",
  ],
  "What it could do is what the flow policy holds.": [
    "test/e2e/flow.test.ts#after a page was read, the next sending call is held",
  ],
};
