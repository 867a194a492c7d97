import type { FilterPolicy } from "./policy.ts";
import { PERSONAL_KINDS, type PersonalKind } from "./personal.ts";
import { makeFieldTest } from "./fields.ts";

/** A policy with what is asked of it for every text, made once. */
export interface CompiledPolicy {
  readonly actions: FilterPolicy["actions"];
  readonly personal: readonly PersonalKind[];
  readonly isSensitiveField: (name: string) => boolean;
}

export function compilePolicy({ actions, fields }: FilterPolicy): CompiledPolicy {
  return {
    actions,
    personal: PERSONAL_KINDS.filter((kind) => actions[kind] !== undefined),
    isSensitiveField: actions.fields === undefined ? () => false : makeFieldTest(fields),
  };
}
