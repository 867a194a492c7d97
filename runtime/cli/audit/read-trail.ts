import { createHash } from "node:crypto";
import path from "node:path";
import { AuditError } from "../../audit/errors.ts";
import { readPublicKey } from "../../audit/chain/checkpoint.ts";
import { parseHead, type ChainHead } from "../../audit/chain/lines.ts";
import type { HearLine, TrailFile } from "../../audit/chain/read-segment.ts";
import { verifyTrail, type TrailReport } from "../../audit/chain/verify-trail.ts";
import { auditKeyFile } from "../../powers/audit-file.ts";
import { readAuditKey } from "../../powers/audit/audit-key.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import { readWorkspace } from "../../workspace.ts";
import type { CommandCall } from "../command.ts";
import { readKeyWords } from "../key-words.ts";

const TRIES_MAX = 3;
const COPY = /\.checkpoints(\.old)?\.jsonl$/;
/** Files that were put aside because they are no part of a chain. Their digests stand in one. */
const ASIDE = /\.(old-format|torn)-[^/]*\.jsonl$/;

/** Where a trail's files are, and what vouches for them. */
interface TrailPlace {
  readonly files: readonly string[];
  readonly keyTexts: readonly string[];
  readonly anchors: readonly ChainHead[];
}

/**
 * Reads and verifies the trail of the workspace, or the files that the command names. `listen` is asked for a listener at
 * each try: what an earlier one heard does not count. Throws `AuditError` where there is none.
 */
export function readTrail(call: CommandCall, listen?: () => HearLine): TrailReport {
  const anchors = call.texts("from").flatMap(readHeads);
  const given = call.texts("public-key").map((text) => readKeyText(text, call.machine.files));
  if (call.args.length > 1) {
    const files = call.args.slice(1).map((word) => path.resolve(word));
    return verifyAt({ files, keyTexts: given, anchors }, call.machine.files, listen?.());
  }
  // A key that is named counts alone: whoever wrote the trail anew has put another beside it.
  const keyTexts = given.length > 0 ? given : readOwnKey(call);
  // The trail would be held against the key that it names itself, and so would one that somebody wrote anew.
  if (keyTexts.length === 0 && listTrail(call).length > 0)
    throw new AuditError(
      "ERR_AUDIT_TAMPERED",
      "The trail is here, and the key that it was signed with is gone.",
      {
        remedy:
          "Name the key with `--public-key`, as `glovebox audit key` once printed it, or look for who removed `.glovebox/audit.key`.",
      },
    );
  for (let tries = 1; ; tries += 1) {
    const files = listTrail(call);
    try {
      const report = verifyAt({ files, keyTexts, anchors }, call.machine.files, listen?.());
      // A server that writes it has begun another file meanwhile: then some lines were in neither.
      if (report.ok || tries === TRIES_MAX || isSame(files, listTrail(call))) return report;
    } catch (error) {
      if (tries === TRIES_MAX || isSame(files, listTrail(call))) throw error;
    }
  }
}

function verifyAt(
  { files, keyTexts, anchors }: TrailPlace,
  powers: FilePowers,
  hear: HearLine | undefined,
): TrailReport {
  if (files.length === 0 && anchors.length > 0)
    throw new AuditError(
      "ERR_AUDIT_TAMPERED",
      `Nothing of the audit trail is here, and ${anchors.length} heads of it are known.`,
    );
  if (files.length === 0)
    throw new AuditError("ERR_AUDIT_UNREADABLE", "There is no audit trail here yet.");
  const toFile = (file: string): TrailFile => ({
    name: path.basename(file),
    pieces: () => powers.readPieces(file),
  });
  return verifyTrail({
    files: files.filter((file) => !COPY.test(file) && !ASIDE.test(file)).map(toFile),
    checkpoints: files.filter((file) => COPY.test(file)).map(toFile),
    ...(keyTexts.length > 0 ? { keys: keyTexts.map(parseKey) } : {}),
    anchors,
    ...(hear ? { hear } : {}),
    digestOf(name) {
      const file = files.find((one) => path.basename(one) === name);
      if (file === undefined) return undefined;
      const digest = createHash("sha256");
      for (const piece of powers.readPieces(file)) digest.update(piece);
      return digest.digest("hex");
    },
  });
}

/** The workspace's own trail: all its files, and the copies of checkpoints wherever they are. */
function listTrail({ configFile, machine: { files } }: CommandCall): readonly string[] {
  const { paths, configuration } = readWorkspace(configFile, files);
  const folder = path.dirname(paths.auditFile);
  const copies = path.resolve(paths.root, configuration.audit.trail.checkpointFolder ?? folder);
  const base = path.basename(paths.auditFile, ".jsonl");
  const listIn = (place: string): readonly string[] =>
    files
      .list(place)
      .filter((name) => name.startsWith(base) && name.endsWith(".jsonl"))
      .map((name) => path.join(place, name));
  const elsewhere = copies === folder ? [] : listIn(copies).filter((file) => COPY.test(file));
  return [...listIn(folder), ...elsewhere];
}

function isSame(before: readonly string[], after: readonly string[]): boolean {
  return before.join("\n") === after.join("\n");
}

/** The public half of the workspace's own key, where there is one. */
export function readOwnKey({ configFile, machine: { files } }: CommandCall): readonly string[] {
  const { paths } = readWorkspace(configFile, files);
  const key = readAuditKey(auditKeyFile(paths.auditFile));
  return key ? [key.publicText] : [];
}

/** A key as it is written down, or the file that it stands in. */
function readKeyText(words: string, files: FilePowers): string {
  return readKeyWords(words, files, (text) => {
    parseKey(text);
    return text;
  });
}

function parseKey(text: string): NonNullable<ReturnType<typeof readPublicKey>> {
  const key = readPublicKey(text);
  if (key) return key;
  throw new AuditError(
    "ERR_AUDIT_UNREADABLE",
    "What follows `--public-key` is neither a key, as `glovebox audit key` prints it, nor a file with one.",
  );
}

/** One head or several, with blanks or line breaks between them, as `glovebox audit head` prints them. No head is no answer. */
function readHeads(text: string): readonly ChainHead[] {
  return text.trim().split(/\s+/).map(parseAnchor);
}

function parseAnchor(text: string): ChainHead {
  const head = parseHead(text);
  if (head) return head;
  throw new AuditError(
    "ERR_AUDIT_UNREADABLE",
    "What follows `--from` is not a head, as `glovebox audit head` prints it: CHAIN:NUMBER:HASH.",
  );
}
