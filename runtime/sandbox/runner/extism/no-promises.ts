// Before Extism is loaded: it asks these once, and with them it would make every host function that sends HTTP a suspending
// one, and every call a promise of the engine's. Ours answer at once, and the youngest part of the engine stays unused.
for (const name of ["Suspending", "promising", "SuspendError"])
  Reflect.deleteProperty(WebAssembly, name);
