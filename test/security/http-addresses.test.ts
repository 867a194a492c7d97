import assert from "node:assert/strict";
import { test } from "node:test";
import type { Powers } from "@glovebox/host-api/powers";
import { httpPowers, loopbackGrant, refusedAs, send, serve } from "../helpers/http-room.ts";

/** Powers that resolve every name to `addresses` and must never connect. */
function resolvingTo(...addresses: readonly string[]): Powers {
  return httpPowers({
    resolveHost: async () =>
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    sendHttp: () => assert.fail("a connection was made"),
  });
}

/** Powers for requests that must be refused before anything touches the network. */
const NO_NETWORK = httpPowers({
  resolveHost: () => assert.fail("a name was looked up"),
  sendHttp: () => assert.fail("a connection was made"),
});

const PRIVATE = [
  "127.0.0.1",
  "10.0.0.1",
  "169.254.169.254",
  "168.63.129.16",
  "100.100.100.200",
  "0.0.0.0",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:8.8.8.8",
  "::7f00:1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "2001:0:7f00:1::",
  "fd00:ec2::254",
  "fe80::1",
  "4000::1",
];
for (const address of PRIVATE) {
  test(`refuses a granted name that resolves to ${address}`, async () => {
    const ask = { grant: "api.example.com", url: "https://api.example.com/" };
    await assert.rejects(
      send({ ...ask, powers: resolvingTo(address) }),
      refusedAs("refused-by-policy"),
    );
    await assert.rejects(
      send({ ...ask, powers: resolvingTo("93.184.216.34", address) }),
      refusedAs("refused-by-policy"),
    );
    await assert.rejects(
      send({ ...ask, powers: resolvingTo(address, "93.184.216.34") }),
      refusedAs("refused-by-policy"),
    );
  });
}

test("refuses what a resolver answers that is no address", async () => {
  for (const address of [
    "",
    "localhost",
    "127.1",
    "0x7f000001",
    "8.8.8.8%lo",
    "8.8.8.8/32",
    "/run/docker.sock",
  ]) {
    const ask = {
      grant: "api.example.com",
      url: "https://api.example.com/",
      powers: resolvingTo(address),
    };
    await assert.rejects(send(ask), refusedAs("refused-by-policy"));
  }
  const ask = { grant: "api.example.com", url: "https://api.example.com/", powers: resolvingTo() };
  await assert.rejects(send(ask), refusedAs("unreachable"));
});

test("connects to the addresses that were checked, when a second lookup would answer others", async () => {
  await using server = await serve((_incoming, outgoing) => outgoing.end("the checked one"));
  let lookups = 0;
  const powers = httpPowers({
    async resolveHost() {
      lookups += 1;
      return [{ address: lookups === 1 ? "127.0.0.1" : "169.254.169.254", family: 4 }];
    },
  });
  const grant = {
    allow: { scheme: "http", host: "rebind.example", port: server.port },
    private: "127.0.0.0/8",
  };
  const answer = await send({ grant, url: `http://rebind.example:${server.port}/`, powers });
  assert.equal(answer.text, "the checked one");
  assert.equal(lookups, 1);
});

test("checks the addresses again at every hop", async () => {
  let requests = 0;
  await using server = await serve((_incoming, outgoing) => {
    requests += 1;
    outgoing.writeHead(302, { location: "/again" }).end();
  });
  const answers = ["127.0.0.1", "169.254.169.254"];
  const powers = httpPowers({
    resolveHost: async () => [{ address: answers.shift() ?? "", family: 4 }],
  });
  const grant = {
    allow: { scheme: "http", host: "rebind.example", port: server.port },
    private: "127.0.0.0/8",
  };
  await assert.rejects(
    send({ grant, url: `http://rebind.example:${server.port}/`, powers }),
    refusedAs("refused-by-policy"),
  );
  assert.equal(requests, 1);
});

test("does not even look up a name that is not granted", async () => {
  const names = [
    "evil.example",
    "api.example.com.evil.example",
    "secret-data.evil.example",
    "xapi.example.com",
    "example.com",
    "localhost",
  ];
  for (const name of names) {
    const ask = { grant: "api.example.com", url: `https://${name}/`, powers: NO_NETWORK };
    await assert.rejects(send(ask), refusedAs("refused-by-policy"));
  }
});

test("refuses addresses that were not granted, however they are written", async () => {
  const grant = { allow: ["api.example.com", "http://api.example.com"] };
  for (const host of ["127.0.0.1", "169.254.169.254", "[::1]", "[fd00:ec2::254]", "8.8.8.8"]) {
    await assert.rejects(
      send({ grant, url: `http://${host}/`, powers: NO_NETWORK }),
      refusedAs("refused-by-policy"),
    );
  }
  const hidden = [
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "１２７.0.0.1",
    "127。0。0。1",
    "[::ffff:127.0.0.1]",
    "127.0.0.1.",
    "api.example.com@127.0.0.1",
    "127.0.0.1\\@api.example.com",
    "127.0.0.1%2eapi.example.com",
    "127.0.0.1\t.api.example.com",
    "127.0.0.1\0.api.example.com",
  ];
  for (const host of hidden) {
    await assert.rejects(
      send({ grant, url: `http://${host}/`, powers: NO_NETWORK }),
      refusedAs("invalid-argument"),
    );
  }
});

test("a granted loopback address stays closed until its range is opened", async () => {
  await using server = await serve((_incoming, outgoing) => outgoing.end("open"));
  const { private: open, ...grant } = loopbackGrant(server);
  assert.deepEqual(open, ["127.0.0.0/8"]);
  await assert.rejects(send({ grant, url: server.origin }), refusedAs("refused-by-policy"));
  await assert.rejects(
    send({ grant: { ...grant, private: ["10.0.0.0/8", "::1/128"] }, url: server.origin }),
    refusedAs("refused-by-policy"),
  );
  assert.equal((await send({ grant: loopbackGrant(server), url: server.origin })).text, "open");
});

test("another spelling of a granted loopback address is refused", async () => {
  await using server = await serve((_incoming, outgoing) => outgoing.end("open"));
  for (const host of ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.01"]) {
    await assert.rejects(
      send({ grant: loopbackGrant(server), url: `http://${host}:${server.port}/` }),
      refusedAs("invalid-argument"),
    );
  }
  await assert.rejects(
    send({ grant: loopbackGrant(server), url: `http://127.0.0.2:${server.port}/` }),
    refusedAs("refused-by-policy"),
  );
});

test("refuses other ports of a granted host", async () => {
  const grant = { allow: "api.example.com" };
  for (const port of [22, 80, 6379, 8443, 44_300]) {
    await assert.rejects(
      send({ grant, url: `https://api.example.com:${port}/`, powers: NO_NETWORK }),
      refusedAs("refused-by-policy"),
    );
  }
});
