import { BUILD_ERRORS, BuildError, type BuildErrorCode } from "@glovebox/sdk/build/errors";
import path from "node:path";
import { EXIT, GloveboxError, type ErrorRow } from "../errors.ts";

/** The build's errors as the command line reports them. The SDK stands alone, so its own class knows no exit codes. */
export const BUILD_FAILURES: Readonly<Record<BuildErrorCode, ErrorRow>> = {
  ERR_BUILD_MANIFEST: { ...BUILD_ERRORS.ERR_BUILD_MANIFEST, fault: "user", exit: EXIT.wrongUsage },
  ERR_BUILD_TOOLS: { ...BUILD_ERRORS.ERR_BUILD_TOOLS, fault: "user", exit: EXIT.wrongUsage },
  ERR_BUILD_SOURCE: { ...BUILD_ERRORS.ERR_BUILD_SOURCE, fault: "user", exit: EXIT.wrongUsage },
  ERR_BUILD_LOAD: { ...BUILD_ERRORS.ERR_BUILD_LOAD, fault: "user", exit: EXIT.wrongUsage },
  ERR_BUILD_ENGINE: { ...BUILD_ERRORS.ERR_BUILD_ENGINE, fault: "system", exit: EXIT.failed },
};

/** A build that failed, with its place as the operator would name it. */
export class BuildFailure extends GloveboxError<BuildErrorCode> {
  constructor(error: BuildError, folder: string) {
    const place = error.place && { place: { ...error.place, file: path.join(folder, error.place.file) } };
    super(error.code, BUILD_FAILURES[error.code], error.message, { remedy: error.remedy, cause: error, ...place });
  }
}

/** What the build threw, as this program's own error where it is one of the build's. To be thrown on. */
export function fromBuild(thrown: unknown, folder: string): unknown {
  return thrown instanceof BuildError ? new BuildFailure(thrown, folder) : thrown;
}
