import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes, randomUUID } from "node:crypto";
import { Provider } from "oidc-provider";
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from "jose";

export const RESOURCE = "https://tools.example.test/mcp";
export const SCOPES = ["tools", "files:write"];

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

/** An authorization server of its own on this machine, whose signing key the test holds too: for tokens that it would never make. */
export class TokenIssuer {
  readonly issuer: string;
  readonly #server: Server;
  readonly #secret: string;
  readonly #pair: KeyPair;
  /** How often its documents were asked for, by path. */
  readonly asked = new Map<string, number>();
  /** Answers instead of it, where it is set. */
  intercept:
    | ((path: string, respond: (status: number, body: string) => void) => boolean)
    | undefined;

  static async start(): Promise<TokenIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const pair = await generateKeyPair("ES256", { extractable: true });
    const jwk: JWK = { ...(await exportJWK(pair.privateKey)), alg: "ES256", use: "sig", kid: "k1" };
    return new TokenIssuer(server, pair, jwk);
  }

  private constructor(server: Server, pair: KeyPair, jwk: JWK) {
    this.#server = server;
    this.#pair = pair;
    this.#secret = randomBytes(32).toString("base64url");
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answer = new Provider(this.issuer, configurationFor(this.#secret, jwk)).callback();
    server.on("request", (request, response) => {
      const path = request.url ?? "";
      this.asked.set(path, (this.asked.get(path) ?? 0) + 1);
      const respond = (status: number, body: string): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(body);
      };
      if (this.intercept?.(path, respond) !== true) answer(request, response);
    });
  }

  get privateKey(): CryptoKey {
    return this.#pair.privateKey;
  }

  get publicKey(): CryptoKey {
    return this.#pair.publicKey;
  }

  /** A token as a client gets it: `token_type` and all. With `proof`, bound to the key that signed the proof. */
  async issue({
    resource = RESOURCE,
    scope = SCOPES.join(" "),
    proof,
  }: { resource?: string; scope?: string; proof?: string } = {}): Promise<{
    status: number;
    token: string;
    type: string;
  }> {
    const response = await fetch(`${this.issuer}/token`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        authorization: `Basic ${btoa(`desk:${this.#secret}`)}`,
        ...(proof === undefined ? {} : { dpop: proof }),
      },
      body: new URLSearchParams({ grant_type: "client_credentials", scope, resource }),
    });
    const body = (await response.json()) as { access_token?: string; token_type?: string };
    return {
      status: response.status,
      token: body.access_token ?? "",
      type: body.token_type ?? "",
    };
  }

  /** A token that the issuer's own key signed, whatever is in it: good, but for `claims` and `header`. */
  forge(
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key: CryptoKey | Uint8Array = this.privateKey,
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload: JWTPayload = {
      iss: this.issuer,
      aud: RESOURCE,
      sub: "ann",
      client_id: "desk",
      org: "acme",
      scope: "tools",
      iat: now,
      exp: now + 60,
      jti: randomUUID(),
      ...claims,
    };
    for (const [name, value] of Object.entries(payload))
      if (value === undefined) delete payload[name];
    return new SignJWT(payload)
      .setProtectedHeader({ alg: "ES256", kid: "k1", typ: "at+jwt", ...header })
      .sign(key);
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

function configurationFor(secret: string, jwk: JWK): object {
  return {
    clients: [
      {
        client_id: "desk",
        client_secret: secret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: { keys: [jwk] },
    scopes: SCOPES,
    ttl: { ClientCredentials: 120 },
    extraTokenClaims: () => ({ org: "acme", sub: "robot" }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context: unknown, audience: string) => ({
          scope: SCOPES.join(" "),
          audience,
          accessTokenFormat: "jwt",
          accessTokenTTL: 120,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
  };
}

/** A client's own key, and proofs that it signs (RFC 9449). */
export class ProofKey {
  readonly thumbprint: string;
  readonly jwk: JWK;
  readonly #pair: KeyPair;

  static async make(): Promise<ProofKey> {
    const pair = await generateKeyPair("ES256", { extractable: true });
    const jwk = await exportJWK(pair.publicKey);
    return new ProofKey(pair, jwk, await calculateJwkThumbprint(jwk));
  }

  private constructor(pair: KeyPair, jwk: JWK, thumbprint: string) {
    this.#pair = pair;
    this.jwk = jwk;
    this.thumbprint = thumbprint;
  }

  get privateKey(): CryptoKey {
    return this.#pair.privateKey;
  }

  async prove(
    token: string | undefined,
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key: CryptoKey | Uint8Array = this.privateKey,
  ): Promise<string> {
    const digest = await crypto.subtle.digest("SHA-256", Buffer.from(token ?? ""));
    const payload: JWTPayload = {
      jti: randomUUID(),
      htm: "POST",
      htu: RESOURCE,
      iat: Math.floor(Date.now() / 1000),
      ...(token === undefined ? {} : { ath: Buffer.from(digest).toString("base64url") }),
      ...claims,
    };
    for (const [name, value] of Object.entries(payload))
      if (value === undefined) delete payload[name];
    return new SignJWT(payload)
      .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk: this.jwk, ...header })
      .sign(key);
  }
}
