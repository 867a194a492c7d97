import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import { AuthError } from "./errors.ts";
import type { PublicKeys } from "./issuer-documents.ts";
import type { NoteTrouble } from "./powers.ts";

/** Keys are fetched again after this long, while those that are there still count. */
const FRESH_MS_MAX = 10 * 60_000;
/** Keys that could not be fetched again for this long count no more: one of them may have been withdrawn. */
const STALE_MS_MAX = 60 * 60_000;
/** A token with an unknown key may mean a new one. Whoever makes such tokens up has us ask no more often than this. */
const COOLDOWN_MS = 30_000;

export interface IssuerKeysSetting {
  readonly fetch: () => Promise<PublicKeys>;
  readonly noteTrouble: NoteTrouble;
  readonly nowMs: () => number;
  /** Tokens that were verified with keys which are there no more must be verified again. */
  readonly onChanged: () => void;
}

/** The keys cannot be had now: the token may be good. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

/** The public keys of the issuer, fetched when they are needed, by one request at a time. */
export class IssuerKeys {
  readonly #setting: IssuerKeysSetting;
  #current: { text: string; find: JWTVerifyGetKey; fetchedMs: number } | undefined;
  #triedMs = -Infinity;
  #fetching: Promise<void> | undefined;
  #hasTrouble = false;

  constructor(setting: IssuerKeysSetting) {
    this.#setting = setting;
  }

  /** The key that a token's header means. Throws `KeysUnavailable`, or jose's errors where no key or several fit. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const now = this.#setting.nowMs();
    const age = now - (this.#current?.fetchedMs ?? -Infinity);
    if (age > STALE_MS_MAX) await this.#refresh();
    else if (age > FRESH_MS_MAX) void this.#refresh();
    const known = this.#usable();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#refresh();
      return this.#usable()(header, token);
    }
  };

  #usable(): JWTVerifyGetKey {
    const { nowMs } = this.#setting;
    if (this.#current === undefined || nowMs() - this.#current.fetchedMs > STALE_MS_MAX)
      throw new KeysUnavailable("the issuer's keys cannot be had");
    return this.#current.find;
  }

  /** Never throws: who needs a key finds out whether there is one. */
  async #refresh(): Promise<void> {
    const { nowMs } = this.#setting;
    if (this.#fetching === undefined && nowMs() - this.#triedMs < COOLDOWN_MS) return;
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
    await this.#fetching;
  }

  async #fetch(): Promise<void> {
    const { fetch, noteTrouble, nowMs, onChanged } = this.#setting;
    this.#triedMs = nowMs();
    try {
      const keys = await fetch();
      const text = JSON.stringify(keys);
      if (this.#current !== undefined && this.#current.text !== text) onChanged();
      const find = createLocalJWKSet({ keys: keys.keys.map((key) => ({ ...key }) as never) });
      this.#current = { text, find, fetchedMs: nowMs() };
      if (this.#hasTrouble) noteTrouble("the issuer's keys can be fetched again");
      this.#hasTrouble = false;
    } catch (error) {
      const why = error instanceof AuthError ? error.message : "an unforeseen failure";
      if (!this.#hasTrouble) noteTrouble(`the issuer's keys cannot be fetched: ${why}`);
      this.#hasTrouble = true;
    }
  }
}
