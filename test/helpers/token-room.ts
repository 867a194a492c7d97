import { makeMachine } from "../../runtime/cli/make-machine.ts";
import type {
  ScopeConfiguration,
  TokenAuth,
} from "../../runtime/policy/server/auth-configuration.ts";
import { makeAccessTokens } from "../../runtime/server/auth/access-tokens.ts";
import { makeLocalReplayGuard, type ReplayGuard } from "../../runtime/server/auth/replay-guard.ts";
import type { Authenticator } from "../../runtime/server/http/authenticate.ts";
import { parseData } from "./policy-files.ts";
import { RESOURCE, type TokenIssuer } from "./token-issuer.ts";

export interface TokenRoomOptions {
  readonly auth?: Partial<Record<string, unknown>>;
  readonly scopes?: ScopeConfiguration;
  readonly replay?: ReplayGuard;
}

/** A resource server as the configuration makes it, over the real network, with a clock that tests can move. */
export class TokenRoom {
  readonly trouble: string[] = [];
  readonly authenticator: Authenticator;
  readonly auth: TokenAuth;
  laterMs = 0;

  constructor({ issuer }: Pick<TokenIssuer, "issuer">, options: TokenRoomOptions = {}) {
    const { scopes, replay } = options;
    const { auth } = parseData({
      version: 1,
      server: {
        auth: {
          mode: "oauth",
          issuer,
          resource: RESOURCE,
          tenant: { claim: "org" },
          algorithms: ["ES256"],
          ...options.auth,
        },
      },
    }).server;
    if (auth?.mode !== "oauth") throw new Error("not the mode that was asked for");
    this.auth = auth;
    this.authenticator = makeAccessTokens({
      auth,
      scopes,
      powers: makeMachine().sources,
      replay: replay ?? makeLocalReplayGuard(() => performance.now() + this.laterMs),
      noteTrouble: (message) => this.trouble.push(message),
      nowMs: () => Date.now() + this.laterMs,
    });
  }
}
