import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { processorSecondsOf } from "../processes.ts";
import { makeLoad } from "./load.ts";

/** One server in a process of its own. */
export interface HttpContestant {
  readonly name: string;
  /** Processor microseconds of the server for each of so many calls. */
  run(calls: number, inFlight: number): Promise<number>;
  heapMib(): Promise<number>;
  close(): void;
}

export async function openContestant(
  name: string,
  program: string,
  args: readonly string[] = [],
): Promise<HttpContestant> {
  const child = fork(join(import.meta.dirname, program), [...args], {
    execArgv: ["--expose-gc", "--no-warnings"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const { port, keys } = (await nextMessage(child)) as { port: number; keys: readonly string[] };
  const target = { port, keys, headers: [] };
  return {
    name,
    async run(calls, inFlight) {
      const before = processorSecondsOf(child.pid!);
      await makeLoad(target, calls, inFlight);
      return ((processorSecondsOf(child.pid!) - before) / calls) * 1e6;
    },
    async heapMib() {
      child.send("heap");
      const { heapUsed } = (await nextMessage(child)) as { heapUsed: number };
      return heapUsed / 2 ** 20;
    },
    close: () => void child.disconnect(),
  };
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const [message] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => {
      throw new Error("a server of the benchmark ended");
    }),
  ]);
  return message;
}
