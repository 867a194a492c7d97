// What there is to reach outside: files, sockets, processes and secrets. Whoever reached any of it left a trace here.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, cString } from "../inside/system.ts";
import type { Victim, World } from "../inside/world.ts";
import { openListeners } from "./listeners.ts";
import { differences, isAlive, lookAtVictim } from "./observe.ts";
import type { Conversation } from "./processes.ts";

export interface Canaries {
  readonly world: World;
  /** What every secret of this stage contains, and nothing else does. */
  readonly mark: string;
  /** Forgets what happened so far, mends what was broken, and gives back the means to see what happens from now on. */
  watch(): Promise<Watch>;
  close(): Promise<void>;
}

/** What an attack reached, in words; `home` is all that came out of the attacker, `more` looks where only this attack could leave a trace. */
export type Watch = (home: string, more?: () => readonly string[]) => Promise<readonly string[]>;

export interface Started {
  readonly conversation: Conversation;
  /** Whether its debugger has opened since it started. */
  readonly debuggerOpened: () => boolean;
}

export interface Makers {
  /** Starts a victim of the host's own, with this argument and this environment. */
  readonly startVictim: (wish: object, env: Record<string, string>, cwd: string) => Started;
  /** Starts another sealed process that holds a secret. */
  readonly startRunner: (wish: object) => Started;
}

/** A datagram, a signal or a child may take a moment. */
const SETTLE_MS = 20;
const IPC = { keyMax: 0x7fff_ffff, queue: "glovebox-canary" } as const;

/**
 * `mark` is what every secret contains. `patience` is how many moments more to wait for a trace that does not show at once:
 * where an attack must succeed, a slow machine is no reason for it to fail.
 */
export async function openCanaries(
  mark: string,
  makers: Makers,
  patience: number,
): Promise<Canaries> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "glovebox-escape-")));
  chmodSync(base, 0o755);
  const folder = join(base, "open");
  const listeners = await openListeners(base, mark);
  const ipcKey = randomBytes(4).readUInt32LE() % IPC.keyMax;
  const queueName = `${IPC.queue}-${mark}`;
  const shmFile = `/dev/shm/glovebox-${randomBytes(4).toString("hex")}`;
  writeFileSync(shmFile, mark);
  let victims: { victim?: Kept; runner?: Kept } = {};

  const furnish = (): void => {
    // The folder itself stays: it is a victim's working folder.
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, "secret.txt"), `${mark}-file`);
    chmodSync(join(folder, "secret.txt"), 0o666);
    writeFileSync(join(folder, `${mark}-name`), "");
    symlinkSync(`/nonexistent/${mark}-link`, join(folder, "link"));
  };
  const stand = async (): Promise<void> => {
    if (!isWell(victims.victim)) {
      await victims.victim?.conversation.close();
      const wish = {
        secret: `${mark}-memory`,
        file: join(folder, "secret.txt"),
        ipcKey,
        queueName,
      };
      victims = {
        ...victims,
        victim: await keep(makers.startVictim(wish, { CANARY: `${mark}-env` }, folder)),
      };
    }
    if (!isWell(victims.runner)) {
      await victims.runner?.conversation.close();
      const runner = await keep(makers.startRunner({ secret: `${mark}-of-another-plugin` }));
      victims = { ...victims, runner };
    }
  };
  furnish();
  await stand();
  const world = (): World => ({
    brokerPid: process.pid,
    folder,
    secret: join(folder, "secret.txt"),
    victim: victims.victim!.told,
    runner: victims.runner!.told,
    ...listeners,
    ipcKey,
    queueName,
    shmFile,
  });
  let untouched = describeFolder(folder);
  return {
    get world() {
      return JSON.parse(JSON.stringify(world())) as World;
    },
    mark,
    async watch() {
      if (describeFolder(folder) !== untouched) {
        furnish();
        untouched = describeFolder(folder);
      }
      await stand();
      await listeners.takeVisits();
      const { victim, runner } = victims as Required<typeof victims>;
      const before = { victim: lookAtVictim(victim.told), runner: lookAtVictim(runner.told) };
      const look: Watch = async (home, more = () => []) => [
        ...more(),
        ...(home.includes(mark) ? ["it brought a secret home"] : []),
        ...(home.includes("canary-let-through") ? ["the kernel let it through"] : []),
        ...(home.includes("canary-map") ? ["it read a map of memory"] : []),
        ...(describeFolder(folder) === untouched ? [] : ["it changed a folder of the host's"]),
        ...(await listeners.takeVisits()),
        ...differences("a process of the host", before.victim, lookAtVictim(victim.told)),
        ...differences("another runner", before.runner, lookAtVictim(runner.told)),
        ...(victim.debuggerOpened() ? ["the debugger of another process opened"] : []),
      ];
      return async (home, more) => {
        await sleep(SETTLE_MS);
        let traces = await look(home, more);
        for (let tries = 0; tries < patience && traces.length === 0; tries += 1) {
          await sleep(SETTLE_MS);
          traces = await look(home, more);
        }
        return traces;
      };
    },
    async close() {
      await Promise.all([
        victims.victim?.conversation.close(),
        victims.runner?.conversation.close(),
      ]);
      await listeners.close();
      removeIpc(ipcKey, queueName);
      rmSync(base, { recursive: true, force: true });
      rmSync(shmFile, { force: true });
    },
  };
}

interface Kept extends Started {
  readonly told: Victim;
  readonly well: Readonly<Record<string, string>>;
}

async function keep(started: Started): Promise<Kept> {
  const { conversation } = started;
  const { said, end } = await conversation.ask();
  if (said === undefined) throw new Error(`a victim did not start: ${end}`);
  // Inside a namespace it knows itself by another number.
  const told = { ...(said as unknown as Victim), pid: conversation.pid };
  return { ...started, told, well: lookAtVictim(told) };
}

/** A victim that was once harmed is replaced. */
function isWell(kept: Kept | undefined): boolean {
  return (
    kept !== undefined &&
    isAlive(kept.told.pid) &&
    !kept.debuggerOpened() &&
    differences("", kept.well, lookAtVictim(kept.told)).length === 0
  );
}

/** These outlive the process that made them. */
function removeIpc(key: number, queueName: string): void {
  call("shmctl", call("shmget", key, 0, 0), 0, 0);
  call("msgctl", call("msgget", key, 0), 0, 0);
  call("mq_unlink", cString(queueName));
}

function describeFolder(folder: string): string {
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      const { mode, uid, gid, nlink, mtimeMs, size } = lstatSync(path);
      const kind = mode & 0o170000;
      const holds =
        kind === 0o120000
          ? readlinkSync(path)
          : kind === 0o100000
            ? readFileSync(path, "latin1")
            : "";
      return [name, mode, uid, gid, nlink, mtimeMs, size, holds].join("|");
    })
    .join("\n");
}
