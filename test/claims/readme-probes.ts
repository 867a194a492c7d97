import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "What the runtime proves about itself" to "What the runtime proves about itself", and what shows it. */
export const README_PROBES: Claims = {
  // What the runtime proves about itself
  "`glovebox doctor` attacks this release on this machine, and says ring by ring what came of it; `glovebox probe` says it claim by claim.":
    [
      "test/e2e/production-start.test.ts#finds nothing where a start finds nothing",
      "test/e2e/probes.test.ts",
      "test/unit/cli/probes.test.ts#each probe has an id of its own",
    ],
  "A hostile program in the place of a runner tries what the seal must deny.": [
    "test/security/seal-probe.test.ts",
    "test/security/seal-escape.test.ts#native code in the runner's place gets nothing",
  ],
  "A hostile plugin that comes with the release is packed, signed, approved and called as any other, in a workspace of its own that is removed again, and tries what a plugin must not be able to.":
    [
      "test/e2e/probes.test.ts#leaves nothing behind where it ends in the middle of a run",
      "test/unit/cli/probes.test.ts#each probe has an id of its own",
      "npm run test:probes",
    ],
  "That happens in a process of its own, with none of the server's secrets in its environment; it writes nothing to your audit trail or store, and a run that hangs is ended after a minute.":
    [
      "test/e2e/probes.test.ts#that does not end in time is ended, and counts as an escape",
      "test/e2e/probes.test.ts#leaves nothing behind where it ends",
      "test/unit/powers/scratch.test.ts",
    ],
  "What could not be tried counts as an escape.": [
    "test/e2e/probes.test.ts#that has nowhere to go counts as an escape",
    "test/unit/cli/serving/watch-probes.test.ts#count as an escape where the run itself fails",
  ],
  "`doctor` also asks what a server needs: whether the audit trail can be written, secrets can be read, the shared store answers, the issuer's documents are there, and the address to listen at is free.":
    [
      "test/e2e/production-start.test.ts#asks what the configuration names that is not there",
      "test/e2e/production-start.test.ts#asks the shared store",
    ],
  "It ends with 0, and with 1 when something failed.": [
    "test/e2e/production-start.test.ts#says which gates would refuse",
  ],
  "A server in production attacks itself at its start and every six hours (`probes`).": [
    "test/e2e/probes.test.ts#says in production when it has attacked itself",
  ],
  "It listens and lists at once; calls wait until the first run has held, and `/readyz` says no until then.":
    ["test/unit/cli/serving/watch-probes.test.ts#hold back calls until the first run has held"],
  "When a claim does not hold, the server answers no further call (`SERVER_STOPPING`), writes `probe-escaped` to the audit trail, sends an alert to `anomalies.webhook` where there is one, and ends with exit code 5 and `ERR_PROBE_ESCAPED`.":
    [
      "test/e2e/probes.test.ts#ends in production, and in development goes on",
      "test/unit/cli/serving/watch-probes.test.ts#end it at an escape: nothing that waits",
    ],
  "A waiver of gate `probes` makes it go on and only say so.": [
    "test/unit/cli/serving/watch-probes.test.ts#only tell of it while gate `probes` is waived",
  ],
  "In development it does the same where `probes` is configured, and only says so.": [
    "test/e2e/probes.test.ts#ends in production, and in development goes on",
    "test/unit/cli/serving/watch-probes.test.ts#hold nothing back, and only tell",
  ],
  "The last run is in the debt report: what did not hold is an item of its own, `GB-PROBE-` and the probe's id.":
    ["test/unit/debt/report.test.ts#adds what a probe saw"],
  "Metrics tell it too: `glovebox.probes.held`, `glovebox.probes.escaped` and `glovebox.probes.last_run`.":
    ["test/unit/documents/figures.test.ts#the words of a record and the names of metrics"],
  "| `plugins.NAME.isolation` | the weakest and the strongest that you use are attacked |": [
    "npm run test:probes",
    "GB-073",
  ],
  "| a waiver of `ring5` | a server that relies on the seal takes a seal that no longer holds for an escape |":
    ["probe:start.no-seal", "probe:start.expired-waiver"],
  "| `mode` | starts in production are tried, whatever your mode is |": [
    "probe:start.unsigned",
    "probe:start.no-seal",
  ],
  "| `limits` | not taken over: the run has small ones of its own, which are exhausted in moments |":
    ["probe:call.deadline", "probe:call.memory", "probe:call.output"],
  "| `filter`, `flow`, `server`, `encryption`, `anomalies` | not taken over: the run has its own, since what you let pass is no escape (GB-073) |":
    ["GB-073", "probe:filter.secret", "probe:flow.hold"],
  "What a run does not show is said in the debt report: GB-073 and GB-074.": ["GB-073", "GB-074"],
};
