import type { ForeignFinding, Powers } from "@glovebox/host-api/powers";
import { makeEvent, type AuditSink } from "../../audit/record.ts";

const SAID: Readonly<Record<ForeignFinding, string>> = {
  name: "something in the plugin's encrypted folder has a name that was not encrypted with its key: it is shown to nobody",
  file: "a file in the plugin's encrypted folder does not open: it was changed, moved, torn by a crash, or is of another key",
};

/** The machine's powers, for one plugin and tenant: what its encrypted folder holds and nobody is shown stands in the audit trail. */
export function tellForeignFiles(
  powers: Powers,
  audit: AuditSink,
  { alias, tenant }: { readonly alias: string; readonly tenant: string },
): Powers {
  const onForeign = (what: ForeignFinding): void => {
    const detail = { found: what, says: SAID[what] };
    audit.write(makeEvent("foreign-file", { alias, tenant, detail }));
  };
  return {
    ...powers,
    openBeneath: (folder, options) =>
      powers.openBeneath(folder, options.seal ? { ...options, onForeign } : options),
  };
}
