// `/metrics` was served by a listener that took every `Host`: a web page whose name was made to point to 127.0.0.1 could read
// which tools there are and how often each is called. The operator's pages are for whoever names this machine.
import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { openOperatorListener } from "../../runtime/cli/audit/operator-listener.ts";
import { CALM, WORST } from "../helpers/debt-postures.ts";

const METRICS = "glovebox_calls_active 1\n";

interface Answered {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly text: string;
}

/** As a browser, a scraper or an attacker would ask; `fetch` sets `Host` by itself. */
function ask(
  port: number,
  path: string,
  headers: http.OutgoingHttpHeaders = {},
  method = "GET",
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, path, headers, method }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () =>
        resolve({ status: response.statusCode, type: response.headers["content-type"], text }),
      );
    });
    request.on("error", reject).end();
  });
}

test("the operator's pages are read by this machine's own names, and by no web page", async (t) => {
  let posture = WORST;
  const listener = await openOperatorListener(
    { prometheus: { host: "127.0.0.1", port: 0 }, debt: true },
    { metrics: () => Promise.resolve(METRICS), postureNow: () => posture },
  );
  t.after(() => listener.close());
  const { port } = listener.address;

  for (const path of ["/metrics", "/debt"]) {
    for (const headers of [
      { host: "attacker.example" },
      { host: `attacker.example:${port}` },
      { host: "127.0.0.1.attacker.example" },
      { host: "localhost.attacker.example" },
      { host: "127.0.0.1@attacker.example" },
      { origin: "https://attacker.example" },
      { origin: "null" },
      { origin: `http://localhost:${port}` },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ]) {
      const { status, text } = await ask(port, path, headers);
      assert.equal(status, 403, `${path} ${JSON.stringify(headers)}`);
      assert.doesNotMatch(text, /glovebox_calls|items|example\.com/);
    }
    for (const method of ["POST", "OPTIONS", "DELETE"])
      assert.equal((await ask(port, path, {}, method)).status, 405, method);
    for (const host of ["127.0.0.1", `localhost:${port}`])
      assert.equal((await ask(port, path, { host })).status, 200, host);
    assert.equal((await ask(port, path, { "sec-fetch-site": "none" })).status, 200);
  }
  for (const path of [
    "/",
    "/debt/",
    "/DEBT",
    "//debt",
    "/constructor",
    `/debt?${"x".repeat(1001)}`,
  ])
    assert.equal((await ask(port, path)).status, 404, path);

  assert.equal((await ask(port, "/metrics")).text, METRICS);
  const debt = await ask(port, "/debt?area=flow");
  assert.equal(debt.type, "application/json");
  const report = JSON.parse(debt.text);
  assert.equal(report.view, "operator");
  assert.deepEqual(report.filter, { status: null, severity: null, area: "flow" });
  assert.match(debt.text, /carol/);

  posture = CALM;
  assert.doesNotMatch((await ask(port, "/debt")).text, /carol/);
});

test("a filter of /debt that means nothing is refused, with the words that mean something", async (t) => {
  const listener = await openOperatorListener(
    { prometheus: { host: "127.0.0.1", port: 0 }, debt: true },
    { metrics: undefined, postureNow: () => WORST },
  );
  t.after(() => listener.close());
  const { port } = listener.address;
  const refusals: readonly (readonly [string, RegExp])[] = [
    ["severity=nonsense", /low, medium, high, critical/],
    ["area=flow&severity=High", /low, medium, high, critical/],
    ["status=", /open, monitoring, resolved/],
    ["area=flow?severity=high", /supply, sandbox/],
    ["area=flows", /supply, sandbox/],
    ["sevrity=high", /status, severity, area/],
    ["constructor=1", /status, severity, area/],
    ["x%1B%5B2J=1", /status, severity, area/],
    ["area=flow&area=limits", /once/],
  ];
  for (const [query, words] of refusals) {
    const { status, type, text } = await ask(port, `/debt?${query}`);
    assert.equal(status, 400, query);
    assert.equal(type, "application/json");
    const { error_code, message, suggestion } = JSON.parse(text);
    assert.equal(error_code, "BAD_REQUEST");
    assert.match(suggestion, words, query);
    assert.ok(!message.includes("\u001b"), query);
  }
  const known = await ask(port, "/debt?area=flow&severity=high&status=open");
  assert.equal(known.status, 200);
  assert.deepEqual(JSON.parse(known.text).filter, {
    status: "open",
    severity: "high",
    area: "flow",
  });
  assert.equal((await ask(port, "/debt?")).status, 200);
});

test("what is not configured is not there", async (t) => {
  const listener = await openOperatorListener(
    { prometheus: { host: "127.0.0.1", port: 0 } },
    { metrics: () => Promise.reject(new Error("/srv/secret")), postureNow: () => CALM },
  );
  t.after(() => listener.close());
  const { port } = listener.address;
  assert.equal((await ask(port, "/debt")).status, 404);
  const failed = await ask(port, "/metrics");
  assert.equal(failed.status, 503);
  assert.doesNotMatch(failed.text, /srv/);
});
