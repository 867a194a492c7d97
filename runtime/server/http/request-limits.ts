import type { Principal } from "../../policy/principal.ts";

/** Seconds after which a request may come again; undefined lets it in. */
export type RequestAdmission = number | undefined;

/** Counts HTTP requests, whatever is in them. Each answers at once where it can. */
export interface RequestLimits {
  /** Before anything is known of who asks: whether too much from this address was refused lately. */
  admitAddress(address: string): RequestAdmission | Promise<RequestAdmission>;
  admitPrincipal(principal: Principal): RequestAdmission | Promise<RequestAdmission>;
  /** A request from this address was not let in. */
  noteRefused(address: string): void;
}

export const NO_REQUEST_LIMITS: RequestLimits = {
  admitAddress: () => undefined,
  admitPrincipal: () => undefined,
  noteRefused: () => undefined,
};
