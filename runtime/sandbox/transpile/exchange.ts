/** Transpile process → broker, once. The body is the script and then the modules, as in `LoadMessage`. */
export type TranspileAnswer =
  | {
      readonly t: "transpiled";
      readonly scriptBytes: number;
      readonly modules: readonly (readonly [name: string, bytes: number])[];
      /** Why the state of the script could not be laid open. */
      readonly fresh?: string;
    }
  | { readonly t: "failed"; readonly text: string };

/** What an honest component never needs. Ordinary ones take 0.1–0.6 s and give 130–290 kB of script. */
export const TRANSPILE_LIMITS = {
  componentBytesMax: 32 * 1024 * 1024,
  outputBytesMax: 32 * 1024 * 1024,
  scriptBytesMax: 8 * 1024 * 1024,
  modulesMax: 256,
  durationMsMax: 20_000,
  residentBytesMax: 1_258_291_200,
  dataBytesMax: 2 * 1024 * 1024 * 1024,
} as const;
