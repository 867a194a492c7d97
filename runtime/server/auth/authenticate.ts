import type { Principal } from "../../policy/principal.ts";
import type { Challenge } from "./challenge.ts";

/** What is known of one HTTP request before anything of its body is read. All of it but the address is the client's word. */
export interface RequestFacts {
  readonly method: string;
  /** The request target as it came: path and query. */
  readonly url: string;
  /** Names and values in turn, as Node keeps them: what is there twice must be seen twice. */
  readonly rawHeaders: readonly string[];
  readonly remoteAddress: string | undefined;
  /** The client's certificate, where TLS ends here and the client showed one. Asked for only where it matters. */
  readonly peer?: () => PeerCertificate | undefined;
}

/** A certificate whose private key the client has shown to hold, in this TLS connection. */
export interface PeerCertificate {
  /** Whether `client_ca` issued it and it is valid now. Without that it proves a key and no name. */
  readonly authorized: boolean;
  /** DER. */
  readonly raw: Uint8Array;
  /** As Node's `getPeerCertificate` has it: an array where a name stands more than once. */
  readonly subject: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `DNS:a.example, URI:spiffe://…`, with JSON strings where a name could be mistaken for two. */
  readonly subjectAltName: string | undefined;
}

export type AuthOutcome =
  | { readonly principal: Principal; readonly challenge?: undefined }
  | { readonly challenge: Challenge; readonly principal?: undefined };

/**
 * Says whose each request is. It answers at once where it can, and never throws: what cannot be checked is refused.
 * One for a server; `refuseScopes` makes the 403 for a principal who lacks some of `needed`.
 */
export interface Authenticator {
  authenticate(facts: RequestFacts): AuthOutcome | Promise<AuthOutcome>;
  refuseScopes(needed: readonly string[]): Challenge;
  /** Documents that anybody may read, by path: the metadata of RFC 9728. */
  readonly documents: ReadonlyMap<string, string>;
  close(): void;
}

/** What the operator should hear of, once each time that it begins. It holds nothing of a request. */
export type NoteTrouble = (message: string) => void;
