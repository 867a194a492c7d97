import type { AddressInfo } from "node:net";

/** Tells the parent where this server listens, and answers, whenever it is asked, how much memory is in use after a collection. */
export function announce(address: AddressInfo | string | null, keys: readonly string[] = []): void {
  if (address === null || typeof address === "string") throw new Error("not listening");
  process.on("message", () => {
    globalThis.gc?.();
    process.send?.({ heapUsed: process.memoryUsage().heapUsed });
  });
  process.on("disconnect", () => process.exit());
  process.send?.({ port: address.port, keys });
}
