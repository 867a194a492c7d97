import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../errors.ts";

export const AT_REST_ERRORS = {
  ERR_AT_REST_OFF: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "The configuration has no section `encryption`, so there is no key to destroy.",
    remedy:
      "Write `encryption: { keys: { file: /var/lib/glovebox-keys } }`. Without it, delete the tenant's data and every copy of it yourself.",
  },
  ERR_AT_REST_PLAIN: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "Data from before `encryption` was configured lies here unencrypted. It is neither read nor taken for encrypted data.",
    remedy:
      "Stop every server of this workspace, and encrypt what is there with `glovebox tenant encrypt`.",
  },
  ERR_AT_REST_SEALED: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "Tenants' data is kept here encrypted, and the configuration has no section `encryption`. Nothing is written in clear beside it.",
    remedy:
      "Write the section again. To give encryption up, erase every tenant of `glovebox tenant list` first.",
  },
  ERR_AT_REST_IN_USE: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "A server, or a command that runs plugins, is at work here that would go on as it began: in clear, beside what is sealed or erased.",
    remedy:
      "Stop every server of this workspace and run the command again. To erase, only those that were started without `encryption` must stop.",
  },
  ERR_AT_REST_VALUE: {
    fault: "system",
    exit: EXIT.refused,
    summary:
      "Encrypted data does not open: it was changed, belongs to another tenant or place, or is of an erased key.",
    remedy:
      "Restore the data and its key together. What was sealed with an erased key is gone: `glovebox tenant erase` clears what is left of it.",
  },
  ERR_TENANT_KEY_GONE: {
    fault: "system",
    exit: EXIT.refused,
    summary: "The key of a tenant no longer exists: it was erased, or the key provider lost it.",
    remedy:
      "If the tenant was erased, run `glovebox tenant erase` again: it clears what is left. Otherwise restore the key folder or the token.",
  },
  ERR_TENANT_KEY_RECORD: {
    fault: "system",
    exit: EXIT.refused,
    summary:
      "The wrapped key of a tenant is damaged, is another tenant's, or differs from what the replicas share.",
    remedy: "Restore `.glovebox/tenant-keys` from the same time as the data and the keys.",
  },
  ERR_TENANT_KEY_STALE: {
    fault: "system",
    exit: EXIT.refused,
    summary:
      "A tenant's key is in use no longer: it was erased meanwhile, or nobody could confirm in time that it was not.",
    remedy: "Call again. If it stays, see that the shared store answers.",
  },
  ERR_TENANT_UNKNOWN: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "Nothing of a tenant of this name is kept here, and nothing of it was ever erased.",
    remedy: "See `glovebox tenant list`. Names are compared character by character.",
  },
  ERR_KEY_PROVIDER: {
    fault: "system",
    exit: EXIT.refused,
    summary:
      "Whoever holds the keys of tenants (`encryption.keys`) cannot be reached, or did not answer rightly in time.",
    remedy: "`glovebox doctor` asks it. See that the module, the token and the PIN are there.",
  },
  ERR_KEY_FOLDER: {
    fault: "user",
    exit: EXIT.refused,
    summary: "The folder or a file of tenants' keys may be used by others than its owner.",
    remedy: "Give them to the user who runs the server: chmod 700 the folder, chmod 600 its files.",
  },
} as const satisfies ErrorTable;

export type AtRestErrorCode = keyof typeof AT_REST_ERRORS;

/** What is kept encrypted refused. Messages name no tenant: a caller's operator may not be the one who reads them. */
export class AtRestError extends GloveboxError<AtRestErrorCode> {
  constructor(code: AtRestErrorCode, message: string, detail?: ErrorDetail) {
    super(code, AT_REST_ERRORS[code], message, detail);
  }
}
