// Alerts leave through the same guard as a plugin's requests, signed, and nobody waits for who takes them.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { makeWebhook, type Webhook } from "../../runtime/audit/anomalies/webhook.ts";
import { httpPowers, serve } from "../helpers/http-room.ts";
import { until } from "../helpers/served-workspace.ts";

const SECRET = "only for this test";
const powers = httpPowers({ readSecret: () => SECRET, nowMs: () => 1_800_000_000_000 });

function open(url: string, ranges: readonly string[], troubles: string[] = []): Webhook {
  const setting = { url, secret: "env:ALERTS", private: ranges };
  return makeWebhook(setting, powers, (why) => void troubles.push(why));
}

describe("an alert", () => {
  it("arrives as JSON, signed with the secret over time and body", async () => {
    const got: { signature: string; body: string }[] = [];
    const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body = await text(request);
      got.push({ signature: String(request.headers["x-glovebox-signature"]), body });
      response.end();
    };
    await using server = await serve((request, response) => void take(request, response));
    const webhook = open(`${server.origin}/hook`, ["127.0.0.0/8"]);
    webhook.send({ rule: "flood", what: "\u202e" });
    await until(() => got.length === 1, "the alert");
    const [{ signature, body } = { signature: "", body: "" }] = got;
    assert.deepEqual(JSON.parse(body), { rule: "flood", what: "\u202e" });
    const hex = createHmac("sha256", SECRET).update(`1800000000.${body}`).digest("hex");
    assert.equal(signature, `t=1800000000,v1=${hex}`);
    webhook.close();
  });

  it("goes to no address inside that was not named", async () => {
    let asked = 0;
    await using server = await serve((_request, response) => {
      asked += 1;
      response.end();
    });
    const troubles: string[] = [];
    for (const url of [
      `${server.origin}/`,
      `http://localhost:${server.port}/`,
      "http://169.254.169.254/latest/meta-data/",
      "http://10.0.0.1/",
      `http://[::ffff:127.0.0.1]:${server.port}/`,
    ])
      open(url, [], troubles).send({});
    await until(() => troubles.length === 5, "the refusals", 30_000);
    assert.equal(asked, 0);
  });

  it("follows no redirect", async () => {
    let reached = 0;
    await using server = await serve((request, response) => {
      if (request.url === "/inside") reached += 1;
      response.writeHead(307, { location: "/inside" }).end();
    });
    const troubles: string[] = [];
    open(`${server.origin}/hook`, ["127.0.0.0/8"], troubles).send({});
    await until(() => troubles.length === 1, "the refusal", 30_000);
    assert.equal(reached, 0);
  });

  it("is dropped where too many wait, and what was dropped is counted", async () => {
    await using server = await serve(() => undefined);
    const webhook = open(`${server.origin}/`, ["127.0.0.0/8"]);
    for (let count = 0; count < 1000; count += 1) webhook.send({ count });
    assert.ok(webhook.lost >= 898, String(webhook.lost));
    webhook.close();
  });

  it("needs a secret that can be read", () => {
    const none = httpPowers({
      readSecret: () => {
        throw new Error("not set");
      },
    });
    assert.throws(() =>
      makeWebhook({ url: "https://a.example/", secret: "env:X", private: [] }, none, () => {}),
    );
  });
});
