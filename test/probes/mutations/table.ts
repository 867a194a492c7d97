import type { Mutation } from "../mutation.ts";
import { ANSWER_MUTATIONS, CALL_MUTATIONS } from "./calls.ts";
import { CAPABILITY_MUTATIONS } from "./capabilities.ts";
import { COMPONENT_MUTATIONS } from "./components.ts";
import { PIN_MUTATIONS } from "./pins.ts";
import { RUNNER_MUTATIONS } from "./runners.ts";
import { SEAL_MUTATIONS } from "./seals.ts";

export const MUTATIONS: readonly Mutation[] = [
  ...PIN_MUTATIONS,
  ...COMPONENT_MUTATIONS,
  ...CAPABILITY_MUTATIONS,
  ...CALL_MUTATIONS,
  ...RUNNER_MUTATIONS,
  ...SEAL_MUTATIONS,
  ...ANSWER_MUTATIONS,
];
