import { UNNAMED_PRINCIPAL } from "../../policy/principal.ts";
import { isLoopback, type Authentication, type Authenticator } from "../http/authenticate.ts";
import type { HttpRequest } from "../http/exchange.ts";
import { challenged, forbid } from "./challenge.ts";

/** Headers by which a proxy says for whom it asks. Behind one, every stranger comes from this machine. */
const FORWARDED = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"] as const;

const ACCEPTED: Authentication = { kind: "principal", principal: UNNAMED_PRINCIPAL };
const ELSEWHERE = challenged(
  forbid("This server asks nobody who they are, so it answers to its own machine only."),
);
const THROUGH_PROXY = challenged(
  forbid(
    "This server asks nobody who they are, and the request came through a proxy. Configure server.auth.",
  ),
);

/** `mode: none`: whoever is on this machine, directly. Where the server listens is not relied on. */
export const LOCAL_ONLY: Authenticator = {
  authenticate({ remoteAddress, headers }: HttpRequest) {
    if (!isLoopback(remoteAddress)) return ELSEWHERE;
    return FORWARDED.some((name) => headers[name] !== undefined) ? THROUGH_PROXY : ACCEPTED;
  },
  decideTool: () => undefined,
};
