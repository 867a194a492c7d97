import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "What is not protected" to "What is not protected", and what shows it. */
export const README_DEBT: Claims = {
  // What is not protected
  "`glovebox debt` prints every known gap of this release, this machine and this configuration, by area and the worst first; `glovebox debt GB-001` shows one whole: what happens today, what ought to, what would close it, and what shows it.":
    [
      "test/e2e/debt-report.test.ts#debt is listed by area, and one gap is shown whole",
      "test/unit/debt/configuration-items.test.ts#every item says what happens, what ought to, and what would close it",
    ],
  "What is built in is listed whatever is configured; of another id below that this machine and configuration do not call for, it says that it is not open here.":
    [
      "test/unit/debt/report.test.ts#lists what is built in whatever is configured",
      "test/e2e/debt-report.test.ts#debt is listed by area, and one gap is shown whole",
      "test/unit/debt/configuration-items.test.ts#is of a kind that the command line knows",
    ],
  "Agents get the same by `report_pattern_debt` and `glovebox://debt`, filtered by `status`, `severity` and `area`, without what is not theirs: no path, host, key, reason or person, and no plugin that they cannot call at their profile.":
    [
      "test/unit/debt/report.test.ts#names no host, path, reason, secret's place or person",
      "test/unit/debt/report.test.ts#names no plugin that whoever asks does not see",
      "test/unit/debt/report.test.ts#tells of a path of a profile only there",
      "test/security/debt-views.test.ts#does not learn from the report that its plugin exists",
      "test/security/debt-views.test.ts#no word of a waiver, a path, a signer, a secret or a probe",
    ],
  "With `telemetry.debt` operators get theirs as JSON at `/debt` beside the metrics, with the same filters in the query; a filter that means nothing is refused there with the words that do.":
    [
      "test/advisories/operator-pages-by-another-name.test.ts#a filter of /debt that means nothing is refused",
      "test/advisories/operator-pages-by-another-name.test.ts#the operator's pages are read by this machine's own names",
    ],
  "Pages at that address are for this machine: a request by another name, or from a web page, is refused.":
    [
      "test/advisories/operator-pages-by-another-name.test.ts#the operator's pages are read by this machine's own names, and by no web page",
    ],
  "| built in | `GB-001`, … | what this release does not do, each marked in the code where it is |":
    ["test/unit/debt/markers.test.ts#an open gap of the report is marked in the code"],
  "| of the machine | `GB-SEAL`, `GB-PROBE-…` | what the seal's probe and the hostile plugins of `glovebox doctor` showed here |":
    [
      "test/unit/debt/report.test.ts#adds a missing seal, and its ring is not in force",
      "test/unit/debt/report.test.ts#adds what a probe saw",
      "test/e2e/debt-report.test.ts#differs from the usual one exactly there",
    ],
  "| of the configuration | `GB-WAIVER-…`, `GB-FILTER-…`, `GB-AT-REST`, … | each waiver, and each key that opens something |":
    [
      "test/unit/debt/configuration-items.test.ts#is there exactly where the configuration opens it",
      "test/unit/debt/report.test.ts#adds a waiver, and says when it has ended",
      "GB-076",
    ],
  "| of plugins | `GB-GRANT-NAME.CAPABILITY`, `GB-SECRET-NAME`, … | what each grant lets the plugin do |":
    ["test/unit/debt/report.test.ts#adds an item for each grant, for secrets"],
  "| from elsewhere | `GB-ADVISORY-…` | known vulnerabilities of the very versions in use, as the release lists them; `GB-ADVISORIES` where that list is older than 90 days or was not made |":
    [
      "test/unit/debt/advisories.test.ts#against a version in use is an item",
      "test/unit/debt/advisories.test.ts#is an item by itself from the ninety-first day on",
      "test/unit/debt/advisories.test.ts#is what the lockfile pins",
    ],
  "The report is JSON of version 2 (`runtime/debt/debt-report.schema.json`), sorted by id, with a digest over its items, the runtime's version and the posture it speaks of.":
    [
      "test/unit/debt/report.test.ts#is what its schema says, in both views",
      "test/unit/debt/report.test.ts#has one order, whatever the configuration's is",
      "test/unit/debt/report.test.ts#has a digest of all items",
      "test/e2e/mcp-clients.test.ts",
      "test/e2e/http-clients.test.ts",
    ],
  "`resolved` needs a test or a probe to show for it.": [
    "test/unit/debt/report.test.ts#that is resolved has a test or a probe to show for it",
  ],
  "`npm run advisories` asks the sources of vulnerabilities anew; a running server asks nobody.": [
    "test/unit/debt/advisories.test.ts#of npm is what its audit says",
    "test/unit/house.test.ts#only the powers and the sealed programs reach the machine",
  ],
};
