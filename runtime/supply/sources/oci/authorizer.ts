import { HostError } from "@glovebox/host-api/errors";
import { parseTarget, type Target } from "@glovebox/host-api/http/url";
import { readWhole, type SourceRequest } from "../client.ts";
import { SourceError } from "../errors.ts";
import { refusedBy } from "../https.ts";
import { TOKEN_ANSWER_BYTES_MAX } from "../limits.ts";
import type { RemoteSetting } from "../remote.ts";
import type { OciSource } from "../source-text.ts";
import { parseChallenge, type Challenge } from "./challenge.ts";
import { findCredentials, type Credentials } from "./docker-config.ts";
import { RegistryError } from "./errors.ts";
import { readRegistryJson } from "./manifest.ts";

/** What a token is asked for. */
export type Actions = "pull" | "pull,push";

const TOKEN = { lengthMin: 1, lengthMax: 16 * 1024, pattern: /^[\x21-\x7e]+$/, shape: "a token" };
/** A token may run out while a large layer is read; a registry that is never satisfied is not asked for ever. */
const ANSWERS_MAX = 4;

/**
 * Answers a registry's challenges, for one repository: with a token from the service that it names, or with the operator's
 * password for this very registry. Credentials are looked up only when they are asked for.
 */
export class Authorizer {
  readonly #source: OciSource;
  readonly #setting: RemoteSetting;
  readonly #actions: Actions;
  #credentials: Promise<Credentials | undefined> | undefined;
  #header: string | undefined;
  #answers = 0;

  constructor(source: OciSource, setting: RemoteSetting, actions: Actions) {
    this.#source = source;
    this.#setting = setting;
    this.#actions = actions;
  }

  /** The value of `authorization`, once there is one. */
  get header(): string | undefined {
    return this.#header;
  }

  /** Makes `header` what `challenge` wants. Throws `ERR_SOURCE_NOT_AUTHORIZED` when there is nothing to show for it. */
  async answer(challenge: string | undefined): Promise<void> {
    const parsed = parseChallenge(challenge);
    this.#answers += 1;
    const { registry } = this.#source;
    if (this.#answers > ANSWERS_MAX)
      throw new SourceError(
        "ERR_SOURCE_NOT_AUTHORIZED",
        `\`${registry}\` refuses the credentials.`,
      );
    const { powers, files } = this.#setting;
    this.#credentials ??= findCredentials(registry, powers, files);
    const credentials = await this.#credentials;
    this.#header =
      parsed.scheme === "bearer"
        ? `Bearer ${await this.#fetchToken(parsed, credentials)}`
        : basicHeader(credentials, registry);
  }

  /** "Token authentication specification" of the distribution project; with an identity token, OAuth 2 as it says. */
  async #fetchToken(
    { realm, service }: Extract<Challenge, { scheme: "bearer" }>,
    credentials: Credentials | undefined,
  ): Promise<string> {
    const target = parseRealm(realm);
    // Ours, and not the challenge's: nobody else decides what a token of the operator's may be for.
    const scope = `repository:${this.#source.repository}:${this.#actions}`;
    const words = new URLSearchParams({ ...(service === undefined ? {} : { service }), scope });
    const request: SourceRequest =
      credentials?.kind === "identity"
        ? refreshRequest(target, words, credentials.token)
        : {
            method: "GET",
            target: withQuery(target, words),
            authorization: passwordHeader(credentials),
          };
    const response = await this.#setting.client.send(request);
    if (response.status !== 200) {
      response.cancel();
      throw refusedBy(response, "a token");
    }
    const bytes = await readWhole(
      response,
      TOKEN_ANSWER_BYTES_MAX,
      "The answer of the token service",
    );
    return readRegistryJson(bytes, "ERR_REGISTRY_TOKEN", (root) => {
      const [token] = ["token", "access_token"]
        .map((key) => root.member(key))
        .filter((member) => !member.isAbsent());
      if (token === undefined) root.problem("there is no token in it");
      return token?.string(TOKEN) ?? "";
    });
  }
}

function refreshRequest(target: Target, words: URLSearchParams, token: string): SourceRequest {
  const body = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: "glovebox",
    refresh_token: token,
  });
  for (const [name, value] of words) body.set(name, value);
  return {
    method: "POST",
    target,
    headers: [["content-type", "application/x-www-form-urlencoded"]],
    body: new TextEncoder().encode(body.toString()),
  };
}

function withQuery(target: Target, words: URLSearchParams): Target {
  const url = new URL(target.href);
  for (const [name, value] of words) url.searchParams.set(name, value);
  return parseTarget(url.href);
}

/** The registry wrote it. That it is https, and no further inside than the registry, is checked where it is sent. */
function parseRealm(realm: string): Target {
  try {
    return parseTarget(realm);
  } catch (cause) {
    if (!(cause instanceof HostError)) throw cause;
    const message = "The registry's challenge names a token service that is no plain address.";
    throw new RegistryError("ERR_REGISTRY_TOKEN", message, { cause });
  }
}

function basicHeader(credentials: Credentials | undefined, registry: string): string {
  const header = passwordHeader(credentials);
  if (header !== undefined) return header;
  const why = credentials ? "there is only an identity token for it" : "there are none for it";
  throw new SourceError(
    "ERR_SOURCE_NOT_AUTHORIZED",
    `\`${registry}\` wants credentials, and ${why}.`,
  );
}

function passwordHeader(credentials: Credentials | undefined): string | undefined {
  if (credentials?.kind !== "password") return undefined;
  const pair = `${credentials.username}:${credentials.password}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}
