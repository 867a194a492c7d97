import type { BeneathFile, BeneathStat } from "../powers.ts";
import type { Ledger } from "./ledger.ts";

/** One open file whose growth is paid for before it happens. Offsets and sizes are checked integers. */
export class MeteredFile {
  readonly #file: BeneathFile;
  readonly #ledger: Ledger;
  readonly #onClose: () => void;
  #open = true;

  constructor(file: BeneathFile, ledger: Ledger, onClose: () => void) {
    this.#file = file;
    this.#ledger = ledger;
    this.#onClose = onClose;
  }

  stat(): BeneathStat {
    return this.#file.stat();
  }

  read(offsetBytes: number, lengthBytes: number): Uint8Array {
    return this.#file.read(offsetBytes, lengthBytes);
  }

  /** Answers how many bytes the disk took. A gap before `offsetBytes` costs as much as bytes do. */
  write(offsetBytes: number, bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const { sizeBytes } = this.#file.stat();
    const growthTo = (endBytes: number) => Math.max(0, endBytes - sizeBytes);
    const growth = growthTo(offsetBytes + bytes.length);
    const written = this.#ledger.spend({ bytes: growth, files: 0 }, () =>
      this.#file.write(offsetBytes, bytes),
    );
    this.#ledger.release({ bytes: growth - growthTo(offsetBytes + written), files: 0 });
    return written;
  }

  setSize(sizeBytes: number): void {
    const before = this.#file.stat().sizeBytes;
    const growth = Math.max(0, sizeBytes - before);
    this.#ledger.spend({ bytes: growth, files: 0 }, () => this.#file.setSize(sizeBytes));
    this.#ledger.release({ bytes: Math.max(0, before - sizeBytes), files: 0 });
  }

  setTimes(accessedMs: number, modifiedMs: number): void {
    this.#file.setTimes(accessedMs, modifiedMs);
  }

  async sync(): Promise<void> {
    await this.#file.sync();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#file.close();
    this.#onClose();
  }
}
