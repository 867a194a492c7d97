/**
 * The process that speaks with a PKCS#11 module: native code of a vendor's, loaded here and not in the broker. It may crash
 * or hang this process and no other. Questions come over descriptor 3, one line of JSON each; when that ends, it ends.
 */
import net from "node:net";
import { createInterface } from "node:readline";
import { openModule, Pkcs11Refusal, type Module } from "./pkcs11-module.ts";

/** The first line: where to log in. The PIN comes this way, since a command line or an environment can be read by others. */
export interface AgentOpening {
  readonly module: string;
  readonly token: string;
  readonly pin: string;
}

export interface AgentQuestion {
  readonly number: number;
  readonly verb: "create" | "wrap" | "unwrap" | "list" | "destroy" | "check";
  /** A key's id, or for `list` the tenant. */
  readonly id: string;
  /** Base64. */
  readonly bytes: string;
  readonly associated: string;
}

export interface AgentAnswer {
  readonly number: number;
  /** Base64 of `wrap` and `unwrap`, ids of `list`. */
  readonly value?: string | readonly string[];
  /** `gone`: no such key. `closed`: not wrapped so by this key. Everything else is the module's fault. */
  readonly refused?: "gone" | "closed" | "failed";
  readonly words?: string;
}

function main(): void {
  const socket = new net.Socket({ fd: 3 });
  let module: Module | undefined;
  const answer = (words: AgentAnswer): void => void socket.write(`${JSON.stringify(words)}\n`);
  createInterface({ input: socket, crlfDelay: Infinity })
    .on("line", (line) => {
      const asked = JSON.parse(line) as AgentOpening | AgentQuestion;
      const number = "number" in asked ? asked.number : 0;
      try {
        if (!("number" in asked)) module = openModule(asked.module, asked.token, asked.pin);
        else answer({ number, value: ask(module, asked) });
      } catch (error) {
        const refused = error instanceof Pkcs11Refusal ? error.kind : "failed";
        answer({ number, refused, words: error instanceof Error ? error.message : "?" });
      }
    })
    .on("close", () => process.exit(0));
  socket.on("error", () => process.exit(1));
}

function ask(
  module: Module | undefined,
  { verb, id, bytes, associated }: AgentQuestion,
): string | readonly string[] {
  if (module === undefined) throw new Error("it is not logged in");
  const given = Buffer.from(bytes, "base64");
  const bound = Buffer.from(associated, "base64");
  switch (verb) {
    case "create":
      module.create(id);
      return "";
    case "wrap":
      return module.wrap(id, given, bound).toString("base64");
    case "unwrap":
      return module.unwrap(id, given, bound).toString("base64");
    case "list":
      return module.list(id);
    case "destroy":
      module.destroy(id);
      return "";
    case "check":
      return module.check();
    default:
      throw new Error("an unknown question");
  }
}

if (import.meta.main) main();
