import type { FilePowers } from "../../file-powers.ts";
import { DOCKER_CONFIG_BYTES_MAX, HELPER_ANSWER_BYTES_MAX, HELPER_MS_MAX } from "../limits.ts";
import type { SourcePowers } from "../powers.ts";
import { RegistryError } from "./errors.ts";

/** What to prove to a registry who asks. */
export type Credentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** Exchanged for a token at the registry's token service, and sent nowhere else. */
  | { readonly kind: "identity"; readonly token: string };

/** Docker Hub's credentials are kept under an address of its first version. */
const DOCKER_HUB_KEY = "https://index.docker.io/v1/";
const HELPER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** How helpers say that they have nothing, with a code that also says that they failed. */
const NOT_FOUND = /credentials not found/;
const SECRET_CHARS_MAX = 32 * 1024;
/** Everything printable that a header carries, and a password may hold. */
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const CONTROL = /[\x00-\x1f\x7f]/;
/** How a helper names a user who has a token instead of a password. */
const TOKEN_USER = "<token>";

/**
 * The operator's credentials for a registry (`ghcr.io`, `localhost:5000`), as `docker login` left them: in
 * `credHelpers`, `credsStore` or `auths` of Docker's configuration, in this order. Undefined when there are none.
 * Throws `ERR_REGISTRY_CREDENTIALS`: what is there and cannot be read is not the same as nothing.
 */
export async function findCredentials(
  registry: string,
  powers: SourcePowers,
  files: Pick<FilePowers, "readFile">,
): Promise<Credentials | undefined> {
  const file = powers.dockerConfigFile();
  const bytes = files.readFile(file, DOCKER_CONFIG_BYTES_MAX);
  if (bytes === undefined) return undefined;
  try {
    const config = parseObject(bytes);
    const helper = helperFor(registry, config);
    return helper === undefined
      ? storedIn(objectAt(config, "auths"), registry)
      : await askHelper(helper, registry, powers);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "it cannot be read";
    const message = `There are no credentials to be had for \`${registry}\`: ${why}.`;
    throw new RegistryError("ERR_REGISTRY_CREDENTIALS", message, { place: { file }, cause });
  }
}

function helperFor(registry: string, config: Loose): string | undefined {
  const helpers = objectAt(config, "credHelpers");
  const [own] = Object.entries(helpers).filter(([key]) => registryOf(key) === registry);
  const name = own?.[1] ?? config["credsStore"] ?? "";
  if (name === "") return undefined;
  if (typeof name !== "string" || !HELPER_NAME.test(name))
    throw new Error("the credential helper's name is not one");
  return name;
}

async function askHelper(
  name: string,
  registry: string,
  powers: SourcePowers,
): Promise<Credentials | undefined> {
  const server = registry === "docker.io" ? DOCKER_HUB_KEY : registry;
  const limits = { msMax: HELPER_MS_MAX, bytesMax: HELPER_ANSWER_BYTES_MAX };
  const program = `docker-credential-${name}`;
  const { code, printed } = await powers
    .askCredentialHelper({ name, server, ...limits })
    .catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : "it failed";
      throw new Error(`${program}: ${why}`, { cause });
    });
  if (code !== 0) {
    if (NOT_FOUND.test(Buffer.from(printed).toString("latin1"))) return undefined;
    // Its words may hold a secret: only that it failed is told.
    throw new Error(`${program} ended with code ${code}`);
  }
  const { Username: username, Secret: secret } = parseObject(printed);
  return credentialsOf(username, secret);
}

function storedIn(auths: Loose, registry: string): Credentials | undefined {
  const [entry] = Object.entries(auths).filter(([key]) => registryOf(key) === registry);
  if (entry === undefined) return undefined;
  const { auth, identitytoken, username, password } = asObject(entry[1]);
  if (typeof identitytoken === "string" && identitytoken !== "")
    return credentialsOf(TOKEN_USER, identitytoken);
  if (typeof auth !== "string" || auth === "")
    return username === undefined ? undefined : credentialsOf(username, password);
  const text = Buffer.from(auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) throw new Error("`auth` is not the base64 of USER:PASSWORD");
  return credentialsOf(text.slice(0, colon), text.slice(colon + 1));
}

function credentialsOf(username: unknown, secret: unknown): Credentials {
  if (typeof username !== "string" || typeof secret !== "string" || secret === "")
    throw new Error("a name or a secret is missing");
  if ([username, secret].some((text) => text.length > SECRET_CHARS_MAX || CONTROL.test(text)))
    throw new Error("a name or a secret has characters that cannot be sent");
  if (username === TOKEN_USER) return { kind: "identity", token: secret };
  if (username.includes(":")) throw new Error("a name has a colon");
  return { kind: "password", username, password: secret };
}

/** Keys are registries, with or without a scheme. One with a path of its own is for a part of a registry, and not taken. */
function registryOf(key: string): string | undefined {
  const [, host, path = ""] = /^(?:https?:\/\/)?([^/]+)(\/.*)?$/.exec(key.toLowerCase()) ?? [];
  if (!["", "/", "/v1", "/v1/", "/v2", "/v2/"].includes(path)) return undefined;
  return host === "index.docker.io" || host === "registry-1.docker.io" ? "docker.io" : host;
}

type Loose = Readonly<Record<string, unknown>>;

function parseObject(bytes: Uint8Array): Loose {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    // Its message would quote what may be a secret.
    throw new Error("it is not JSON");
  }
  return asObject(value);
}

function objectAt(parent: Loose, key: string): Loose {
  return Object.hasOwn(parent, key) && parent[key] !== null ? asObject(parent[key]) : {};
}

function asObject(value: unknown): Loose {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("something is not an object where one belongs");
  return value as Loose;
}
