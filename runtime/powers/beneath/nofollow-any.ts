import { constants, fstatSync, openSync } from "node:fs";
import type { Mechanism } from "./mechanism.ts";

/** From sys/fcntl.h of macOS 11 and later: no link in any place of the path. */
const O_NOFOLLOW_ANY = 0x20000000;

/**
 * macOS: has neither `O_PATH` nor a /proc, but `O_NOFOLLOW_ANY`, and names an object as `/.vol/DEVICE/INODE`.
 * Best effort, debt("GB-005"): pinning opens, so a device in the folder would feel it, and the
 * kernel turns `/.vol` back into a path, which leaves a moment in which a parent may be renamed.
 */
export const nofollowAny: Mechanism = {
  name: "nofollow-any",
  openFlags: O_NOFOLLOW_ANY,
  pinRoot: (folder) =>
    openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW),
  pin: (from, names) =>
    openSync(
      `${placeInVolume(from)}/${names.join("/")}`,
      constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | O_NOFOLLOW_ANY,
    ),
  place: placeInVolume,
};

function placeInVolume(descriptor: number): string {
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  return `/.vol/${dev}/${ino}`;
}
