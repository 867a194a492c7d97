import type { Sandbox, Transpiled } from "../../sandbox/sandbox.ts";
import type { ComponentToRun, Machine } from "../machine.ts";

/** A machine for the many commands of one stage. */
export interface StageMachine extends Machine {
  close(): Promise<void>;
}

/**
 * The machine with its seal probed once and each component's code made once, behind that seal: commands of one stage would
 * else do both a dozen times, with the same outcome. Nothing is kept beyond the stage.
 */
export function makeStageMachine(machine: Machine): StageMachine {
  const opening = machine.openSandbox();
  // Whoever needs it hears of it.
  opening.catch(() => undefined);
  const made = new Map<string, Promise<Transpiled>>();
  return {
    ...machine,
    get engine() {
      return machine.engine;
    },
    probeSeal: async () => (await opening).seal,
    openSandbox: async (): Promise<Sandbox> => ({
      ...(await opening),
      close: () => Promise.resolve(),
    }),
    transpile(component: ComponentToRun, sandbox, limits) {
      const key = `${component.digest} ${limits.memoryBytes}`;
      const code = made.get(key) ?? machine.transpile(component, sandbox, limits);
      made.set(key, code);
      return code;
    },
    async close() {
      const sandbox = await opening.catch(() => undefined);
      await sandbox?.close();
    },
  };
}
