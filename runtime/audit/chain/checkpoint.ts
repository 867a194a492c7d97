import { createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import type { ChainHead, ChainLine } from "./lines.ts";

/** A line that vouches for all before it. It stands in its chain as any other, and a copy of it in a file of its own. */
export interface CheckpointLine {
  readonly kind: "checkpoint";
  readonly timestamp: string;
  readonly chain: string;
  /** Ed25519 over the text that `textOf` makes, base64. */
  readonly signature: string;
}

/** A checkpoint that was read. `seq` is its own, and `prev` the hash of the line that it vouches for. */
export interface Checkpoint extends CheckpointLine {
  readonly seq: number;
  readonly prev: string;
}

/** A checkpoint to follow `head`. */
export function signCheckpoint(head: ChainHead, key: KeyObject, timestamp: string): CheckpointLine {
  const { chain } = head;
  const text = textOf({ chain, seq: head.seq + 1, prev: head.hash, timestamp });
  const signature = sign(null, Buffer.from(text), key).toString("base64");
  return { kind: "checkpoint", timestamp, chain, signature };
}

/** Reads a checkpoint from a line. Undefined where it is none. Whether it is signed is not yet said. */
export function readCheckpoint(line: ChainLine | undefined): Checkpoint | undefined {
  if (line?.kind !== "checkpoint") return undefined;
  const { timestamp, chain, signature } = line.body;
  if (typeof timestamp !== "string" || typeof chain !== "string" || typeof signature !== "string")
    return undefined;
  return { kind: "checkpoint", timestamp, chain, signature, seq: line.seq, prev: line.prev };
}

/** Whether one of the keys has signed this checkpoint. */
export function isSignedBy(checkpoint: Checkpoint, keys: readonly KeyObject[]): boolean {
  const text = Buffer.from(textOf(checkpoint));
  const signature = Buffer.from(checkpoint.signature, "base64");
  return keys.some((key) => verify(null, text, key, signature));
}

/** A public key as segments name it: base64 of the SPKI of an Ed25519 key. Undefined for anything else. */
export function readPublicKey(text: string): KeyObject | undefined {
  try {
    const der = Buffer.from(text, "base64");
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Everything that is signed, with the purpose first: no signature made for something else can stand in for one. */
function textOf({
  chain,
  seq,
  prev,
  timestamp,
}: Pick<Checkpoint, "chain" | "seq" | "prev" | "timestamp">): string {
  return ["glovebox audit checkpoint 2", chain, seq, prev, timestamp].join("\n");
}
