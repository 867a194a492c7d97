import type { Rule } from "../rule.ts";
import { hintContradicts } from "./annotations.ts";
import { nameConvention, nameOverlap, twins } from "./names.ts";
import { catchAllParameter, hiddenParameter, manyParameters } from "./parameters.ts";
import { schemaDefault, schemaOpen, schemaPattern, schemaReference } from "./schema.ts";

/** Every rule, by what it reads. */
export const RULES: readonly Rule[] = [
  hiddenParameter,
  catchAllParameter,
  manyParameters,
  nameOverlap,
  twins,
  nameConvention,
  hintContradicts,
  schemaReference,
  schemaPattern,
  schemaDefault,
  schemaOpen,
];
