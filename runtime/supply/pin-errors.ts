import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../errors.ts";

/** How an installed plugin can differ from what was approved. */
export const PIN_ERRORS = {
  ERR_NOT_PINNED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "A configured plugin has no entry in the lockfile: nobody approved it.",
    remedy: "Run `glovebox approve NAME` and read what it shows.",
  },
  ERR_PACKAGE_MISSING: {
    fault: "user",
    exit: EXIT.refused,
    summary: "The approved package is no longer in the store.",
    remedy:
      "Run `glovebox restore NAME`: it fetches the release from its source, and takes the approved bytes only.",
  },
  ERR_PACKAGE_CHANGED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The package's bytes are not those that were approved.",
    remedy:
      "Run `glovebox diff NAME` to see what changed. `glovebox restore NAME` brings back the approved package in the store; a local source that was changed is put back by you, or `glovebox update NAME` asks you to approve what is new.",
  },
  ERR_COMPONENT_CHANGED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The component is not the one that was approved.",
    remedy:
      "Run `glovebox diff NAME` to see what changed. `glovebox restore NAME` brings back the approved package in the store; a local source that was changed is put back by you, or `glovebox update NAME` asks you to approve what is new.",
  },
  ERR_SURFACE_CHANGED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The tool definitions that the model would read are not those that were approved.",
    remedy:
      "Run `glovebox diff NAME` to see what changed. `glovebox restore NAME` brings back the approved package in the store; a local source that was changed is put back by you, or `glovebox update NAME` asks you to approve what is new.",
  },
  ERR_SURFACE_NOT_OF_COMPONENT: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The component lists other tool definitions than its package says.",
    remedy: "Ask the plugin's author for a package that `glovebox pack` made from this component.",
  },
  ERR_TOOLS_NOT_LISTED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary:
      "The sealed component did not say what its tools are: it trapped, ran out of time or memory, or asked for more than listing needs.",
    remedy:
      "Ask the plugin's author for a release whose `list-tools` answers at once, without any capability.",
  },
  ERR_CAPABILITIES_CHANGED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The plugin asks for other capabilities than were approved.",
    remedy:
      "Run `glovebox diff NAME` to see what it wants. `glovebox restore NAME` brings back the approved package in the store; a local source that was changed is put back by you, or `glovebox update NAME` asks you to approve what is new.",
  },
  ERR_MANIFEST_CHANGED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The manifest is not the one that was approved.",
    remedy:
      "Run `glovebox diff NAME` to see what changed. `glovebox restore NAME` brings back the approved package in the store; a local source that was changed is put back by you, or `glovebox update NAME` asks you to approve what is new.",
  },
  ERR_GRANTS_CHANGED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "The configuration grants something else than was approved.",
    remedy: "Run `glovebox approve NAME` if the new grants are meant, else set them back.",
  },
  ERR_SIGNER_CHANGED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The signature is valid, but by another key than the one that was approved.",
    remedy: "Run `glovebox update NAME` if the new signer is meant.",
  },
  ERR_SOURCE_UNKNOWN: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "A source is not a package, a component, or a plugin's folder.",
    remedy: "Name a `.tgz`, a `.wasm`, or a folder that `glovebox build` was run in.",
  },
} as const satisfies ErrorTable;

export type PinErrorCode = keyof typeof PIN_ERRORS;

/** What is wrong with the installed plugin `alias`. The remedy names it, so that it can be typed as it stands. */
export function pinError(
  code: PinErrorCode,
  alias: string,
  message: string,
  detail: ErrorDetail = {},
): PinError {
  const remedy = PIN_ERRORS[code].remedy.replaceAll("NAME", alias);
  return new PinError(code, message, { remedy, ...detail });
}

export class PinError extends GloveboxError<PinErrorCode> {
  constructor(code: PinErrorCode, message: string, detail?: ErrorDetail) {
    super(code, PIN_ERRORS[code], message, detail);
  }
}
