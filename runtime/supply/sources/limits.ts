const KIB = 1024;
const MIB = 1024 * KIB;

/** How long one fetch or publication may take, and how often it begins again. */
export interface SourceLimits {
  /** Everything together: lookups, redirects, tokens, signatures. */
  readonly totalMsMax: number;
  /** Between two pieces of an answer, its head included. */
  readonly idleMsMax: number;
  readonly connectMsMax: number;
  /** A download that was cut off begins again where it was, or from the start where the server cannot do that. */
  readonly triesMax: number;
}

export const SOURCE_LIMITS: SourceLimits = {
  totalMsMax: 10 * 60_000,
  idleMsMax: 30_000,
  connectMsMax: 10_000,
  triesMax: 4,
};

export const REDIRECTS_MAX = 5;
/** Of one answer's head. */
export const HEADER_BYTES_MAX = 32 * KIB;
/** An OCI manifest or index; registries accept no larger ones. */
export const MANIFEST_BYTES_MAX = 4 * MIB;
export const LAYERS_MAX = 64;
/** All layers of an image together, as they come. */
export const IMAGE_BYTES_MAX = 128 * MIB;
/** All files of one layer together, unpacked. */
export const LAYER_UNPACKED_BYTES_MAX = 256 * MIB;
export const LAYER_ENTRIES_MAX = 20_000;
export const REFERRERS_MAX = 256;
export const POLICY_BYTES_MAX = 64 * KIB;
export const TOKEN_ANSWER_BYTES_MAX = 256 * KIB;
export const DOCKER_CONFIG_BYTES_MAX = MIB;
export const HELPER_ANSWER_BYTES_MAX = 64 * KIB;
export const HELPER_MS_MAX = 30_000;
