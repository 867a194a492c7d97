import { CAPABILITY_NAMES, type CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import { digestOf } from "./canonical.ts";
import type { LockedPlugin } from "./formats.ts";

type Grants = LockedPlugin["grants"];

/** A grant in words, such as `1 MiB`. */
export type DescribeGrant = (name: CapabilityName, grant: JsonValue) => string;

/** What differs between what was approved and what is granted now, in words, one entry for each capability. */
export function diffGrants(
  approved: Grants,
  actual: Grants,
  describe: DescribeGrant,
): readonly string[] {
  return CAPABILITY_NAMES.flatMap((name) => {
    const [before, now] = [approved[name], actual[name]];
    if (digestOf(before ?? null) === digestOf(now ?? null)) return [];
    if (before === undefined) return [`${name} was not approved, and is now ${words(name, now)}`];
    if (now === undefined) return [`${name} was ${words(name, before)}, and is granted no more`];
    const texts = [before, now].map((grant) => words(name, grant));
    // What reads alike and is not the same differs in a part that the words leave out.
    const [old, fresh] =
      texts[0] === texts[1] ? [before, now].map((grant) => JSON.stringify(grant)) : texts;
    return [`${name} was ${old}, and is now ${fresh}`];
  });

  function words(name: CapabilityName, grant: JsonValue | undefined): string {
    return describe(name, grant ?? null);
  }
}
