import type { Cursor } from "../plugin/cursor.ts";
import { readReference } from "./server/reference.ts";

/** Where the keys are that wrap the data keys of tenants. */
export type KeysConfiguration =
  /** A folder of this machine, outside the workspace: an absolute path. */
  | { readonly file: string }
  /** A token behind a PKCS #11 module. */
  | {
      readonly pkcs11: {
        /** The module's file: an absolute path. */
        readonly module: string;
        /** The token's label. */
        readonly token: string;
        /** A reference to the user's PIN. */
        readonly pin: string;
      };
    };

/** The section `encryption`: what is kept of tenants is encrypted where it stands, and nothing is without it. */
export interface EncryptionConfiguration {
  readonly keys: KeysConfiguration;
}

const PATH = {
  lengthMin: 2,
  lengthMax: 2048,
  pattern: /^\/[^\0]*$/,
  shape: "an absolute path",
};
const LABEL = {
  lengthMin: 1,
  lengthMax: 32,
  pattern: /^[\x20-\x7e]*[\x21-\x7e]$/,
  shape: "the label of a token: printable ASCII, at most 32 characters",
};

/** Reads `encryption`: `{ keys: { file: FOLDER } }`, or `{ keys: { pkcs11: { module, token, pin } } }`. */
export function readEncryption(member: Cursor): EncryptionConfiguration {
  const keys = member.fields(["keys"]).get("keys");
  if (!keys.isObject()) {
    keys.problem("not where keys are", "Write { file: /a/folder }, or { pkcs11: { … } }.");
    return { keys: { file: "" } };
  }
  const fields = keys.fields([], ["file", "pkcs11"]);
  const [file, pkcs11] = [fields.get("file"), fields.get("pkcs11")];
  if ((file.value === undefined) === (pkcs11.value === undefined)) {
    keys.problem("names not one place for keys", "Write one of `file` and `pkcs11`.");
    return { keys: { file: "" } };
  }
  if (pkcs11.value === undefined) return { keys: { file: file.string(PATH) } };
  const token = pkcs11.fields(["module", "token", "pin"]);
  return {
    keys: {
      pkcs11: {
        module: token.get("module").string(PATH),
        token: token.get("token").string(LABEL),
        pin: readReference(token.get("pin")),
      },
    },
  };
}
