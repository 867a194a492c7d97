import { currentHost, type Listing } from "../host/host.ts";

/** Says that what clients may have read has changed. Needs no capability; the host tells them, and not too often. */
export const notify = {
  listChanged(listing: Listing): void {
    currentHost().listChanged(listing);
  },
  resourceUpdated(uri: string): void {
    currentHost().resourceUpdated(uri);
  },
} as const;
