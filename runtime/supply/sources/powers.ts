import type { Powers } from "@glovebox/host-api/powers";

/** What fetching and publishing need of the machine. `runtime/powers` implements it. */
export interface SourcePowers extends Pick<Powers, "resolveHost" | "sendHttp"> {
  /** Where the operator's Docker configuration would be: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
  dockerConfigFile(): string;
  /**
   * Asks `docker-credential-NAME get` for one server's credentials, and answers how it ended. No shell is involved.
   * Throws when there is no such program, when it is killed, takes longer than `msMax` or prints more than `bytesMax`.
   */
  askCredentialHelper(request: HelperRequest): Promise<HelperAnswer>;
}

export interface HelperAnswer {
  readonly code: number;
  readonly printed: Uint8Array;
}

export interface HelperRequest {
  /** Letters, digits, `-` and `_`: it becomes part of a program's name. */
  readonly name: string;
  readonly server: string;
  readonly msMax: number;
  readonly bytesMax: number;
}
