import type { Mutation } from "../mutation.ts";
import { CAPABILITY_MUTATIONS } from "./capabilities.ts";

export const MUTATIONS: readonly Mutation[] = [...CAPABILITY_MUTATIONS];
