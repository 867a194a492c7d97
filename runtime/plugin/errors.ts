import { GloveboxError } from "../errors.ts";
import type { ErrorDetail, ErrorTable } from "../errors.ts";

/** What can be wrong with a plugin's files and with the lockfile. */
export const PLUGIN_ERRORS = {
  ERR_MANIFEST_INVALID: {
    fault: "plugin",
    exit: 3,
    summary: "plugin.json is not JSON, or not a manifest.",
    remedy: "Correct plugin.json at the place named; plugin.schema.json describes every key.",
  },
  ERR_SURFACE_INVALID: {
    fault: "plugin",
    exit: 3,
    summary:
      "The tool definitions of a plugin are malformed, or use what is not accepted in a schema.",
    remedy: "The plugin's author must correct the tool at the place named.",
  },
  ERR_SURFACE_NOT_AS_DECLARED: {
    fault: "plugin",
    exit: 3,
    summary: "The component lists other tools than its manifest declares.",
    remedy: "The plugin's author must make `tools` in plugin.json equal what the component lists.",
  },
  ERR_LOCKFILE_INVALID: {
    fault: "user",
    exit: 3,
    summary: "glovebox.lock.json is not JSON, or not a lockfile.",
    remedy: "Restore it from version control, or delete it and approve each plugin again.",
  },
  ERR_LOCKFILE_EDITED: {
    fault: "user",
    exit: 3,
    summary: "glovebox.lock.json was changed by something else than glovebox.",
    remedy: "Restore it from version control, or delete it and approve each plugin again.",
  },
  ERR_FORMAT_VERSION: {
    fault: "user",
    exit: 3,
    summary: "A file has a format version that this program does not read.",
    remedy: "Use the version of glovebox that wrote the file, or a newer one.",
  },
  ERR_TEXT_HIDDEN: {
    fault: "plugin",
    exit: 3,
    summary: "A text has characters that a reader cannot see, or that change how others are shown.",
    remedy: "Remove the character named; nobody should approve what they cannot read.",
  },
  ERR_DIGEST_INVALID: {
    fault: "user",
    exit: 2,
    summary: "A digest is not `sha256:` and 64 lower-case hex digits.",
    remedy: "Copy the whole digest, as glovebox prints it.",
  },
} as const satisfies ErrorTable;

export type PluginErrorCode = keyof typeof PLUGIN_ERRORS;

export class PluginError extends GloveboxError<PluginErrorCode> {
  constructor(code: PluginErrorCode, message: string, detail: ErrorDetail = {}) {
    super(code, PLUGIN_ERRORS[code], message, detail);
  }
}
