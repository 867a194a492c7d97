// A client that left while its credentials were still being checked was never noticed to be gone: its place among the
// streams was taken for good, and its session stayed busy.
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "node:net";
import { UNNAMED_PRINCIPAL } from "../../runtime/policy/principal.ts";
import { LEGACY, openSession, startHttp, until, type TestServer } from "../helpers/http-server.ts";

/** Answers `late` when it is told to, and everybody else at once. */
function makeSlowCheck() {
  let waiting = 0;
  const { promise: gate, resolve: letIn } = Promise.withResolvers<void>();
  const outcome = { kind: "principal", principal: UNNAMED_PRINCIPAL } as const;
  return {
    waiting: () => waiting,
    letIn,
    authenticator: {
      async authenticate({
        headers,
      }: {
        readonly headers: Readonly<Record<string, string | undefined>>;
      }) {
        if (headers["x-late"] !== undefined) {
          waiting += 1;
          await gate;
        }
        return outcome;
      },
      decideTool: () => undefined,
    },
  };
}

function head(method: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({
    host: "127.0.0.1",
    accept: "application/json, text/event-stream",
    "x-late": "1",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} /mcp HTTP/1.1\r\n${lines.join("")}\r\n`;
}

async function leaveEarly(
  server: TestServer,
  check: ReturnType<typeof makeSlowCheck>,
  text: string,
): Promise<void> {
  const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
  socket.on("error", () => undefined);
  await until(() => check.waiting() === 1);
  socket.resetAndDestroy();
  await new Promise((resolve) => setTimeout(resolve, 200));
  check.letIn();
  await new Promise((resolve) => setTimeout(resolve, 200));
}

test("a stream that nobody waits for takes no place", async (t) => {
  const check = makeSlowCheck();
  const limits = { streamsPerPrincipal: 1, sessionsPerPrincipal: 1 };
  const server = await startHttp(t, { authenticator: check.authenticator, limits });
  const id = await openSession(server);
  const session = { "mcp-session-id": id, "mcp-protocol-version": LEGACY };
  await leaveEarly(server, check, head("GET", session));
  const headers = { ...session, accept: "text/event-stream" };
  const again = await fetch(server.url, { headers });
  assert.equal(again.status, 200);
  await again.body?.cancel();
});
