import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "Data at rest and erasure" to "Data at rest and erasure", and what shows it. */
export const README_AT_REST: Claims = {
  // Data at rest and erasure
  "Without the section `encryption` what plugins keep lies on the disk as they wrote it, and the debt report says so (`GB-AT-REST`).":
    ["test/unit/debt/configuration-items.test.ts"],
  "With it, what is kept of each tenant is sealed with a key of that tenant's own, the tenant `local` included.":
    [
      "test/e2e/tenant-erase.test.ts#by keys in another",
      "test/unit/at-rest/tenant-keys.test.ts#a tenant has one key",
    ],
  "or { pkcs11: { module: /usr/lib/softhsm/libsofthsm2.so, token: glovebox, pin: env:TOKEN_PIN } }":
    ["test/unit/at-rest/pkcs11-keys.test.ts#wrap for what they are bound to"],
  "| stores of plugins (`kv`) | names and values sealed | gone |": [
    "test/e2e/tenant-erase.test.ts#by keys in another",
    "test/unit/powers/sealed-key-value.test.ts#neither names nor values stand in the file",
  ],
  "| files of plugins | names and contents sealed | gone |": [
    "test/e2e/tenant-erase.test.ts#by keys in another",
  ],
  "| tasks: arguments, questions, results | sealed, on disk and in Redis | gone |": [
    "test/e2e/tenant-erase.test.ts#by keys in another",
    "test/e2e/tenant-erase.test.ts#two replicas that share nothing else",
  ],
  "| calls that wait for an operator | sealed, on disk and in Redis | gone |": [
    "test/e2e/tenant-erase.test.ts#by keys in another",
    "test/e2e/tenant-erase.test.ts#two replicas that share nothing else",
  ],
  "| marks, digests of calls, counters of limits | in clear; they name no content | gone, or end by themselves |":
    ["GB-080"],
  "| the audit trail, logs, metrics | in clear: names of tenants, digests of arguments, what plugins log, and arguments where `audit.arguments` says so | they stay |":
    ["GB-080", "test/e2e/tenant-erase.test.ts#by keys in another"],
  "| API keys | as hashes | they stay: revoke them |": [
    "test/e2e/tenant-erase.test.ts#by keys in another",
  ],
  "Values are sealed by XAES-256-GCM under a key derived for their store, and bound to tenant, store and name: moved to another place, changed or cut off, they do not open.":
    [
      "test/unit/at-rest/seal.test.ts#the standard's own vectors",
      "test/unit/at-rest/seal.test.ts#opens what was sealed for the same place",
      "test/unit/at-rest/seal.test.ts#any one bit turned",
    ],
  "A tenant's data key is made when it first calls, and lies in `.glovebox/tenant-keys` wrapped by a key that is elsewhere: in a folder of files, or in a PKCS #11 token that makes, uses and destroys it inside.":
    [
      "test/unit/at-rest/file-keys.test.ts#a key is its owner's alone",
      "test/unit/at-rest/pkcs11-keys.test.ts#gone for every process once destroyed",
    ],
  "Replicas hand the wrapped key to each other through Redis; of two that make one at once, one wins.":
    [
      "test/unit/at-rest/tenant-keys.test.ts#one wins",
      "test/e2e/tenant-erase.test.ts#two replicas that share nothing else",
    ],
  "The folder of keys lies outside the workspace and is its owner's alone, or the start is refused; leave it out of the backups that hold the data.":
    [
      "test/unit/at-rest/file-keys.test.ts#refuses a folder that is a link",
      "test/e2e/tenant-erase.test.ts#the command refuses in words",
    ],
  "The token's module runs in a process of its own, which gets `PATH`, `HOME`, `LANG`, `LD_LIBRARY_PATH` and its vendor's variables of the environment and no other; a wrong PIN is tried once a minute at most.":
    [
      "test/unit/at-rest/pkcs11-keys.test.ts#takes nobody along",
      "test/advisories/environment-of-the-token.test.ts#no secret of the server",
      "test/unit/at-rest/pkcs11-keys.test.ts#a wrong PIN is tried once",
    ],
  "A server whose keys do not answer does not start; `glovebox doctor` asks them.": [
    "test/e2e/tenant-erase.test.ts#the command refuses in words",
  ],
  "What was kept before `encryption` was configured refuses the start until `glovebox tenant encrypt` has sealed it, and tasks and approvals of before are deleted; what a Redis kept ends by itself within days.":
    ["test/e2e/tenant-erase.test.ts#the command refuses in words"],
  "`tenant encrypt` refuses while a server of this workspace runs (`ERR_AT_REST_IN_USE`), and none starts meanwhile; `tenant erase` refuses while one runs that was started without `encryption`.":
    [
      "test/advisories/encrypted-under-a-server.test.ts#keeps others from encrypting",
      "test/e2e/tenant-erase.test.ts#the command refuses in words",
    ],
  "`tenant erase` destroys the wrapping keys first, makes sure that no wrapped key opens any more, waits until every server has dropped the key or refuses itself (0.5 s on one machine, 3.3 s with Redis), then deletes folders and records, and writes an audit event.":
    [
      "test/e2e/tenant-erase.test.ts#by keys in another",
      "test/e2e/tenant-erase.test.ts#two replicas that share nothing else",
      "test/unit/at-rest/erase-key.test.ts#says what it saw",
      "test/unit/at-rest/tenant-keys.test.ts#drops a key that was erased within its time",
      "test/unit/at-rest/tenant-keys.test.ts#refuses itself",
    ],
  "Servers may run meanwhile; killed at any moment, it goes on when it is run again.": [
    "test/e2e/tenant-erase.test.ts#by keys in another",
    "test/unit/at-rest/erase-key.test.ts#killed at any change",
  ],
  "A backup of the data that is put back afterwards does not open, and its tenant is refused until it is erased once more.":
    [
      "test/e2e/tenant-erase.test.ts#by keys in another",
      "test/e2e/tenant-erase.test.ts#two replicas that share nothing else",
    ],
  "A tenant that comes back starts empty, with another key.": [
    "test/e2e/tenant-erase.test.ts#by keys in another",
    "test/e2e/tenant-erase.test.ts#two replicas that share nothing else",
  ],
  "It does not reach copies of the keys, what was sent elsewhere, or another machine's `.glovebox`, where it is run as well; `glovebox debt` lists what else is left (GB-079 to GB-082).":
    ["GB-079", "GB-080", "GB-081", "GB-082"],
  "Run it on each machine before that tenant calls again: meanwhile the tenant is refused where it was not run, and what is erased there later takes its new key with it.":
    [
      "test/e2e/tenant-erase.test.ts#a tenant that calls again before each machine has erased it is refused there",
    ],
  "A token is prepared once, as the user who runs the server; SoftHSM (Debian's `softhsm2`) shows how, and asks for the PINs of its officer and its user:":
    ["test/e2e/backups.test.ts#a token that is prepared as the README says is one for the keys"],
  "the server needs it too": [
    "test/e2e/backups.test.ts#a token that is prepared as the README says is one for the keys",
  ],
  "or the folder of the token": [
    "test/e2e/backups.test.ts#a token that is prepared as the README says is one for the keys",
  ],
  "Back up a workspace and its keys to two places, with its servers stopped: whoever has both reads everything, and brings an erased tenant back.":
    [
      "test/e2e/backups.test.ts#a workspace that is backed up as the README says goes on elsewhere as it was",
    ],
  "The folder is the whole workspace, API keys and audit trail included; keep what the configuration points to elsewhere as well, such as secrets, certificates and a Redis.":
    [
      "test/e2e/backups.test.ts#a workspace that is backed up as the README says goes on elsewhere as it was",
    ],
  "Unpacked by the same user with `tar -xpzf`, into any folder and with the keys where `encryption` names them, it goes on as it was: see that `glovebox verify`, `glovebox audit verify` and `glovebox doctor` agree.":
    [
      "test/e2e/backups.test.ts#a workspace that is backed up as the README says goes on elsewhere as it was",
    ],
  "API keys that were revoked since count again, and `glovebox audit verify --from HEAD` with a head of later refuses the trail, which has lost what came after.":
    ["test/e2e/backups.test.ts#what came after a backup is missed, and a revoked key is back"],
};
