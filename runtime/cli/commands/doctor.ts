import type { ProbeResult, ProbeRun } from "../../debt/probe-result.ts";
import { collectReasons, EXIT } from "../../errors.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { decideRelease, decideServed, isSealed } from "../../policy/gates/decide-start.ts";
import { describeWaivers, type WaiverState } from "../../policy/gates/waivers.ts";
import type { Seal } from "../../sandbox/sandbox.ts";
import {
  readWorkspace,
  verifyWorkspace,
  type Verification,
  type Workspace,
} from "../../workspace.ts";
import type { Command } from "../command.ts";
import { checkSurroundings } from "../doctor/check-surroundings.ts";
import { toCheck, type Check } from "../doctor/check.ts";
import {
  gatherHttpStart,
  gatherLocalStart,
  isForHttp,
  type ServedStart,
} from "../gates/served-start.ts";
import { effectiveMode, type Machine } from "../machine.ts";
import { attackRelease } from "../probes/attack-release.ts";
import { keepRun } from "../probes/kept-run.ts";
import { TERMS_OF_NONE, termsOf } from "../probes/probe-terms.ts";
import { checkStart } from "../serving/start-check.ts";

export const doctor: Command = {
  name: "doctor",
  summary: "try the seal on this machine and check the workspace",
  usage: "[--quick]",
  description: [
    "Starts a hostile program inside a runner's seal, lets a hostile plugin try every claim through the real path, ring by ring, and reports what came of it (`glovebox probe` tells it claim by claim).",
    "Ring 4, Node's permission model, is not tried by itself: ring 5 denies the same, and nobody can tell from outside which of them did.",
    "Asks everything that a start asks, over HTTP too where `server` is configured, and what a server needs besides: the audit trail, secrets, the shared store, the issuer, the address to listen at.",
    "Exit 1 when the seal is not in force, or a start would be refused. What only production would refuse is a warning.",
  ],
  options: {
    quick: {
      type: "boolean",
      summary: "leave out what the hostile plugin tries: a second rather than five",
    },
  },
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox doctor", "glovebox doctor --json", "glovebox doctor --quick"],
  async run({ configFile, out, machine, flag }) {
    out.progress("Attacking this release, from inside the seal and through the real path");
    const attack = flag("quick") ? undefined : attackFromHere(configFile, machine);
    const seal = await machine.probeSeal();
    const workspaceChecks = await checkWorkspace(configFile, seal, machine);
    const { at = null, results: probes = [] } = (await attack) ?? {};
    out.progressDone();
    const checks = [
      { name: "node", state: "ok", says: process.versions.node } as const,
      ...checkSeal(seal),
      ...checkProbes(probes),
      ...workspaceChecks,
    ];
    const isWell = checks.every((check) => check.state !== "failed");
    out.table(
      ["CHECK", "STATE", "SAYS"],
      checks.map((check) => [check.name, check.state, check.says]),
    );
    out.line();
    out.line(
      isWell
        ? checks.every((check) => check.state === "ok" || check.name !== "workspace")
          ? "Everything that a start needs is in order."
          : "The machine is in order. A start also needs a workspace: run this where its glovebox.yaml is."
        : "Next: correct what failed, and run this again.",
    );
    const { name, measures, denied } = seal;
    out.result({ checks, seal: name, measures, denied, at, probes });
    return isWell ? EXIT.done : EXIT.failed;
  },
};

/** Under the workspace's isolation where it can be read. What ring 5 does not hold has lines of its own. */
async function attackFromHere(configFile: string, { files }: Machine): Promise<ProbeRun> {
  let workspace: Workspace | undefined;
  if (files.kindOf(configFile) !== "nothing")
    collectReasons([
      () => {
        workspace = readWorkspace(configFile, files);
      },
    ]);
  if (!workspace) return attackRelease({ terms: TERMS_OF_NONE });
  const { configuration, paths } = workspace;
  const terms = termsOf(configuration, "development", Date.now());
  const run = await attackRelease({ terms, near: [paths.folder] });
  keepRun(run, terms, paths, files);
  return run;
}

function checkSeal(seal: Seal): Check[] {
  const allowed = seal.allowed.length > 0 ? `; allowed: ${seal.allowed.join(", ")}` : "";
  const untested =
    seal.name === "seatbelt"
      ? `: seatbelt is written and untested on hardware (${seal.denied.length} attempts denied); production needs a waiver`
      : "";
  const verdict: Check = isSealed(seal)
    ? {
        name: "ring 5",
        state: "ok",
        says: `${seal.name}: ${seal.denied.length} attempts denied, none allowed`,
      }
    : { name: "ring 5", state: "failed", says: `not in force${untested}${allowed}` };
  return [
    {
      name: "ring 4",
      state: "untried",
      says: "Node's permission model: ring 5 denies the same, and from outside nobody can tell them apart",
    },
    verdict,
    ...seal.remarks.map((says): Check => ({ name: "ring 5", state: "warning", says })),
    ...seal.measures.map(({ name, inForce, says }): Check => ({
      name: `ring 5 ${name}`,
      state: inForce ? "ok" : "warning",
      says,
    })),
  ];
}

/** One line for each ring that held, and one for each claim that did not. */
function checkProbes(probes: readonly ProbeResult[]): Check[] {
  const rings = [...new Set(probes.map(({ ring }) => ring))];
  return rings.flatMap((ring): Check[] => {
    const name = ring === null ? "all rings" : `ring ${ring}`;
    const tried = probes.filter((probe) => probe.ring === ring);
    const broken = tried.filter((probe) => !probe.held);
    if (broken.length === 0)
      return [
        {
          name,
          state: "ok",
          says: `${tried.length} ${tried.length === 1 ? "attack" : "attacks"} by a hostile plugin, none got through`,
        },
      ];
    return broken.map(({ id, claim, says }) => ({
      name,
      state: "failed",
      says: `${id}: ${claim}: NO, ${says}`,
    }));
  });
}

async function checkWorkspace(
  configFile: string,
  seal: Seal,
  machine: Machine,
): Promise<readonly Check[]> {
  const { files } = machine;
  if (files.kindOf(configFile) === "nothing")
    return [
      { name: "workspace", state: "warning", says: "no glovebox.yaml here: run `glovebox init`" },
    ];
  let workspace: Workspace | undefined;
  const reasons = collectReasons([
    () => {
      workspace = readWorkspace(configFile, files);
    },
  ]);
  if (!workspace) return reasons.map((reason) => toCheck("workspace", "failed", reason));
  const start = isForHttp(workspace.configuration)
    ? gatherHttpStart(workspace, machine)
    : gatherLocalStart(workspace);
  // While it is verified here, they are asked.
  const surroundings = checkSurroundings(workspace, machine);
  const verification = verifyWorkspace(workspace, files);
  const checks = checkPlugins(workspace, verification, seal, start);
  const shown = new Set(checks.filter(({ state }) => state === "failed").map(({ says }) => says));
  return [
    ...checks,
    ...checkRest(workspace, verification, seal, start).filter(({ says }) => !shown.has(says)),
    ...(await surroundings),
  ];
}

/** Every reason that a start itself would give. */
function checkRest(
  workspace: Workspace,
  verification: Verification,
  seal: Seal,
  start: ServedStart,
): Check[] {
  return collectReasons([() => checkStart(workspace, verification, seal, start)]).map((reason) =>
    toCheck("start", "failed", reason),
  );
}

function checkPlugins(
  workspace: Workspace,
  { plugins, refused }: Verification,
  seal: Seal,
  start: ServedStart,
): Check[] {
  const { mode: configured, plugins: entries, waivers } = workspace.configuration;
  const mode = effectiveMode(configured);
  const gates = decideRelease({
    mode: "production",
    plugins: entries,
    waivers,
    seal,
    nowMs: Date.now(),
  });
  const severity = mode === "production" ? "failed" : "warning";
  return [
    { name: "mode", state: "ok", says: mode },
    ...plugins.map(({ alias, signers }): Check => {
      const name = `plugin ${alias}`;
      return signers.length > 0
        ? {
            name,
            state: "ok",
            says: `signed by ${signers.map(({ trust }) => trust).join(" and ")}`,
          }
        : { name, state: "warning", says: "UNSIGNED" };
    }),
    ...[...refused].flatMap(([alias, reasons]) =>
      reasons.map((reason) => toCheck(`plugin ${alias}`, "failed", reason)),
    ),
    ...gates.map((gate) => toCheck("production", severity, gate)),
    ...describeWaivers(waivers, Date.now()).map(checkWaiver),
    ...checkGates(workspace, seal, start),
  ];
}

function checkWaiver({ gate, reason, until, isInForce }: WaiverState): Check {
  const says = `${isInForce ? `until ${until}` : `ended on ${until}`}: ${makeVisible(reason)}`;
  return { name: `waiver ${gate}`, state: "warning", says };
}

/** Whether a start in production would be let through, over HTTP where that is configured, and what to do where it would not. */
function checkGates({ configuration }: Workspace, seal: Seal, { facts }: ServedStart): Check[] {
  const { mode, plugins, waivers } = configuration;
  const nowMs = Date.now();
  const gates = decideServed({ mode: "production", plugins, waivers, seal, nowMs, ...facts });
  const refused = effectiveMode(mode) === "production" ? "failed" : "warning";
  const isHttp = "http" in facts;
  const checks = gates.flatMap(({ gate, state, applies, reasons }): Check[] => {
    const name = `${isHttp ? "http" : "gate"} ${gate.id}`;
    const says = applies ? `${gate.question} yes` : `does not apply here: ${gate.question}`;
    if (state === "open") return [{ name, state: "ok", says }];
    const severity = state === "waived" ? "warning" : gate.always === true ? "failed" : refused;
    return reasons.map((reason) =>
      toCheck(name, severity, reason, state === "waived" ? "Waived." : reason.remedy),
    );
  });
  if (isHttp) return checks;
  const says = "not configured: `glovebox init --http` begins one";
  return [...checks, { name: "http", state: "ok", says }];
}
