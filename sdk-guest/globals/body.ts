import { TextDecoder, TextEncoder } from "./encoding.ts";
import { URLSearchParams } from "./url/search-params.ts";

export type BodyLike = string | ArrayBuffer | ArrayBufferView | URLSearchParams | undefined | null;

/** Bytes of what was given as a body, and the content type it implies. */
export function readBody(body: BodyLike): {
  readonly bytes: Uint8Array | undefined;
  readonly type?: string;
} {
  if (body === undefined || body === null) return { bytes: undefined };
  if (body instanceof ArrayBuffer) return { bytes: new Uint8Array(body.slice(0)) };
  if (ArrayBuffer.isView(body)) {
    return { bytes: new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice() };
  }
  const type =
    body instanceof URLSearchParams
      ? "application/x-www-form-urlencoded;charset=UTF-8"
      : "text/plain;charset=UTF-8";
  return { bytes: new TextEncoder().encode(String(body)), type };
}

/** What `Request` and `Response` share. The bytes are here already, so there is no stream: `body` is for `null` tests. */
export class Body {
  #bytes: Uint8Array | undefined;
  #used = false;
  constructor(bytes: Uint8Array | undefined) {
    this.#bytes = bytes;
  }
  get bodyUsed(): boolean {
    return this.#used;
  }
  /** The bytes, once. */
  protected take(): Uint8Array {
    if (this.#used) throw new TypeError("The body was read already");
    this.#used = this.#bytes !== undefined;
    return this.#bytes ?? new Uint8Array(0);
  }
  /** The bytes for a copy of this object. */
  protected share(): Uint8Array | undefined {
    if (this.#used) throw new TypeError("The body was read already");
    return this.#bytes?.slice();
  }
  protected get hasBody(): boolean {
    return this.#bytes !== undefined;
  }
  async bytes(): Promise<Uint8Array> {
    return this.take();
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.take()).buffer;
  }
  async text(): Promise<string> {
    return new TextDecoder().decode(this.take());
  }
  async json(): Promise<unknown> {
    return JSON.parse(new TextDecoder().decode(this.take()));
  }
}
