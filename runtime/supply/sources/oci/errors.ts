import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../../../errors.ts";

/** What can be wrong with a registry, and with what it serves. */
export const REGISTRY_ERRORS = {
  ERR_REGISTRY_CREDENTIALS: {
    fault: "user",
    exit: EXIT.failed,
    summary:
      "Credentials for a registry cannot be read from Docker's configuration or its credential helper.",
    remedy:
      "Run `docker login REGISTRY` again, correct `credsStore` or `credHelpers`, or set DOCKER_CONFIG to an empty folder to go without.",
  },
  ERR_REGISTRY_TOKEN: {
    fault: "system",
    exit: EXIT.failed,
    summary: "A registry's challenge, or what its token service answers, is not understood.",
    remedy: "Check that the registry follows the distribution specification; try again later.",
  },
  ERR_REGISTRY_MANIFEST: {
    fault: "plugin",
    exit: EXIT.refused,
    summary:
      "A registry's manifest or index is malformed, can be read in two ways, or names another digest than SHA-256.",
    remedy:
      "Ask the publisher to push it again, with `glovebox publish` or another tool that follows the OCI image specification.",
  },
  ERR_REGISTRY_ARTIFACT: {
    fault: "plugin",
    exit: EXIT.refused,
    summary:
      "What a registry has is no plugin: not a package of ours, not one WebAssembly layer, and not an image with one `/plugin.wasm`.",
    remedy: "Check the name and the tag. An index must lead to one artifact.",
  },
  ERR_REGISTRY_LAYER: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "A layer of an image cannot be unpacked, or unpacks to more than is read.",
    remedy: "Ask the publisher to push the component itself, as one layer of `application/wasm`.",
  },
  ERR_REGISTRY_SIGNATURES: {
    fault: "plugin",
    exit: EXIT.refused,
    summary:
      "The signatures that a registry has for an artifact are malformed, of another artifact, or too many.",
    remedy: "Ask the publisher to attach them again, with `glovebox publish`.",
  },
  ERR_PUBLISH_SIGNATURE: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "A signature beside a package is of other bytes, so whoever pulled it would be refused.",
    remedy: "Sign the package again with `glovebox sign`, and remove what was signed before.",
  },
  ERR_REGISTRY_REFUSED: {
    fault: "system",
    exit: EXIT.failed,
    summary: "A registry does not take what is published.",
    remedy:
      "Check that you may write to this repository, and that the registry takes OCI artifacts.",
  },
  ERR_REGISTRY_TAG_TAKEN: {
    fault: "user",
    exit: EXIT.refused,
    summary: "A tag names something else already, and whoever relies on it would get other bytes.",
    remedy: "Publish under a new version's tag, or move this one with `--force`.",
  },
} as const satisfies ErrorTable;

export type RegistryErrorCode = keyof typeof REGISTRY_ERRORS;

export class RegistryError extends GloveboxError<RegistryErrorCode> {
  constructor(code: RegistryErrorCode, message: string, detail: ErrorDetail = {}) {
    super(code, REGISTRY_ERRORS[code], message, detail);
  }
}
