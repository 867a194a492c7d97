/** A type of the component model as values are converted by it. Resources, streams and their kin have none. */
export type WitType =
  | { readonly kind: "bool" | "char" | "string" }
  | { readonly kind: "integer"; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: "float"; readonly bits: 32 | 64 }
  | { readonly kind: "list" | "option"; readonly item: WitType }
  | { readonly kind: "tuple"; readonly items: readonly WitType[] }
  | { readonly kind: "record"; readonly fields: readonly WitField[] }
  | { readonly kind: "variant"; readonly cases: readonly WitCase[] }
  | { readonly kind: "enum" | "flags"; readonly names: readonly string[] }
  | {
      readonly kind: "result";
      readonly ok: WitType | undefined;
      readonly err: WitType | undefined;
    };

export interface WitField {
  readonly name: string;
  readonly type: WitType;
}

export interface WitCase {
  readonly name: string;
  readonly type: WitType | undefined;
}

export interface WitFunction {
  readonly params: readonly WitField[];
  readonly result: WitType | undefined;
}

/** Integers of 64 bits: what `number` cannot hold exactly. */
export function isLong(type: WitType): boolean {
  return type.kind === "integer" && type.bits === 64;
}
