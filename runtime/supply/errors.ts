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
  ERR_KEY_EXPOSED: {
    fault: "user",
    exit: 2,
    summary: "A private key's file belongs to another user, or others than its owner may use it.",
    remedy:
      "Make it your own and nobody else's (`chown`, `chmod 600`). Where others could read it, make a new key, and revoke this one.",
  },
  ERR_KEY_PASSPHRASE: {
    fault: "user",
    exit: 2,
    summary:
      "A private key is encrypted, and the passphrase in GLOVEBOX_PASSPHRASE is missing, empty or wrong.",
    remedy: "Set GLOVEBOX_PASSPHRASE to the passphrase that the key was made with.",
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
    summary:
      "A signature file is not a Sigstore bundle v0.3 with one signature, by a key or by a certificate with its proofs.",
    remedy: "Ask its author to sign again with `glovebox sign`.",
  },
  ERR_SIGNER_UNKNOWN: {
    fault: "user",
    exit: 3,
    summary: "A plugin is signed by a key that the configuration does not trust.",
    remedy: "If you know the key to be the author's, add it with `glovebox trust add`.",
  },
  ERR_SIGNER_THRESHOLD: {
    fault: "plugin",
    exit: 3,
    summary: "A plugin lacks a signature of somebody whom the trust entry demands as well.",
    remedy: "Ask for the missing signature; `glovebox sign` with another key adds one.",
  },
  ERR_KEY_EXPIRED: {
    fault: "user",
    exit: 3,
    summary: "A plugin is signed by somebody whose trust entry has ended.",
    remedy:
      "Have it signed by whoever is trusted now; move `until` only if you know that the key is still in good hands.",
  },
  ERR_KEY_NOT_YET_VALID: {
    fault: "user",
    exit: 3,
    summary: "A plugin is signed by somebody whose trust entry has not begun.",
    remedy: "Wait for the day of `from`, or set the machine's clock right.",
  },
  ERR_KEY_REVOKED: {
    fault: "user",
    exit: 3,
    summary: "A plugin is signed by a key or an identity that the configuration revokes.",
    remedy:
      "Do not use this plugin until somebody else signed it and you approved that; `revoked` in the configuration says why.",
  },
  ERR_DIGEST_REVOKED: {
    fault: "user",
    exit: 3,
    summary:
      "The configuration revokes this component, manifest or package, even where it is pinned.",
    remedy: "Remove the plugin, or add a release that is not revoked.",
  },
  ERR_IDENTITY_OTHER_ISSUER: {
    fault: "plugin",
    exit: 3,
    summary: "A plugin is signed by a trusted name, but another issuer vouches for who that is.",
    remedy: "Do not use this plugin. Anyone may have that name at another issuer.",
  },
  ERR_IDENTITY_OTHER_SUBJECT: {
    fault: "plugin",
    exit: 3,
    summary: "A plugin is signed by somebody else than is trusted, of the same issuer.",
    remedy:
      "If you know them to be the author, add exactly that subject with `glovebox trust add --issuer … --subject …`.",
  },
  ERR_CERTIFICATE_INVALID: {
    fault: "plugin",
    exit: 3,
    summary:
      "The certificate of a signature was not issued by a trusted authority, was not valid when it was used, or stands in no certificate log.",
    remedy: "Do not use this plugin. Fetch it again from its author.",
  },
  ERR_LOG_ENTRY_MISSING: {
    fault: "plugin",
    exit: 3,
    summary: "A signature by an identity comes without an entry in a transparency log.",
    remedy: "Ask its author for the whole bundle: without the entry nobody knows when it was made.",
  },
  ERR_LOG_ENTRY_INVALID: {
    fault: "plugin",
    exit: 3,
    summary:
      "A log entry is not one of a trusted log, was changed, or belongs to another signature.",
    remedy: "Do not use this plugin. Fetch it again from its author.",
  },
  ERR_TRUSTED_ROOT_INVALID: {
    fault: "user",
    exit: 2,
    summary: "The file at `sigstore.trusted_root` is missing, or is no trusted root of Sigstore.",
    remedy:
      "Correct the path, or fetch the file again; without the key, the public instance counts.",
  },
  ERR_MINISIG_MALFORMED: {
    fault: "plugin",
    exit: 3,
    summary: "A `.minisig` file is not what minisign writes.",
    remedy: "Ask its author to sign again with `minisign -S`.",
  },
  ERR_PROVENANCE_MALFORMED: {
    fault: "plugin",
    exit: 3,
    summary: "An attestation is not SLSA provenance v1 of a workflow.",
    remedy: "Ask its author to attest the component again.",
  },
  ERR_PROVENANCE_MISSING: {
    fault: "plugin",
    exit: 3,
    summary: "The trust entry demands provenance, and no attestation by that identity came along.",
    remedy: "Ask the author for the attestation, and keep it beside the package.",
  },
  ERR_PROVENANCE_OTHER_COMPONENT: {
    fault: "plugin",
    exit: 3,
    summary: "An attestation is about another component.",
    remedy: "Fetch the attestation that belongs to this release.",
  },
  ERR_PROVENANCE_OTHER_BUILD: {
    fault: "plugin",
    exit: 3,
    summary:
      "An attestation names another repository or workflow than its certificate, or than the trust entry demands.",
    remedy: "Do not use this plugin until you know why it was built elsewhere.",
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
