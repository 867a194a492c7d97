// To be imported before Extism, which asks for these once: with them it would make every host function that sends HTTP a
// suspending one, and every call a promise of the engine's. Ours answer at once, and the youngest part of the engine stays
// unused.
export const PROMISES_ARE_GONE = ["Suspending", "promising", "SuspendError"].every((name) =>
  Reflect.deleteProperty(WebAssembly, name),
);
