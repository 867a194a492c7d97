import { GloveboxError } from "../errors.ts";
import type { ErrorDetail, ErrorTable } from "../errors.ts";

/** What can be wrong with a package, a key, a signature, or with who made it. */
export const SUPPLY_ERRORS = {
  ERR_PACKAGE_INVALID: {
    fault: "plugin",
    exit: 3,
    summary: "A package is damaged, or is not what `glovebox pack` writes.",
    remedy: "Fetch it again, or ask its author to pack it with `glovebox pack`.",
  },
  ERR_PACKAGE_TOO_LARGE: {
    fault: "plugin",
    exit: 3,
    summary: "A package, or a file in it, is larger than is read.",
    remedy: "The plugin's author must make it smaller.",
  },
  ERR_PACKAGE_ENTRY: {
    fault: "plugin",
    exit: 3,
    summary: "A package has an entry that it must not have, or lacks one that it must have.",
    remedy: "Ask its author to pack it with `glovebox pack`.",
  },
  ERR_KEY_INVALID: {
    fault: "user",
    exit: 2,
    summary: "A key is not of a kind that is accepted, or is damaged.",
    remedy: "Use a key made by `glovebox keygen`, or an Ed25519 or ECDSA P-256 key.",
  },
  ERR_KEY_PASSPHRASE: {
    fault: "user",
    exit: 2,
    summary: "A private key is encrypted, and the passphrase is missing or wrong.",
    remedy: "Give the passphrase that the key was made with.",
  },
  ERR_SIGNATURE_MISSING: {
    fault: "plugin",
    exit: 3,
    summary: "A plugin has no signature.",
    remedy: "Ask its author for the .sigstore.json file made by `glovebox sign`.",
  },
  ERR_SIGNATURE_COUNT: {
    fault: "plugin",
    exit: 3,
    summary: "A plugin has more signatures than are read.",
    remedy: "Keep those that you need beside the package.",
  },
  ERR_BUNDLE_MALFORMED: {
    fault: "plugin",
    exit: 3,
    summary: "A signature file is not a Sigstore bundle v0.3 with one signature by a key.",
    remedy: "Ask its author to sign again with `glovebox sign`.",
  },
  ERR_SIGNER_UNKNOWN: {
    fault: "user",
    exit: 3,
    summary: "A plugin is signed by a key that the configuration does not trust.",
    remedy: "If you know the key to be the author's, add it with `glovebox trust add`.",
  },
  ERR_SIGNATURE_INVALID: {
    fault: "plugin",
    exit: 3,
    summary: "A signature was not made by the key it names, or what it signs was changed.",
    remedy: "Do not use this plugin. Fetch it again from its author.",
  },
  ERR_SIGNER_NOT_FOR_PLUGIN: {
    fault: "user",
    exit: 3,
    summary: "A plugin is signed by a key that is trusted, but not for plugins of this name.",
    remedy: "If the key's owner may publish this plugin, widen `plugins` of its trust entry.",
  },
  ERR_STATEMENT_MALFORMED: {
    fault: "plugin",
    exit: 3,
    summary: "What is signed is not a statement about a plugin.",
    remedy: "Ask its author to sign again with `glovebox sign`.",
  },
  ERR_SIGNATURE_OTHER_PLUGIN: {
    fault: "plugin",
    exit: 3,
    summary: "A signature is for a plugin of another name or version.",
    remedy: "Fetch the signature that belongs to this package.",
  },
  ERR_SIGNATURE_OTHER_COMPONENT: {
    fault: "plugin",
    exit: 3,
    summary: "The component is not the one that was signed.",
    remedy: "Do not use this plugin. Fetch it again from its author.",
  },
  ERR_SIGNATURE_OTHER_SURFACE: {
    fault: "plugin",
    exit: 3,
    summary: "The tool definitions are not the ones that were signed.",
    remedy: "Do not use this plugin. Fetch it again from its author.",
  },
  ERR_SIGNATURE_OTHER_MANIFEST: {
    fault: "plugin",
    exit: 3,
    summary: "The manifest is not the one that was signed.",
    remedy: "Do not use this plugin. Fetch it again from its author.",
  },
} as const satisfies ErrorTable;

export type SupplyErrorCode = keyof typeof SUPPLY_ERRORS;

export class SupplyError extends GloveboxError<SupplyErrorCode> {
  constructor(code: SupplyErrorCode, message: string, detail: ErrorDetail = {}) {
    super(code, SUPPLY_ERRORS[code], message, detail);
  }
}
