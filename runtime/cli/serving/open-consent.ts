import type { AuditSink } from "../../audit/record.ts";
import { Conversations } from "../../consent/conversations.ts";
import { makeConsent, type ConsentSteps } from "../../consent/make-consent.ts";
import { withStoreTaints } from "../../consent/store-taints.ts";
import { makePlanner } from "../../consent/tool-plan.ts";
import { describeSigner } from "../../plugin/signer.ts";
import type { FlowGraph } from "../../policy/flow/paths.ts";
import { makeSharedAsked } from "../../server/consent/shared-asked.ts";
import { makeSharedDesk } from "../../server/consent/shared-desk.ts";
import { makeSharedTaints } from "../../server/consent/shared-taints.ts";
import type { SharedStore } from "../../server/store/shared-store.ts";
import type { TenantVault } from "../../server/store/tenant-vault.ts";
import type { VerifiedPlugin } from "../../supply/installed.ts";
import type { Workspace } from "../../workspace.ts";
import type { Machine } from "../machine.ts";

/** What considering the calls of a set of plugins is made from. */
export interface ConsentParts {
  readonly workspace: Workspace;
  readonly machine: Machine;
  readonly plugins: readonly VerifiedPlugin[];
  readonly store: SharedStore;
  /** How what waits for an operator is kept in it. */
  readonly vault: TenantVault;
  readonly audit: AuditSink;
}

/** The approvals and the flow policy of one profile. */
export function openConsent(
  graph: FlowGraph,
  { workspace, machine, plugins, store, vault, audit }: ConsentParts,
): ConsentSteps {
  const { configuration, paths } = workspace;
  const nowMs = (): number => Date.now();
  const profile = graph.profile.name;
  const signers = new Map(
    plugins.map(({ alias, signers: all }) => [alias, all.map(describeSigner)]),
  );
  return makeConsent({
    profile,
    planOf: makePlanner(graph, configuration, signers, nowMs),
    after: configuration.flow.after,
    conversations: new Conversations({
      store: withStoreTaints(makeSharedTaints(store, nowMs), paths.taintFolder, machine.files),
      profile,
      windowMs: configuration.flow.windowMs,
      nowMs,
    }),
    asked: makeSharedAsked(store, nowMs),
    desk: makeSharedDesk(store, nowMs, vault),
    audit,
    nowMs,
  });
}
