// JSON text can say half a letter (`\ud83d`), and the channel to the broker may not. A servlet that logged one, reported it as its
// progress or asked for such an address was taken for a runner that somebody had broken out into; after three, none was started.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CapabilityBroker } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Sandbox } from "../../runtime/sandbox/sandbox.ts";
import { CAN_COMPILE_C } from "../helpers/c-guest.ts";
import { openSealed, openServlet } from "../helpers/sealed-servlets.ts";
import { hostileServlet } from "../helpers/servlets.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await openSealed();
});
after(() => sandbox.close());

if (CAN_COMPILE_C)
  test("half a letter from a servlet is no breach of the channel", async () => {
    const sent: (readonly JsonValue[])[] = [];
    const http: CapabilityBroker = {
      operations: {
        "http.send": ({ args }) => {
          sent.push(args);
          return { value: { status: 200, url: "http://a/", headers: [] } };
        },
      },
    };
    await using servlet = openServlet(sandbox, hostileServlet(), { brokers: { http } });
    for (const how of ["half-log", "half-progress", "half-request", "half-log"])
      assert.deepEqual(await servlet.call("attack", { how }), { content: [] });
    assert.deepEqual(servlet.logs, ["info: half \ufffd", "info: half \ufffd"]);
    assert.deepEqual(servlet.progress, [[1, undefined, "half \ufffd"]]);
    assert.deepEqual(sent, [["\ufffd", "http://a/\ufffd", [["\ufffd", "\ufffd"]]]]);
  });
