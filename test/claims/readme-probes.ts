import type { Claims } from "../helpers/count-claims.ts";

const SERVE = "test/e2e/serve-probes.test.ts";
const ESCAPE = `${SERVE}#ends in production, and in development goes on and says so`;
const WATCH = "test/unit/cli/serving/watch-probes.test.ts";
const DOCTOR = "test/e2e/doctor.test.ts#says what a server would not find, and changes nothing";
const WHOLE = "test/e2e/production-start.test.ts#finds nothing where a start finds nothing";
const TERMS = "test/unit/cli/probes/probe-terms.test.ts";

/** What README.md says in "What the runtime proves about itself", and what shows it. */
export const README_PROBES: Claims = {
  "`glovebox doctor` attacks this release on this machine, and says ring by ring what came of it; `glovebox probe` says it claim by claim.":
    [SERVE, WHOLE],
  "A hostile program in the place of a runner tries what the seal must deny.": [
    "test/e2e/probes.test.ts",
  ],
  "A hostile plugin that comes with the release is packed, signed, approved and called as any other, in a workspace of its own that is removed again, and tries what a plugin must not be able to.":
    [ESCAPE, "test/e2e/probes.test.ts"],
  "That happens in a process of its own, with none of the server's secrets in its environment; it writes nothing to your audit trail or store, and a run that hangs is ended after a minute.":
    [
      `${SERVE}#that does not end in time is ended`,
      `${SERVE}#leaves nothing behind where it ends in the middle of a run`,
    ],
  "What could not be tried counts as an escape.": [
    `${SERVE}#that does not end in time is ended`,
    `${SERVE}#that has nowhere to go counts as an escape`,
    `${WATCH}#count as an escape where the run itself fails`,
  ],
  "`doctor --quick` leaves the plugin out.": [DOCTOR],
  "`doctor` also asks what a server needs: whether the audit trail can be written, secrets can be read, the shared store answers, the issuer's documents are there, and the address to listen at is free.":
    [DOCTOR, WHOLE],
  "It ends with 0, and with 1 when something failed.": [DOCTOR, WHOLE],
  "A server in production attacks itself at its start and every six hours (`probes`).": [
    ESCAPE,
    `${SERVE}#says in production when it has attacked itself`,
  ],
  "It listens and lists at once; calls wait until the first run has held, and `/readyz` says no until then.":
    [
      `${WATCH}#hold back calls until the first run has held`,
      "test/e2e/production-start.test.ts#starts with the configuration of the README",
    ],
  "When a claim does not hold, the server answers no further call (`SERVER_STOPPING`), writes `probe-escaped` to the audit trail, sends an alert to `anomalies.webhook` where there is one, and ends with exit code 5 and `ERR_PROBE_ESCAPED`.":
    [ESCAPE, `${WATCH}#end it at an escape`],
  "A waiver of gate `probes` makes it go on and only say so; on the day after its last, a running server ends too where the last run saw an escape.":
    [`${WATCH}#only tell of it while gate`, "test/advisories/probes-that-never-rest.test.ts"],
  "A run that could not be made is made once more.": [
    `${SERVE}#that ends without results is made once more`,
  ],
  "Its folder needs 64 MiB: it is made in TMPDIR, and beside the workspace where there is no room.":
    [`${SERVE}#that has nowhere to go counts as an escape`, "test/unit/powers/scratch.test.ts"],
  "Keep TMPDIR on a file system that no plugin writes to: what plugins fill, no run can use (GB-074).":
    ["test/unit/powers/scratch.test.ts"],
  "That takes a few seconds on a quiet machine and more on a busy one; the log says when it begins and when it has held.":
    [`${SERVE}#says in production when it has attacked itself`],
  "The error that a server ends with stands behind them as text, as with every command; an escape is in the log too, with its code.":
    [ESCAPE],
  "In development it does the same where `probes` is configured, and only says so.": [
    ESCAPE,
    `${WATCH}#hold nothing back, and only tell`,
  ],
  "`doctor`, `probe`, `evidence` and servers keep it in `.glovebox/probes.json` for `glovebox debt`: what held counts there for 30 days, for this release and the isolation that it was tried under, and what did not hold until another run.":
    [
      "test/unit/cli/probes/kept-run.test.ts",
      "test/e2e/serve-probes.test.ts#ends in production, and in development goes on and says so",
      "test/e2e/serve-probes.test.ts#says in production when it has attacked itself, and goes on",
    ],
  "The last run is in the debt report: what did not hold is an item of its own, `GB-PROBE-` and the probe's id.":
    [ESCAPE],
  "Metrics tell it too: `glovebox.probes.held`, `glovebox.probes.escaped` and `glovebox.probes.last_run`.":
    ["test/unit/server/telemetry/open-telemetry.test.ts"],
  "| `plugins.NAME.isolation` | the weakest and the strongest that you use are attacked |": [TERMS],
  "| a waiver of `ring5` | a server that relies on the seal takes a seal that no longer holds for an escape |":
    [TERMS],
  "| `mode` | starts in production are tried, whatever your mode is |": [TERMS],
  "| `limits` | not taken over: the run has small ones of its own, which are exhausted in moments |":
    [TERMS],
  "| `filter`, `flow`, `server`, `encryption`, `anomalies` | not taken over: the run has its own, since what you let pass is no escape (GB-073) |":
    [TERMS],
  "What a run does not show is said in the debt report: GB-073 and GB-074.": [
    "test/unit/debt/markers.test.ts",
  ],
  '| `probes` | `every`: how often a server attacks itself after its start, `10m` to `30d`, or `never`; production has `6h` where this is left out, and development attacks itself where this is written; see "What the runtime proves about itself" |':
    ["test/unit/policy/schema.test.ts", WATCH],
};
