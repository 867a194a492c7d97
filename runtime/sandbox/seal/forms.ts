import type { SealName } from "../sandbox.ts";
import type { LandlockOrder } from "../launch/landlock-order.ts";
import type { Cgroup } from "./cgroup.ts";
import { bubblewrapArgs } from "./bubblewrap.ts";
import { SandboxError } from "../errors.ts";
import { nodeFlags } from "./node-flags.ts";
import type { ProcessPowers, StartedProcess } from "./process-powers.ts";
import { limitArgs, SEALED_RLIMITS, seatbeltLimitArgs } from "./rlimits.ts";
import { isSystemLibrary, seatbeltArgs } from "./seatbelt.ts";
import { assembleFilter } from "./seccomp/assemble.ts";
import type { Arch } from "./seccomp/numbers.ts";
import type { SealedProcessOptions } from "./sealed-process.ts";

export interface Behind {
  readonly started: StartedProcess;
  /** 0 until it is known. */
  readonly innermostPid: () => number;
}

/** The file by which the process joins its cgroup, where it has one. */
type JoinFile = string | undefined;

type Start = (powers: ProcessPowers, options: SealedProcessOptions, joinFile: JoinFile) => Behind;

const FORMS: Readonly<Record<SealName, Start>> = {
  bubblewrap: startInBubblewrap,
  landlock: startInLandlock,
  seatbelt: startInSeatbelt,
  none: startUnsealed,
};

/**
 * Starts a program behind the form of seal that the options name, in a cgroup where there may be one.
 * Throws `SandboxError` when that form cannot be.
 */
export function startBehindSeal(
  powers: ProcessPowers,
  options: SealedProcessOptions,
  group?: Cgroup,
): Behind {
  return FORMS[options.seal](powers, options, group?.joinFile);
}

/** The filter is read by bubblewrap from one socket; by another it tells which process is the innermost. */
function startInBubblewrap(
  powers: ProcessPowers,
  options: SealedProcessOptions,
  joinFile: JoinFile,
): Behind {
  const arch = requireLinux(powers);
  const bubblewrap = powers.findProgram("bwrap");
  if (bubblewrap === undefined)
    throw new SandboxError("ERR_SEAL_UNAVAILABLE", "bubblewrap is not installed");
  const started = powers.startProcess(
    "/bin/sh",
    [
      ...limitArgs(options.dataBytesMax, joinFile),
      bubblewrap,
      ...bubblewrapArgs({
        node: powers.node,
        nodeArgs: sealedNodeFlags(options),
        program: options.program,
        programArgs: options.programArgs ?? [],
        libraries: powers.libraries.map((path) => [powers.realPath(path), path] as const),
        readable: options.readable ?? [],
      }),
    ],
    3,
  );
  const [, filter, info] = started.pipes;
  filter!.end(assembleFilter({ arch, stage: "start", ownPid: 1 }));
  let told = "";
  let killed = false;
  const innermostPid = (): number => Number(/"child-pid": (\d+)/.exec(told)?.[1] ?? 0);
  const kill = (): void => {
    killed = true;
    started.kill(innermostPid());
  };
  info!.on("data", (chunk: Buffer) => {
    told += chunk.toString("latin1");
    // Killed before its child was known: the child must not outlive it.
    if (killed) kill();
  });
  return { started: { ...started, kill }, innermostPid };
}

/** The launcher becomes the sealed process: its number stays. */
function startInLandlock(
  powers: ProcessPowers,
  options: SealedProcessOptions,
  joinFile: JoinFile,
): Behind {
  requireLinux(powers);
  const order: LandlockOrder = {
    parentPid: powers.pid,
    ...(joinFile === undefined ? {} : { joinFile }),
    node: powers.node,
    nodeArgs: [...sealedNodeFlags(options), options.program, ...(options.programArgs ?? [])],
    executable: [powers.node, ...powers.libraries],
    readable: [options.program, "/dev/null", ...(options.readable ?? [])],
    limits: { ...SEALED_RLIMITS, dataBytes: options.dataBytesMax },
  };
  const started = powers.startProcess(
    powers.node,
    ["--no-warnings", powers.landlockLauncher, JSON.stringify(order)],
    1,
  );
  return { started, innermostPid: () => started.pid ?? 0 };
}

/** sandbox-exec becomes the sealed process: its number stays. The shell of macOS takes no limit on addresses. */
function startInSeatbelt(powers: ProcessPowers, options: SealedProcessOptions): Behind {
  const sandboxExec = powers.platform === "darwin" ? powers.findProgram("sandbox-exec") : undefined;
  if (sandboxExec === undefined)
    throw new SandboxError("ERR_SEAL_UNAVAILABLE", "there is no sandbox-exec on this machine");
  const started = powers.startProcess(
    "/bin/sh",
    [
      ...seatbeltLimitArgs(options.dataBytesMax),
      sandboxExec,
      ...seatbeltArgs({
        node: powers.node,
        nodeArgs: sealedNodeFlags(options),
        program: powers.realPath(options.program),
        programArgs: options.programArgs ?? [],
        libraries: powers.libraries
          .filter((path) => path !== powers.node && !isSystemLibrary(path))
          .flatMap((path) => [...new Set([path, powers.realPath(path)])]),
        readable: (options.readable ?? []).map((path) => powers.realPath(path)),
      }),
    ],
    1,
  );
  return { started, innermostPid: () => started.pid ?? 0 };
}

/** No ring 5. Only where the operator has waived it. */
function startUnsealed(
  powers: ProcessPowers,
  options: SealedProcessOptions,
  joinFile: JoinFile,
): Behind {
  const node = [...sealedNodeFlags(options), options.program, ...(options.programArgs ?? [])];
  const started =
    powers.platform === "linux"
      ? powers.startProcess(
          "/bin/sh",
          [...limitArgs(options.dataBytesMax, joinFile), powers.node, ...node],
          1,
        )
      : powers.startProcess(powers.node, node, 1);
  return { started, innermostPid: () => started.pid ?? 0 };
}

function sealedNodeFlags(options: SealedProcessOptions): readonly string[] {
  return [
    ...nodeFlags(options.seal !== "none", options.readable ?? []),
    ...(options.nodeFlags ?? []),
  ];
}

function requireLinux(powers: ProcessPowers): Arch {
  if (powers.platform === "linux" && (powers.arch === "x64" || powers.arch === "arm64"))
    return powers.arch;
  throw new SandboxError(
    "ERR_SEAL_UNAVAILABLE",
    `no seal is known for ${powers.platform} on ${powers.arch}`,
  );
}
