import type { BoundaryId } from "./boundaries.ts";
import type { Stride } from "./threat.ts";

/** Why no threat is known where a boundary and a letter of STRIDE meet. A test compares this with the threats, both ways. */
export const QUIET_CELLS: Readonly<
  Partial<Record<BoundaryId, Readonly<Partial<Record<Stride, string>>>>>
> = {
  stdio: {
    S: "whoever holds the pipes is the caller, and nobody else has them (GB-009)",
    E: "a client has no right to gain: no message adds a plugin or widens a grant",
  },
  proxy: {
    R: "the proxy signs nothing: the caller's credentials say who called",
    D: "who reaches the proxy is bounded as at http",
  },
  issuer: { R: "an issuer's word is its signature, and the audit record names the caller" },
  model: { R: "what a plugin answered is recorded by its call: see audit" },
  person: {},
  runner: {},
  component: {
    R: "a component is its digest, which is pinned and signed: see package",
    I: "a component has nothing to read before it runs: see runner and grant",
  },
  grant: {},
  package: { I: "a package is public, and reading it sends nothing" },
  source: {},
  workspace: {},
  store: {
    R: "the store keeps no record: see audit",
    E: "a value of the store is data of a closed shape, never code or a grant",
  },
  rest: {
    S: "a folder is its tenant's by the digest of the name: see E of this line",
    R: "what is kept has no author: see audit",
    D: "quotas bound each plugin and tenant: see grant",
  },
  audit: {
    E: "a record is data: nothing acts on it",
  },
  telemetry: { R: "what a collector has is no record: the audit trail is" },
  terminal: {
    R: "the terminal keeps nothing: see audit",
    I: "what stands on it is the operator's own",
    E: "text that is made visible does nothing: see T of this line",
  },
  probe: {
    S: "the report comes from this process alone, over an authenticated connection",
    R: "what a probe saw is in the report and the audit trail",
  },
};
