// An Extism plugin attacks its host: addresses that it forged, lengths that overflow, floods, bombs, words that are no JSON.
// Each attack ends as one call ends, and the next call of the same plugin, perhaps on the same instance, finds nothing of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CapabilityBroker } from "@glovebox/host-api/capability";
import { SandboxError } from "../../runtime/sandbox/errors.ts";
import type { Sandbox } from "../../runtime/sandbox/sandbox.ts";
import { CAN_COMPILE_C } from "../helpers/c-guest.ts";
import { openSealed, openServlet } from "../helpers/sealed-servlets.ts";
import { hostileServlet } from "../helpers/servlets.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await openSealed();
});
after(() => sandbox.close());

/** Codes of errors; `none`: what it answered is no tool result; `failed`: an error of the tool; else the text. */
type Ending = string | RegExp;

const ATTACKS: Readonly<Record<string, Ending>> = {
  // As many pages as the limit leaves beside the kernel's quarter.
  grow: "192",
  kernel: "ERR_CALL_MEMORY",
  "alloc-huge": "ERR_CALL_MEMORY",
  "alloc-negative": "ERR_CALL_MEMORY",
  blocks: "ERR_CALL_MEMORY",
  variables: "ERR_CALL_MEMORY",
  "output-beyond": "failed",
  "output-between": "failed",
  "output-negative": "failed",
  "output-forged": "failed",
  "output-null": "failed",
  "output-freed": "failed",
  "output-freed-later": "none",
  "output-input": "",
  "error-forged": "failed",
  "load-beyond": "ERR_CALL_TRAP",
  "load-forged": "ERR_CALL_TRAP",
  "load-negative": "none",
  "store-beyond": "ERR_CALL_TRAP",
  "input-beyond": "ERR_CALL_TRAP",
  "input-freed": "none",
  "null-block": "",
  "null-freed": "",
  "wrong-json": "none",
  "not-utf8": /^\ufffd+$/,
  resource: "none",
  html: "none",
  prototype: "none",
  deep: "none",
  many: "none",
  large: "ERR_CALL_OUTPUT",
  trap: "ERR_CALL_TRAP",
  exit: "ERR_CALL_TRAP",
  recursion: /^ERR_CALL_(TRAP|STACK)$/,
  "log-forged": "",
  "log-flood": "ERR_CALL_LOG",
  notes: "",
  "config-flood": "ERR_CALL_HOST_CALLS",
  "config-prototype": "0",
  "http-garbage": "failed",
  "http-forged": "failed",
  "http-file": "failed",
  "http-metadata": "failed",
  // Every pointer that leaves the memory is a fault, every count that no memory holds is refused.
  pointers: "21 28 8 21 21 21 28 21 28 21 28 ",
  nothing: "none",
};

const env: CapabilityBroker = { operations: { "env.get": () => ({ value: null }) } };
const limits = { hostCalls: 200, memoryBytes: 16 * 1024 * 1024 };

if (CAN_COMPILE_C)
  test("an endless loop ends at the deadline", async () => {
    await using servlet = openServlet(sandbox, hostileServlet(), { limits: { deadlineMs: 1000 } });
    await assert.rejects(servlet.call("attack", { how: "loop" }), { code: "ERR_CALL_DEADLINE" });
  });

if (CAN_COMPILE_C)
  for (const isolation of ["plugin", "instance"] as const)
    test(`every attack ends as a call ends (${isolation})`, async (t) => {
      await using servlet = openServlet(sandbox, hostileServlet(), {
        isolation,
        limits,
        brokers: { env },
      });
      const endingOf = async (how: string): Promise<string> => {
        try {
          const outcome = await servlet.call("attack", { how });
          if (outcome === undefined) return "none";
          if (outcome.error) return "failed";
          return outcome.content.map((block) => (block.type === "text" ? block.text : "")).join("");
        } catch (error) {
          assert.ok(error instanceof SandboxError);
          return error.code;
        }
      };
      const seen = await endingOf("look");
      assert.match(seen, /^[0-9]+ /);
      for (const [how, ending] of Object.entries(ATTACKS))
        await t.test(how, async () => {
          const found = await endingOf(how);
          if (typeof ending === "string") assert.equal(found, ending);
          else assert.match(found, ending);
          assert.equal(await endingOf("look"), seen);
        });
    });
