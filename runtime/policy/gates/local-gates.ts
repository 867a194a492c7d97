import { GateError } from "./errors.ts";
import type { FileFact, LocalFacts, SecretFact } from "./facts.ts";
import type { Gate } from "./gate.ts";
import type { SecretFault } from "./judge-secret.ts";

const WRITABLE_BY_OTHERS = 0o002;
const WRITABLE_BY_GROUP = 0o020;
const STICKY = 0o1000;
const OPEN_TO_OTHERS = 0o007;
const OPEN_TO_GROUP = 0o070;

/** What every start in production is asked, one for a single call too: who may change what decides, and who may read what is secret. */
export const LOCAL_GATES: readonly Gate<LocalFacts>[] = [
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
];

const FAULTS: Readonly<Record<SecretFault, string>> = {
  placeholder: "is a placeholder that was left in",
  published: "stands in a manual or a specification, or is the digest of a word",
  short: "is too short",
  guessable: "can be guessed: it repeats itself, follows a pattern or is made of words",
  "no address": "is no address of a service",
  "no password": "has no password, and the service is on another machine",
};

/** An address is not drawn: the password in it is. */
const ADDRESS_REMEDY =
  "Write redis://HOST:PORT for this machine, else rediss://USER:PASSWORD@HOST:PORT/DB with a password that was drawn: `openssl rand -hex 24`.";

function refuseSecret(fact: SecretFact): GateError[] {
  const { path, reference, isAddress, unreadable, faults, sameAs } = fact;
  const name = `The secret ${reference}`;
  const place = { path };
  const weak = isAddress ? { place, remedy: ADDRESS_REMEDY } : { place };
  if (unreadable !== undefined)
    return [new GateError("ERR_GATE_SECRET_MISSING", `${name}: ${unreadable}.`, { place })];
  return [
    ...faults.map(
      (fault) => new GateError("ERR_GATE_SECRET_WEAK", `${name} ${FAULTS[fault]}.`, weak),
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
