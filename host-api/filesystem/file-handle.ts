import { GuestRefusal, type GuestChannel } from "../guest.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { CHUNK_BYTES_MAX } from "./limits.ts";

/**
 * A broker's handle on the guest's side, shared by a descriptor and its streams: the last of them closes it.
 * Refusals pass as `GuestRefusal`.
 */
export class FileHandle {
  readonly #channel: GuestChannel;
  readonly #handle: number;
  #users = 1;

  constructor(channel: GuestChannel, handle: number) {
    this.#channel = channel;
    this.#handle = handle;
  }

  /** Calls an operation that takes the handle first. */
  call(operation: string, ...args: readonly (number | string | null)[]) {
    return this.#channel.call(`filesystem.${operation}`, [this.#handle, ...args]);
  }

  read(offset: number, length: number): Uint8Array {
    return this.call("read", offset, Math.min(length, CHUNK_BYTES_MAX)).body;
  }

  /** Writes what one operation takes, and answers how much that was. */
  write(offset: number | "end", bytes: Uint8Array): number {
    const chunk = bytes.subarray(0, CHUNK_BYTES_MAX);
    return Number(this.#channel.call("filesystem.write", [this.#handle, offset], chunk).value);
  }

  readStream(start: number): InputStream {
    let offset = start;
    this.#users += 1;
    return new InputStream({
      read: (lengthBytesMax) => {
        const bytes = this.read(offset, lengthBytesMax);
        offset += bytes.length;
        return bytes.length === 0 ? undefined : bytes;
      },
      close: () => this.release(),
    });
  }

  /** A stream that writes from `start` on, or always at the end. */
  writeStream(start: number | "end"): OutputStream {
    let offset = start;
    this.#users += 1;
    return new OutputStream({
      write: (bytes) => {
        for (let done = 0; done < bytes.length;) {
          const written = this.write(offset, bytes.subarray(done));
          if (written === 0) throw new GuestRefusal("quota-exceeded");
          done += written;
          if (offset !== "end") offset += written;
        }
      },
      close: () => this.release(),
    });
  }

  release(): void {
    this.#users -= 1;
    if (this.#users === 0) this.call("close");
  }
}
