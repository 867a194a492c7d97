import { randomUUID } from "node:crypto";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import type { FilePowers } from "../supply/file-powers.ts";
import type { OperatorDecision, OperatorDesk, PendingApproval } from "./desk.ts";

/** Files of the folder together: a client that keeps on calling fills neither the disk nor the operator's day. */
const FILES_MAX = 512;
const PER_PRINCIPAL_MAX = 32;
const PENDING_BYTES_MAX = 256 * 1024;
const DECISION_BYTES_MAX = 4096;
const ID = /^[0-9a-f]{64}$/;

type Files = Pick<
  FilePowers,
  "readFile" | "writeFile" | "createFile" | "makeFolder" | "kindOf" | "list" | "remove"
>;

/** A desk in a folder of the workspace: `ID.pending.json`, `ID.decision.json`, and `ID.SERIAL.used` once a call has run. */
export function makeDeskFolder(folder: string, files: Files, nowMs: () => number): OperatorDesk {
  const at = (id: string, ending: string): string => {
    if (!ID.test(id)) throw new Error("not the id of an approval");
    return `${folder}/${id}.${ending}`;
  };
  const names = (): readonly string[] =>
    files.kindOf(folder) === "folder" ? files.list(folder) : [];
  const read = (file: string, bytesMax: number): JsonObject | undefined => {
    const bytes = files.readFile(file, bytesMax);
    if (!bytes) return undefined;
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (!isJsonObject(value)) throw new Error("an approval's file holds something else");
    return value;
  };
  const listPending = (): readonly PendingApproval[] =>
    names().flatMap((name) => {
      if (!name.endsWith(".pending.json")) return [];
      const value = read(`${folder}/${name}`, 2 * PENDING_BYTES_MAX);
      return value ? [value as unknown as PendingApproval] : [];
    });

  const prune = (): void => {
    for (const name of names()) {
      const value = read(`${folder}/${name}`, 2 * PENDING_BYTES_MAX);
      const until = value?.["untilMs"];
      if (typeof until === "number" && until <= nowMs()) files.remove(`${folder}/${name}`);
    }
  };

  return {
    put(pending) {
      const file = at(pending.id, "pending.json");
      const text = `${JSON.stringify(pending)}\n`;
      if (Buffer.byteLength(text) > PENDING_BYTES_MAX) return false;
      prune();
      if (files.kindOf(file) === "file") return true;
      if (names().length >= FILES_MAX) return false;
      const own = listPending().filter(({ principal }) => principal === pending.principal);
      if (own.length >= PER_PRINCIPAL_MAX) return false;
      files.makeFolder(folder);
      files.writeFile(file, text, 0o600);
      return true;
    },
    take(id) {
      const file = at(id, "decision.json");
      const value = read(file, DECISION_BYTES_MAX);
      if (!value) return undefined;
      const decision = value as unknown as OperatorDecision & { readonly serial: string };
      if (decision.id !== id || !(decision.untilMs > nowMs())) return undefined;
      if (decision.decision !== "allow") return decision;
      const used = at(id, `${decision.serial}.used`);
      try {
        // Of two calls, in whatever processes, one can make this file. It stays until the decision would have ended.
        files.createFile(used, JSON.stringify({ untilMs: decision.untilMs }), 0o600);
      } catch {
        return undefined;
      }
      files.remove(file);
      files.remove(at(id, "pending.json"));
      return decision;
    },
    list: () =>
      listPending()
        .filter(({ untilMs }) => untilMs > nowMs())
        .toSorted((left, right) => left.createdMs - right.createdMs),
    decide(decision) {
      files.makeFolder(folder);
      files.writeFile(
        at(decision.id, "decision.json"),
        JSON.stringify({ ...decision, serial: randomUUID() }),
        0o600,
      );
    },
  };
}
