import { joinBytes } from "../bytes.ts";
import { HostError } from "../errors.ts";
import type { HttpPowerBody } from "../powers.ts";
import { REQUEST_BYTES_MAX } from "./limits.ts";

/**
 * A request's body, sent while it is still being written. All of it is kept, since a redirect may ask for it again; its
 * limit is what bounds that.
 */
export class RequestBody {
  readonly #chunks: Uint8Array[] = [];
  /** What the guest announced as `content-length`. */
  readonly #lengthBytes: number | undefined;
  #sizeBytes = 0;
  #isFinished = false;
  #isAbandoned = false;
  #changed = Promise.withResolvers<void>();

  constructor(lengthBytes?: number) {
    if (lengthBytes !== undefined && lengthBytes > REQUEST_BYTES_MAX)
      throw new HostError("too-large", "the announced body is too large");
    this.#lengthBytes = lengthBytes;
  }

  static whole(bytes: Uint8Array): RequestBody {
    const body = new RequestBody();
    body.write(bytes);
    body.finish();
    return body;
  }

  /** Throws `HostError`: `too-large`, or `invalid-argument` after the end. */
  write(bytes: Uint8Array): void {
    if (this.#isFinished) throw new HostError("invalid-argument", "the body is finished");
    const sizeBytes = this.#sizeBytes + bytes.length;
    if (sizeBytes > Math.min(REQUEST_BYTES_MAX, this.#lengthBytes ?? REQUEST_BYTES_MAX))
      throw new HostError("too-large", "the request's body is too large");
    if (bytes.length === 0) return;
    // A copy: the frame that it came in belongs to the channel.
    this.#chunks.push(bytes.slice());
    this.#sizeBytes = sizeBytes;
    this.#wake();
  }

  /** Throws `HostError` `invalid-argument` when the body is not as long as was announced: half a body must not look whole. */
  finish(): void {
    if (this.#lengthBytes !== undefined && this.#lengthBytes !== this.#sizeBytes)
      throw new HostError("invalid-argument", "the body is shorter than was announced");
    this.#isFinished = true;
    this.#wake();
  }

  /** Ends every transfer that still waits for more, as a failure. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#wake();
  }

  /** For one hop. A body that is whole already goes out as one piece, with its length. */
  content(): HttpPowerBody | undefined {
    if (!this.#isFinished) return { chunks: this.#transfer(), lengthBytes: this.#lengthBytes };
    if (this.#sizeBytes === 0) return undefined;
    return { bytes: joinBytes(this.#chunks) };
  }

  async *#transfer(): AsyncGenerator<Uint8Array> {
    for (let next = 0; ;) {
      const chunk = this.#chunks[next];
      if (this.#isAbandoned) throw new HostError("unreachable", "the body was never finished");
      if (chunk !== undefined) {
        next += 1;
        yield chunk;
      } else if (this.#isFinished) return;
      else await this.#changed.promise;
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
