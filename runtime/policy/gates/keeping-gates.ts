import { GateError } from "./errors.ts";
import type { FileFact, SecretFact } from "./facts.ts";
import type { Gate } from "./gate.ts";
import type { SecretFault } from "./judge-secret.ts";
import { describeRoot } from "./sandbox-root.ts";

const WRITABLE_BY_OTHERS = 0o002;
const WRITABLE_BY_GROUP = 0o020;
const STICKY = 0o1000;
const OPEN_TO_OTHERS = 0o007;
const OPEN_TO_GROUP = 0o070;

/** What the server counts, writes down and keeps. */
export const KEEPING_GATES: readonly Gate[] = [
  {
    id: "rate",
    question: "is it limited what a caller may use?",
    isWaivable: true,
    refuse({ server: { rate } }) {
      if (rate) return [];
      return [missing("ERR_GATE_RATE", "Nothing limits what one caller may use.", "server.rate")];
    },
  },
  {
    id: "audit",
    question: "is it known what is kept of each call?",
    isWaivable: true,
    refuse({ hasAudit }) {
      if (hasAudit) return [];
      return [missing("ERR_GATE_AUDIT", "Nothing says what is kept of each call.", "audit")];
    },
  },
  {
    id: "state-key",
    question: "has the server a key of its own for what clients bring back?",
    isWaivable: true,
    refuse({ server: { stateKey } }) {
      if (stateKey !== undefined) return [];
      const message =
        "No `server.state_key` is named: what one replica signs, no other would take.";
      return [missing("ERR_GATE_STATE_KEY", message, "server.state_key")];
    },
  },
  {
    id: "secrets",
    question: "are all secrets there, drawn at random, and each for one use?",
    isWaivable: false,
    refuse: ({ secrets }) => secrets.flatMap(refuseSecret),
  },
  {
    id: "writable",
    question: "can only the operator change configuration, plugins and data?",
    isWaivable: false,
    refuse: ({ files }) => files.flatMap(refuseWritable),
  },
  {
    id: "readable",
    question: "can only the operator read keys and data?",
    isWaivable: true,
    refuse: ({ files }) => files.flatMap(refuseReadable),
  },
  {
    id: "sandbox-root",
    question: "have plugins a folder of their own for their files?",
    isWaivable: false,
    refuse: ({ roots }) =>
      roots.flatMap(({ folder, homes }) => {
        const what = describeRoot(folder, homes);
        return what === undefined
          ? []
          : new GateError("ERR_GATE_SANDBOX_ROOT", `Plugins' data would be in ${folder}: ${what}.`);
      }),
  },
];

const FAULTS: Readonly<Record<SecretFault, string>> = {
  placeholder: "is a placeholder that was left in",
  published: "stands in a manual or a specification, or is the digest of a word",
  short: "is too short",
  guessable: "can be guessed: it repeats itself, follows a pattern or is made of words",
  "no password": "has no password, and the service is on another machine",
};

function refuseSecret({ path, reference, unreadable, faults, sameAs }: SecretFact): GateError[] {
  const name = `The secret ${reference}`;
  const place = { path };
  if (unreadable !== undefined)
    return [new GateError("ERR_GATE_SECRET_MISSING", `${name}: ${unreadable}.`, { place })];
  return [
    ...faults.map(
      (fault) => new GateError("ERR_GATE_SECRET_WEAK", `${name} ${FAULTS[fault]}.`, { place }),
    ),
    ...(sameAs === undefined
      ? []
      : [new GateError("ERR_GATE_SECRET_SHARED", `${name} is the same as ${sameAs}.`, { place })]),
  ];
}

/** A folder above counts too: who may rename what is in it may put another in its place, unless it is sticky. */
function refuseWritable({ file, what, mode, owner, isOwnGroup }: FileFact): GateError[] {
  if (mode === undefined) return [];
  const isSticky = what === "parent" && (mode & STICKY) !== 0;
  const says =
    owner === "other"
      ? "belongs to another user, who may change it"
      : isSticky
        ? undefined
        : (mode & WRITABLE_BY_OTHERS) !== 0
          ? "may be changed by every user of this machine"
          : (mode & WRITABLE_BY_GROUP) !== 0 && !isOwnGroup
            ? "may be changed by a group"
            : undefined;
  return says === undefined ? [] : [new GateError("ERR_GATE_WRITABLE", `${file} ${says}.`)];
}

function refuseReadable({ file, what, mode }: FileFact): GateError[] {
  if (mode === undefined) return [];
  const closed = what === "key" ? OPEN_TO_OTHERS | OPEN_TO_GROUP : OPEN_TO_OTHERS;
  if ((what !== "key" && what !== "folder") || (mode & closed) === 0) return [];
  const who = what === "key" ? "others than its owner" : "every user of this machine";
  return [new GateError("ERR_GATE_READABLE", `${file} is open to ${who}.`)];
}

function missing(
  code: "ERR_GATE_RATE" | "ERR_GATE_AUDIT" | "ERR_GATE_STATE_KEY",
  message: string,
  path: string,
): GateError {
  return new GateError(code, message, { place: { path } });
}
