import { Buffer } from "node:buffer";
import { GuestExit } from "@glovebox/host-api/guest";
import type { JsonValue } from "@glovebox/host-api/json";
import type { CallMessage, ResultMessage } from "../protocol.ts";
import type { GuestExports } from "./component.ts";
import { reviveValue, writeEnded, writePart } from "./typed-values.ts";

export interface Ended {
  readonly message: ResultMessage;
  readonly body?: Uint8Array;
  /** The guest did not come to its end, though there is an answer: its instance serves no other call. */
  readonly unwound?: true;
}

/** Calls one export of a fresh instance and says how it ended. Never throws. */
export function runExport(instance: GuestExports, call: CallMessage): Ended {
  const { id } = call;
  if (call.typed) return runTyped(instance, call);
  try {
    const value = findExport(instance, call.export)(...call.args);
    // A string travels as bytes: it is most of what plugins answer, and needs no escaping there.
    if (typeof value === "string")
      return { message: { t: "result", id }, body: Buffer.from(value) };
    return { message: { t: "result", id, value: toJson(value) } };
  } catch (error) {
    if (isWitError(error)) return { message: { t: "result", id, err: toJson(error.payload) } };
    return { message: { t: "result", id, trap: classify(error) } };
  }
}

/**
 * The same with values of the component's own types. However the function ended, that travels as bytes:
 * its size is bounded by what a call may answer, and not by what fits a header.
 * A program that exits with success has come to its end.
 */
function runTyped(instance: GuestExports, { id, args, export: path }: CallMessage): Ended {
  try {
    const value = findExport(instance, path)(...args.map(reviveValue));
    return { message: { t: "result", id }, body: writeEnded({ ok: value }) };
  } catch (error) {
    if (isWitError(error))
      return { message: { t: "result", id }, body: writeEnded({ err: error.payload }) };
    if (error instanceof GuestExit && error.status === 0)
      return { message: { t: "result", id }, body: writeEnded({ exit: 0 }), unwound: true };
    return { message: { t: "result", id, trap: classify(error) } };
  }
}

function findExport(
  instance: GuestExports,
  path: readonly string[],
): (...args: readonly unknown[]) => unknown {
  let found: unknown = instance;
  for (const name of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name))
      throw new Error("no such export");
    found = (found as GuestExports)[name];
  }
  if (typeof found !== "function") throw new Error("no such export");
  return found as (...args: readonly unknown[]) => unknown;
}

/** jco throws the `err` of a WIT `result` wrapped in an error with a `payload`. */
function isWitError(error: unknown): error is { readonly payload: unknown } {
  return error instanceof Error && Object.hasOwn(error, "payload");
}

function classify(error: unknown): NonNullable<ResultMessage["trap"]> {
  if (!(error instanceof Error)) return "error";
  if (error instanceof GuestExit) return "exit";
  if (error instanceof RangeError)
    return error.message.startsWith("Maximum call stack") ? "stack" : "memory";
  return error instanceof WebAssembly.RuntimeError ? "trap" : "error";
}

/** Lifted values as JSON: 64-bit integers as decimal strings, lists of numbers as plain lists, nothing as null. */
function toJson(value: unknown): JsonValue {
  const text = JSON.stringify(value, writePart) as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as JsonValue);
}
