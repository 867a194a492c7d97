import type { Verdict } from "../../debt/probe-result.ts";
import { collectReasons } from "../../errors.ts";
import { packPackage, type PluginPackage } from "../../supply/package.ts";
import { NO_TRUST } from "../../supply/signatures/trust.ts";
import { openPackage } from "../../supply/verify-installed.ts";
import { rulesOf } from "../../workspace.ts";
import { makeOtherRelease, replaceIn } from "./other-release.ts";
import { escaped, held, type Probe } from "./probe.ts";

/** A component around one core module; its only function has an atomic fence, which is of threads. */
const THREADS = Buffer.from(
  [
    "0061736d0d000100", // a component
    "011b", // with one core module
    "0061736d01000000",
    "010401600000", // a type: nothing in, nothing out
    "03020100", // one function of it
    "0a07010500fe03000b", // atomic.fence, end
  ].join(""),
  "hex",
);

/** Ring 1: code that is not fit is refused before anything of it runs, as whoever adds it would be told. */
export const COMPONENT_PROBES: readonly Probe[] = [
  unfit(
    "component.import",
    "Code that asks for an interface which nobody serves is not taken",
    "ERR_COMPONENT_IMPORT",
    (own) => ({
      component: replaceIn(own.component, "glovebox:plugin/env@", "glovebox:plugin/own@"),
    }),
  ),
  unfit(
    "component.capability",
    "Code that uses a capability which its manifest does not ask for is not taken",
    "ERR_COMPONENT_CAPABILITY",
    (own) => ({ manifest: withoutEnv(own.manifest) }),
  ),
  unfit(
    "component.instruction",
    "Code with young instructions is not taken",
    "ERR_COMPONENT_FEATURE",
    () => ({ component: THREADS }),
  ),
];

function unfit(
  id: string,
  claim: string,
  code: string,
  change: (own: PluginPackage) => Partial<PluginPackage>,
): Probe {
  return {
    id,
    ring: 1,
    claim,
    threats: ["T08"],
    async attempt({ packed }): Promise<Verdict> {
      const { parts } = makeOtherRelease(packed, []);
      const changed = packPackage({ ...parts, ...change(parts) });
      const codes = collectReasons([() => openPackage(changed, rulesOf(NO_TRUST))]).map(
        (reason) => reason.code,
      );
      return codes.some((one) => one === code)
        ? held(`refused: ${code}`)
        : escaped(codes.length === 0 ? "it was taken" : `refused for: ${codes.join(", ")}`);
    },
  };
}

function withoutEnv(manifest: Uint8Array): Uint8Array {
  const { capabilities, ...rest } = JSON.parse(Buffer.from(manifest).toString("utf8")) as {
    readonly capabilities: Readonly<Record<string, unknown>>;
  };
  const { env: _, ...kept } = capabilities;
  return Buffer.from(JSON.stringify({ ...rest, capabilities: kept }));
}
