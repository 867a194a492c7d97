import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { ClientError } from "../../answer.ts";
import type { Caller } from "../../call.ts";
import type { AskableClient, GivenInputs, InputRequest } from "../../inputs.ts";
import type { Principal } from "../../policy/principal.ts";
import { StoreError } from "../store/errors.ts";

/** Everything that any replica needs to run a task, to answer for it, and to know whose it is. */
export interface TaskRecord {
  readonly taskId: string;
  readonly caller: Caller;
  readonly tool: string;
  /** Digest of the component that was called. Another one is another tool, whatever its name. */
  readonly component: string;
  /** Null when they are no longer needed. */
  readonly arguments: JsonValue;
  readonly given?: GivenInputs;
  /** How often the client was asked. */
  readonly round: number;
  /** How often it was put back because there was no room to begin. */
  readonly putBack: number;
  /** By the clocks of replicas: shown to clients, and decides nothing. */
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly message?: string;
  readonly state: TaskState;
}

export type TaskState =
  /** Accepted and not begun: any replica may. */
  | { readonly kind: "waiting" }
  /** Begun, once, by the replica that owns it. Nobody ever begins it again. */
  | { readonly kind: "running"; readonly owner: string }
  /** Ended by asking. The requests that are answered are among the answers, by the same keys. */
  | {
      readonly kind: "asking";
      readonly requests: Readonly<Record<string, InputRequest>>;
      readonly answers: Readonly<Record<string, JsonObject>>;
      readonly state: JsonObject;
    }
  | { readonly kind: "completed"; readonly result: JsonObject }
  | { readonly kind: "failed"; readonly error: ClientError }
  | { readonly kind: "cancelled" };

const ENDED: ReadonlySet<TaskState["kind"]> = new Set(["completed", "failed", "cancelled"]);

export function isEnded({ state }: TaskRecord): boolean {
  return ENDED.has(state.kind);
}

/** A set has no JSON of its own. */
export function writeRecord(record: TaskRecord): string {
  const { principal } = record.caller;
  const scopes = principal.scopes && [...principal.scopes];
  const caller = { ...record.caller, principal: { ...principal, scopes } };
  return JSON.stringify({ ...record, caller });
}

/**
 * Reads a record of the store. Where the store is shared it was sealed, so that only replicas can have written it; what
 * is no record is refused all the same: another version may have written it.
 * Throws `ERR_STORE_VALUE`.
 */
export function parseRecord(text: string): TaskRecord {
  const value = parseJson(text);
  const caller = isJsonObject(value) ? value["caller"] : undefined;
  const principal = isJsonObject(caller) ? caller["principal"] : undefined;
  if (
    !isJsonObject(value) ||
    !isJsonObject(caller) ||
    !isJsonObject(principal) ||
    !isJsonObject(caller["can"]) ||
    !hasTexts(value, ["taskId", "tool", "component"]) ||
    !hasTexts(principal, ["via", "tenant", "id"]) ||
    !hasTexts(caller, ["conversation"]) ||
    !hasCounts(value, ["round", "putBack", "createdMs", "updatedMs"]) ||
    !isState(value["state"])
  )
    throw broken();
  const { scopes, ...who } = principal;
  if (scopes !== undefined && !isTexts(scopes)) throw broken();
  return {
    ...(value as unknown as TaskRecord),
    caller: {
      conversation: caller["conversation"] as string,
      can: caller["can"] as unknown as AskableClient,
      principal: {
        ...(who as unknown as Principal),
        ...(scopes === undefined ? {} : { scopes: new Set(scopes) }),
      },
    },
  };
}

function isState(value: JsonValue | undefined): boolean {
  if (!isJsonObject(value)) return false;
  switch (value["kind"]) {
    case "waiting":
    case "cancelled":
      return true;
    case "running":
      return hasTexts(value, ["owner"]);
    case "asking":
      return ["requests", "answers", "state"].every((key) => isJsonObject(value[key]));
    case "completed":
      return isJsonObject(value["result"]);
    case "failed":
      return isJsonObject(value["error"]) && hasTexts(value["error"], ["error_code", "message"]);
    default:
      return false;
  }
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw broken();
  }
}

function hasTexts(value: JsonObject, keys: readonly string[]): boolean {
  return keys.every((key) => typeof value[key] === "string");
}

function hasCounts(value: JsonObject, keys: readonly string[]): boolean {
  return keys.every((key) => Number.isSafeInteger(value[key]));
}

function isTexts(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function broken(): StoreError {
  return new StoreError("ERR_STORE_VALUE", "In the shared store a task is not of its shape.");
}
