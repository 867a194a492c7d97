import { randomBytes } from "node:crypto";
import { Server, type ServerEventBus } from "@modelcontextprotocol/server";
import type { CallTool } from "../../call.ts";
import type { ExposedTool } from "../../policy/expose.ts";
import type { Principal } from "../../policy/principal.ts";
import {
  makeAsking,
  makeSpentStates,
  STATE_KEY_BYTES_MIN,
  type Asking,
  type SpentStates,
} from "./asking.ts";
import type { McpConnection } from "./connection.ts";
import { DEBT_TOOL, type ReportDebt } from "./debt-tool.ts";
import { serveDebtResource } from "./debt-resource.ts";
import { makeToolHandlers } from "./serve-tools.ts";

/** What every MCP server needs: the pinned tools, the way to call them, and the runtime's own report. */
export interface McpSetting {
  readonly version: string;
  readonly tools: readonly ExposedTool[];
  readonly callTool: CallTool;
  readonly reportDebt: ReportDebt;
  /** Whether the principal may see and call a tool, by its exposed name. Left out, everyone may everything. */
  readonly mayCall?: (principal: Principal, exposedName: string) => boolean;
  /** The key that signs what clients bring back, of 32 bytes or more. Left out, each server process makes its own. */
  readonly stateKey?: Uint8Array;
  /** Where replicas remember which of these were used. */
  readonly spentStates?: SpentStates;
  /** What has changed is told to clients that listen. */
  readonly changes?: ServerEventBus;
}

/** Tools are pinned for the life of the process, so a client may keep the list. The report is made anew each time. */
const CACHE_HINTS = {
  "tools/list": { ttlMs: 60_000, cacheScope: "private" },
  "resources/list": { ttlMs: 60_000, cacheScope: "private" },
  "resources/templates/list": { ttlMs: 60_000, cacheScope: "private" },
  "resources/read": { ttlMs: 0, cacheScope: "private" },
} as const;

export function serverInfoOf({ version }: Pick<McpSetting, "version">) {
  return { name: "glovebox", title: "Glovebox", version };
}

/** One server being made, for one connection. */
export interface Serving {
  readonly server: Server;
  readonly connection: McpConnection;
  readonly asking: Asking;
}

/**
 * Makes servers for connections, one for each, in either era of the specification. What they share is made once: the
 * tools come from the pinned surfaces, so listing starts no runner; arguments are validated in `call.ts`, not by the
 * SDK, whose validator is shared.
 */
export function makeMcpServers(setting: McpSetting): (connection: McpConnection) => Server {
  const {
    stateKey: key = randomBytes(STATE_KEY_BYTES_MIN),
    spentStates: spent = makeSpentStates(),
  } = setting;
  const serveTools = makeToolHandlers(setting);
  return (connection) => {
    const asking = makeAsking({
      key,
      spent,
      principalOf: (ctx) => connection.originOf(ctx.http?.authInfo).principal.id,
    });
    const server = new Server(serverInfoOf(setting), {
      capabilities: { tools: { listChanged: true }, resources: { listChanged: true } },
      cacheHints: CACHE_HINTS,
      requestState: { verify: (state, ctx) => asking.verify(state, ctx) },
      instructions: `Tools run sealed; what the operator did not grant is denied. Call ${DEBT_TOOL.name} to learn what is not protected.`,
    });
    serveTools({ server, connection, asking });
    serveDebtResource(server, setting.reportDebt);
    return server;
  };
}
