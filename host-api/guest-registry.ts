import { makeAskImports } from "./ask/guest.ts";
import { CallStates } from "./call-states.ts";
import { makeCallImports } from "./call/guest.ts";
import { makeCliImports } from "./cli/guest.ts";
import { makeClockImports } from "./clock/guest.ts";
import { makeEnvImports } from "./env/guest.ts";
import type { GuestSetting, MakeGuestImports } from "./guest.ts";
import { makeFilesystemImports } from "./filesystem/guest.ts";
import { makeHttpImports } from "./http/guest.ts";
import { makeIoImports } from "./io/guest.ts";
import { makeKvImports } from "./kv/guest.ts";
import { makeLogImports } from "./log/guest.ts";
import { makeNotifyImports } from "./notify/guest.ts";
import { makeRandomImports } from "./random/guest.ts";
import { makeSocketsImports } from "./sockets/guest.ts";

/** Everything a component can import. What is not here does not link. */
const MAKERS: readonly MakeGuestImports[] = [
  makeIoImports,
  makeCliImports,
  makeSocketsImports,
  makeCallImports,
  makeLogImports,
  makeNotifyImports,
  makeAskImports,
  makeFilesystemImports,
  makeHttpImports,
  makeKvImports,
  makeEnvImports,
  makeClockImports,
  makeRandomImports,
];

/**
 * The import object for one fresh instance.
 * Keys have no version: jco's generated code reads `imports["wasi:io/poll"]` whichever 0.2.x the component names,
 * also when it names several. A test holds this, because it differs between jco's front ends.
 */
export function makeImports(setting: GuestSetting): Record<string, Record<string, unknown>> {
  const imports: Record<string, Record<string, unknown>> = {};
  for (const make of MAKERS) Object.assign(imports, make(setting));
  return imports;
}

const nobody = new CallStates();

/** Interfaces that link, without version. Who admits a component must also check versions and types. */
export const KNOWN_INTERFACES: readonly string[] = Object.keys(
  makeImports({
    channel: {
      call() {
        throw new Error("no call is running");
      },
    },
    note: () => {},
    granted: new Set(),
    call: { context: null },
    perCall: nobody.perCall,
    hold: nobody.hold,
  }),
).toSorted();
