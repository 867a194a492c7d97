/**
 * zod compiles an object's parser with `new Function` when it is first used. An instance serves one call, so that
 * costs more than it ever saves. zod reads this when it loads.
 */
Object.defineProperty(globalThis, "__zod_globalConfig", {
  value: { jitless: true },
  writable: true,
  configurable: true,
  enumerable: false,
});
