import { randomBytes } from "node:crypto";
import { Server } from "@modelcontextprotocol/server";
import type { CallTool } from "../../call.ts";
import type { ExposedTool } from "../../policy/expose.ts";
import type { ExposedOffers } from "../../policy/expose-offers.ts";
import type { Principal } from "../../policy/principal.ts";
import { TASKS_EXTENSION } from "../tasks/task-wire.ts";
import type { Tasks } from "../tasks/tasks.ts";
import {
  makeAsking,
  makeSpentStates,
  STATE_KEY_BYTES_MIN,
  type Asking,
  type SpentStates,
} from "./asking.ts";
import type { ChangeBus } from "./change-bus.ts";
import type { McpConnection } from "./connection.ts";
import type { ReportDebt } from "../../debt/cached-report.ts";
import { DEBT_TOOL } from "./debt-tool.ts";
import { makeOfferHandlers } from "./serve-offers.ts";
import { serveTasks } from "./serve-tasks.ts";
import { makeToolHandlers } from "./serve-tools.ts";

/** What every MCP server needs: the pinned tools, the way to call them, and the runtime's own report. */
export interface McpSetting {
  readonly version: string;
  readonly tools: readonly ExposedTool[];
  /** What else the plugins offer; nothing where it is left out. */
  readonly offers?: ExposedOffers;
  readonly callTool: CallTool;
  /** The public view, at this place. */
  readonly reportDebt: ReportDebt;
  /** Whether the principal may see and call a tool, by its exposed name. Left out, everyone may everything. */
  readonly mayCall?: (principal: Principal, exposedName: string) => boolean;
  /** Which of several sets of tools this is: what was asked at one place counts at no other. */
  readonly place?: string;
  /** The key that signs what clients bring back, of 32 bytes or more. Left out, each server process makes its own. */
  readonly stateKey?: Uint8Array;
  /** Where replicas remember which of these were used. */
  readonly spentStates?: SpentStates;
  /** Calls that become tasks. Left out, none does, and the extension is not offered. */
  readonly tasks?: Tasks;
  /** What has changed is told to clients that listen. */
  readonly changes?: ChangeBus;
}

/** Tools are pinned for the life of the process, so a client may keep the list. The report is made anew each time. */
const CACHE_HINTS = {
  "tools/list": { ttlMs: 60_000, cacheScope: "private" },
  "resources/list": { ttlMs: 60_000, cacheScope: "private" },
  "resources/templates/list": { ttlMs: 60_000, cacheScope: "private" },
  "resources/read": { ttlMs: 0, cacheScope: "private" },
  "prompts/list": { ttlMs: 60_000, cacheScope: "private" },
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
  const serveOffers = makeOfferHandlers(setting);
  return (connection) => {
    const asking = makeAsking({
      key,
      spent,
      place: setting.place ?? "",
      principalOf: (ctx) => connection.originOf(ctx.http?.authInfo).principal.id,
    });
    const server = new Server(serverInfoOf(setting), {
      capabilities: {
        tools: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
        ...(setting.tasks ? { extensions: { [TASKS_EXTENSION]: {} } } : {}),
      },
      cacheHints: CACHE_HINTS,
      requestState: { verify: (state, ctx) => asking.verify(state, ctx) },
      instructions: `Tools run sealed; what the operator did not grant is denied. Call ${DEBT_TOOL.name} to learn what is not protected.`,
    });
    serveTools({ server, connection, asking });
    if (setting.tasks) serveTasks(setting.tasks, setting, { server, connection, asking });
    serveOffers({ server, connection, asking });
    server.setRequestHandler("logging/setLevel", ({ params }) => {
      connection.logs.level = params.level;
      return {};
    });
    return server;
  };
}
