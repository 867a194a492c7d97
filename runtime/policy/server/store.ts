import type { Cursor } from "../../plugin/cursor.ts";
import { readReference } from "./reference.ts";

/** Where what replicas share is kept: in this process, or in a Redis or Valkey whose URL is a secret. */
export type StoreConfiguration =
  | { readonly kind: "memory" }
  | { readonly kind: "redis"; readonly url: string };

/** `memory`, or `{ redis: REFERENCE }`. */
export function readStore(member: Cursor): StoreConfiguration {
  const { value } = member;
  if (member.isAbsent() || value === "memory") return { kind: "memory" };
  if (!member.isObject()) {
    member.problem("not a store", "Write `memory`, or { redis: env:REDIS_URL }.");
    return { kind: "memory" };
  }
  return { kind: "redis", url: readReference(member.fields(["redis"]).get("redis")) };
}
