import fs from "node:fs";
import path from "node:path";

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * Where compiled code may be kept, made when it is missing. Such code is run as it is: so the folder is below the user's own,
 * never below the working folder, and nowhere that another user may write. Undefined when there is none, as in containers.
 */
export function findCodeFolder(environment: NodeJS.ProcessEnv): string | undefined {
  const { XDG_CACHE_HOME, LOCALAPPDATA, HOME } = environment;
  const home = HOME ? path.join(HOME, ".cache") : undefined;
  const base = [XDG_CACHE_HOME, LOCALAPPDATA, home].find(
    (place) => place && path.isAbsolute(place),
  );
  if (!base) return undefined;
  try {
    const folders = [base, path.join(base, "glovebox"), path.join(base, "glovebox", "code")];
    // One by one: Node's `recursive` never ends in some folders, /proc among them.
    for (const folder of folders) if (!fs.existsSync(folder)) fs.mkdirSync(folder, { mode: 0o700 });
    const real = fs.realpathSync(folders[2]!);
    return isOurs(real, false) ? real : undefined;
  } catch {
    return undefined;
  }
}

/** Whether no other user can put something into the folder, or another one in its place or in that of a folder above it. */
function isOurs(folder: string, isAbove: boolean): boolean {
  // Windows has no modes; its profile folders are private by themselves.
  if (process.getuid === undefined) return true;
  const { uid, mode } = fs.statSync(folder);
  const isPrivate = (mode & WRITABLE_BY_OTHERS) === 0 || (isAbove && (mode & STICKY) !== 0);
  if (!isPrivate || ![process.getuid(), 0].includes(uid)) return false;
  const above = path.dirname(folder);
  return above === folder || isOurs(above, true);
}
