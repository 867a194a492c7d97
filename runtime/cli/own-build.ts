import path from "node:path";
import { GloveboxError, Refusals } from "../errors.ts";
import type { FilePowers } from "../supply/file-powers.ts";
import { shownPath } from "./show/shown-path.ts";

/** What is said of a package that was built again, with the signature of the build before beside it. */
const OLD_SIGNATURE: ReadonlySet<string> = new Set([
  "ERR_SIGNATURE_OTHER_COMPONENT",
  "ERR_SIGNATURE_OTHER_SURFACE",
  "ERR_SIGNATURE_OTHER_MANIFEST",
]);

/** Tells who builds a plugin here to sign it again: there is nobody else from whom to fetch it. */
export function adviseAuthor(error: unknown, files: Pick<FilePowers, "kindOf">): void {
  for (const reason of error instanceof Refusals ? error.reasons : [error]) {
    if (!(reason instanceof GloveboxError)) continue;
    const { file } = reason.place ?? {};
    if (file === undefined || !isBuiltHere(file, files)) continue;
    const isComponent = file.endsWith(".wasm");
    if (isComponent && reason.code === "ERR_SOURCE_BARE") reason.advise(`Use: ${packFirst(file)}.`);
    if (OLD_SIGNATURE.has(reason.code))
      reason.advise(
        `If you built this yourself, sign it again: ${isComponent ? packFirst(file) : `\`glovebox sign ${shownPath(file)} --key FILE\``}. If not, do not use it, and fetch it again from its author.`,
      );
  }
}

/** A component that lists its own tools is signed with its manifest, as one package. */
function packFirst(component: string): string {
  const folder = shownPath(path.dirname(path.dirname(component)));
  return `\`glovebox pack ${folder}\`, then sign the \`.tgz\` that it names`;
}

/** Whether a package lies where `glovebox pack` puts it, beside the sources that it is made from. */
function isBuiltHere(file: string, files: Pick<FilePowers, "kindOf">): boolean {
  const folder = path.dirname(path.dirname(file));
  return (
    path.basename(path.dirname(file)) === "dist" &&
    files.kindOf(path.join(folder, "plugin.json")) === "file" &&
    files.kindOf(path.join(folder, "src")) === "folder"
  );
}
