import type { CurrentPlugin } from "extism";
import type { GuestSetting } from "@glovebox/host-api/guest";

/** Where a plugin said that something of its lies. */
export interface Place {
  readonly plugin: CurrentPlugin;
  readonly address: bigint;
  /** Undefined: as much as there is. */
  readonly lengthBytes?: bigint;
}

/** What the host functions remember during one call. Extism itself would keep the variables for as long as the instance. */
export interface CallState {
  /** The plugin is asked for its tools, before anyone granted it anything. */
  isListing: boolean;
  output: Place | undefined;
  error: Place | undefined;
  readonly variables: Map<string, Uint8Array>;
  variableBytes: number;
  httpStatus: number;
  httpHeaders: string;
}

export function makeCallState(perCall: GuestSetting["perCall"]): () => CallState {
  return perCall(() => ({
    isListing: false,
    output: undefined,
    error: undefined,
    variables: new Map<string, Uint8Array>(),
    variableBytes: 0,
    httpStatus: 0,
    httpHeaders: "{}",
  }));
}
