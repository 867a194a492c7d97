import type { ConsideredCall } from "../call.ts";
import { digestOf } from "../plugin/canonical.ts";

/**
 * Names one call whoever makes it again: the same principal, in the same profile, with the same tool of the same component and
 * exactly the same arguments. 64 hex digits, so that nobody finds two calls with one name.
 */
export function approvalId(
  profile: string | undefined,
  { caller, callable, argumentsDigest }: ConsideredCall,
): string {
  const { exposedName, plugin } = callable;
  const facts = [
    profile ?? "",
    caller.principal.id,
    exposedName,
    plugin.component,
    argumentsDigest,
  ];
  return digestOf(["glovebox approval", ...facts]).slice("sha256:".length);
}

/** The first call of a tool in a conversation, by the conversation's whole name. Another release of the plugin is another tool. */
export function firstCallKey(conversation: string, { callable }: ConsideredCall): string {
  const { exposedName, plugin } = callable;
  return JSON.stringify([conversation, exposedName, plugin.component]);
}
