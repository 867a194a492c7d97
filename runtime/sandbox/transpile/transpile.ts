import { SandboxError } from "../errors.ts";
import { encodeHead, FrameDecoder, type Frame } from "../frames.ts";
import { HEADER_BYTES_MAX } from "../protocol.ts";
import type { Transpiled } from "../sandbox.ts";
import type { SealedProcess } from "../seal/sealed-process.ts";
import { TRANSPILE_LIMITS } from "./exchange.ts";

/** `\0asm`, and the version and layer that mean: a component. Without it jco would read the bytes as WAT text. */
const COMPONENT_MAGIC = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);
const MODULE_NAME = /^p\.core\d{0,4}\.wasm$/;

/**
 * Turns a hostile component into code in a sealed process of its own, which is gone when this returns.
 * Throws `ERR_TRANSPILE_LIMIT` when it takes too much time, memory or output, and `ERR_TRANSPILE_FAILED` otherwise.
 */
export async function transpileSealed(
  spawn: () => SealedProcess,
  component: Uint8Array,
  durationMsMax: number = TRANSPILE_LIMITS.durationMsMax,
): Promise<Transpiled> {
  if (!COMPONENT_MAGIC.equals(component.subarray(0, COMPONENT_MAGIC.length)))
    throw failed("the bytes are no component");
  if (component.length > TRANSPILE_LIMITS.componentBytesMax)
    throw limit(`a component of ${component.length} bytes`);
  const process = spawn();
  process.watch(true);
  const answer = Promise.withResolvers<Transpiled>();
  const timer = setTimeout(
    () => answer.reject(limit(`no answer within ${durationMsMax} ms`)),
    durationMsMax,
  );
  void process.exited.then(({ reason, code, signal }) => {
    const how = `the transpile process ended (${signal ?? `code ${code}`})`;
    return answer.reject(reason === "memory" ? limit(how) : failed(how));
  });
  receiveOne(process, answer);
  process.channel.write(encodeHead({ t: "transpile" }, component.length));
  process.channel.write(component);
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    process.kill();
    process.channel.destroy();
    await process.exited;
  }
}

function receiveOne(process: SealedProcess, answer: PromiseWithResolvers<Transpiled>): void {
  const caps = { headerBytesMax: HEADER_BYTES_MAX, bodyBytesMax: TRANSPILE_LIMITS.outputBytesMax };
  const decoder = new FrameDecoder(caps);
  // A broken pipe means that the process is gone: its exit says why.
  process.channel.on("error", () => {});
  process.channel.on("data", (chunk: Buffer) => {
    let frames: readonly Frame[];
    try {
      frames = [...decoder.push(chunk)];
    } catch (error) {
      return answer.reject(limit((error as Error).message));
    }
    const frame = frames[0];
    if (frame === undefined) return undefined;
    try {
      return answer.resolve(parseTranspiled(frame));
    } catch (error) {
      return answer.reject(error);
    }
  });
}

/** Every byte is held for the component's own: it ran through a program that it may have taken over. */
function parseTranspiled({ header, body }: Frame): Transpiled {
  const message = parseObject(header);
  const { text } = message;
  if (message["t"] === "failed" && typeof text === "string") {
    throw failed(`the component is refused by jco: ${plainWords(text)}`);
  }
  const { scriptBytes, modules } = message;
  if (message["t"] !== "transpiled" || !isLength(scriptBytes) || !Array.isArray(modules))
    throw garbled();
  if (scriptBytes > TRANSPILE_LIMITS.scriptBytesMax)
    throw limit(`a script of ${scriptBytes} bytes`);
  if (modules.length > TRANSPILE_LIMITS.modulesMax) throw limit(`${modules.length} core modules`);
  let offset = scriptBytes;
  const cut: { name: string; bytes: Uint8Array }[] = [];
  for (const entry of modules as unknown[]) {
    const [name, bytes] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof name !== "string" || !MODULE_NAME.test(name) || !isLength(bytes)) throw garbled();
    if (cut.some((other) => other.name === name)) throw garbled();
    cut.push({ name, bytes: body.subarray(offset, offset + bytes) });
    offset += bytes;
  }
  if (offset !== body.length) throw garbled();
  const { fresh } = message;
  if (fresh !== undefined && typeof fresh !== "string") throw garbled();
  return {
    script: body.subarray(0, scriptBytes),
    modules: cut,
    ...(fresh === undefined ? {} : { fresh: plainWords(fresh) }),
  };
}

function plainWords(text: string): string {
  return text.slice(0, 300).replace(/[^ -~]+/g, " ");
}

function parseObject(header: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(header.toString());
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through to the same refusal.
  }
  throw garbled();
}

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function limit(what: string): SandboxError {
  return new SandboxError("ERR_TRANSPILE_LIMIT", what);
}

function failed(what: string): SandboxError {
  return new SandboxError("ERR_TRANSPILE_FAILED", what);
}

function garbled(): SandboxError {
  return failed("the transpile process answered nonsense");
}
