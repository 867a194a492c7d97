import type { Cursor } from "../plugin/cursor.ts";
import { isDigest } from "../plugin/canonical.ts";
import type { Digest } from "../plugin/formats.ts";
import { NOTHING_REVOKED, type Revocation, type Revocations } from "../plugin/trust.ts";
import { readDay } from "./read-day.ts";
import { readIdentity } from "./read-trust.ts";
import { REASON } from "./reason.ts";

const REVOKED_MAX = 1024;
const DIGEST = {
  lengthMax: 71,
  pattern: /^sha256:[0-9a-f]{64}$/,
  shape: "sha256: and 64 lower-case hex digits, as glovebox shows keys and files",
};

/** Reads the section `revoked`: what counts for nothing any more, and why. */
export function readRevoked(member: Cursor): Revocations {
  if (member.isAbsent()) return NOTHING_REVOKED;
  const fields = member.fields([], ["keys", "identities", "digests"]);
  const list = (key: string): readonly Cursor[] => {
    const items = fields.get(key);
    return items.isAbsent() ? [] : items.items(0, REVOKED_MAX);
  };
  return {
    keys: list("keys").map((item) => ({ key: readDigest(item, "key"), ...readWhy(item, ["key"]) })),
    identities: list("identities").map((item) => ({
      ...readWhy(item, ["identity"]),
      ...readIdentity(item.member("identity")),
    })),
    digests: list("digests").map((item) => ({
      digest: readDigest(item, "digest"),
      ...readWhy(item, ["digest"]),
    })),
  };
}

function readWhy(item: Cursor, others: readonly string[]): Revocation {
  const fields = item.fields([...others, "reason", "date"]);
  return { reason: fields.get("reason").string(REASON), date: readDay(fields.get("date")) };
}

function readDigest(item: Cursor, key: string): Digest {
  const text = item.member(key).string(DIGEST);
  return isDigest(text) ? text : "sha256:";
}
