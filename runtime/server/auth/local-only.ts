import { UNNAMED_PRINCIPAL } from "../../policy/principal.ts";
import type { AuthOutcome, Authenticator, RequestFacts } from "./authenticate.ts";
import { forbid } from "./challenge.ts";

/** Headers by which a proxy says for whom it asks. Behind one, every stranger comes from this machine. */
const FORWARDED: ReadonlySet<string> = new Set([
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-real-ip",
]);

const ACCEPTED: AuthOutcome = { principal: UNNAMED_PRINCIPAL };
const ELSEWHERE: AuthOutcome = {
  challenge: forbid("This server asks nobody who they are, so it answers to its own machine only."),
};
const THROUGH_PROXY: AuthOutcome = {
  challenge: forbid(
    "This server asks nobody who they are, and the request came through a proxy. Configure server.auth.",
  ),
};

/** `mode: none`: whoever is on this machine, directly. Where the server listens is not relied on. */
export function makeLocalOnly(): Authenticator {
  return {
    authenticate(facts) {
      if (!isThisMachine(facts.remoteAddress)) return ELSEWHERE;
      return wasForwarded(facts) ? THROUGH_PROXY : ACCEPTED;
    },
    refuseScopes: () => forbid("Something that this server does not offer was asked for."),
    documents: new Map(),
    close: () => undefined,
  };
}

/** The address is the kernel's word, in one of three spellings. */
function isThisMachine(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  return plain === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain);
}

function wasForwarded({ rawHeaders }: RequestFacts): boolean {
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (FORWARDED.has((rawHeaders[index] ?? "").toLowerCase())) return true;
  return false;
}
