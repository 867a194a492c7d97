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
      "Run `glovebox approve NAME` while the release is still at its source, else `glovebox add SOURCE --as NAME` with it.",
  },
  ERR_PACKAGE_CHANGED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The package's bytes are not those that were approved.",
    remedy:
      "Restore the approved package, or look at the new one with `glovebox add SOURCE --as NAME`.",
  },
  ERR_COMPONENT_CHANGED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The component is not the one that was approved.",
    remedy:
      "Restore the approved package, or look at the new one with `glovebox add SOURCE --as NAME`.",
  },
  ERR_SURFACE_CHANGED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The tool definitions that the model would read are not those that were approved.",
    remedy:
      "Restore the approved package, or look at the new one with `glovebox add SOURCE --as NAME`.",
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
      "Restore the approved package, or look at what the new one wants with `glovebox add SOURCE --as NAME`.",
  },
  ERR_MANIFEST_CHANGED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The manifest is not the one that was approved.",
    remedy:
      "Restore the approved package, or look at the new one with `glovebox add SOURCE --as NAME`.",
  },
  ERR_GRANTS_CHANGED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "The configuration grants something else than was approved.",
    remedy: "Run `glovebox approve NAME` if the new grants are meant.",
  },
  ERR_SIGNER_CHANGED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The signature is valid, but by another key than the one that was approved.",
    remedy: "Run `glovebox approve NAME` if the new signer is meant.",
  },
  ERR_SOURCE_UNKNOWN: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "A source is not a package, a component with its plugin.json, or a plugin's folder.",
    remedy:
      "Name a `.tgz`, a `.wasm` with a `plugin.json` beside it, or a folder that `glovebox build` was run in.",
  },
} as const satisfies ErrorTable;

export type PinErrorCode = keyof typeof PIN_ERRORS;

export class PinError extends GloveboxError<PinErrorCode> {
  constructor(code: PinErrorCode, message: string, detail?: ErrorDetail) {
    super(code, PIN_ERRORS[code], message, detail);
  }
}
