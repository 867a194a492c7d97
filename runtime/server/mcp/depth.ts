/** Whether a value that came out of `JSON.parse` is nested deeper. Goes no deeper than that itself, so that no message can end it with the stack. */
export function isDeeperThan(value: unknown, depthMax: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (depthMax === 0) return parts.length > 0;
  for (const part of parts)
    if (typeof part === "object" && part !== null && isDeeperThan(part, depthMax - 1)) return true;
  return false;
}

export const MESSAGE_DEPTH_MAX = 100;
