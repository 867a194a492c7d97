import type { Attack, Family } from "./attack.ts";
import { CHANNEL } from "./channel.ts";
import { ENGINE } from "./engine.ts";
import { FILESYSTEM } from "./filesystem.ts";
import { LEFTOVERS } from "./leftovers.ts";
import { MEMORY } from "./memory.ts";
import { NAMES } from "./names.ts";
import { NATIVE } from "./native.ts";
import { NETWORK } from "./network.ts";
import { PROCESSES } from "./processes.ts";
import { SERVLETS } from "./servlets.ts";
import { TIME } from "./time.ts";
import { TYPES } from "./types.ts";

/** Every attack, by what it is after. */
export const FAMILIES: readonly Family[] = [
  ENGINE,
  CHANNEL,
  FILESYSTEM,
  NETWORK,
  PROCESSES,
  MEMORY,
  TIME,
  NAMES,
  TYPES,
  LEFTOVERS,
  SERVLETS,
  NATIVE,
];

/** Attacks whose family or name contains `filter`. */
export function selectAttacks(filter = ""): readonly { family: string; attack: Attack }[] {
  return FAMILIES.flatMap(({ name: family, attacks }) =>
    attacks
      .filter(
        ({ name, threat }) =>
          family.includes(filter) || name.includes(filter) || threat === filter.toUpperCase(),
      )
      .map((attack) => ({ family, attack })),
  );
}
