/**
 * Ends the call with an error that the client reads. Thrown through the plugin's own frames, so its instance serves no other
 * call. Nothing in it is the plugin's word or the host's secret.
 */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
  readonly code: "PERMISSION_DENIED" | "UNAVAILABLE" | "FAILED";
  constructor(code: ToolFailure["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The plugin wanted more of the host's memory than it may have. */
export class KernelFull extends Error {
  override readonly name = "KernelFull";
}
