/** One process that an attacker may be after, and what it holds. */
export interface Victim {
  readonly pid: number;
  /** Where its secret lies in its memory; as text, since JSON has no such integers. */
  readonly address: string;
  readonly secretBytes: number;
  /** A descriptor of its, open on a file of secrets. */
  readonly descriptor: number;
}

/** What an attacker is told of the outside: everything that there is to attack. Tokens are not in it. */
export interface World {
  readonly brokerPid: number;
  /** A folder that everybody may write. Holds `secret.txt`, `link` (its target is a secret) and a file whose name is one. */
  readonly folder: string;
  readonly secret: string;
  readonly victim: Victim;
  /** Another sealed process. */
  readonly runner: Victim;
  readonly tcpPort: number;
  readonly tcp6Port: number;
  readonly udpPort: number;
  readonly unixPath: string;
  /** Without the NUL byte in front. */
  readonly abstractName: string;
  /** Nobody listens there. */
  readonly freePort: number;
  readonly ipcKey: number;
  readonly queueName: string;
  readonly shmFile: string;
}

export interface Order {
  readonly act: string;
  readonly target: "victim" | "runner";
  readonly world: World;
}

/** One act: does what it can, and tells what it brings home. */
export type Act = (world: World, target: Victim) => string;
