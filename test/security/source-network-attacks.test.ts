// What a web server, or who owns a name, can do to a fetch: each way to be wrong has a code of its own, and nothing is kept.
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import type { Source } from "../../runtime/supply/read-source.ts";
import { fetchSource } from "../../runtime/supply/sources/fetch-source.ts";
import { codesOfRejection } from "../helpers/refusals.ts";
import { APPROVED } from "../helpers/signed-package.ts";
import { limitsFor, openSourceRoom, type SourceRoom } from "../helpers/source-room.ts";

const PACKAGE = Buffer.from(APPROVED.package);
const HEX = digestOfBytes(PACKAGE).slice("sha256:".length);
const LARGE = 65 * 1024 * 1024;

type Answer = (request: IncomingMessage, response: ServerResponse, room: SourceRoom) => unknown;

/** A room whose server answers for `/x.tgz` as a test says, and has no signature. */
async function roomOf(answer: Answer): Promise<SourceRoom> {
  const room: SourceRoom = await openSourceRoom((request, response) => {
    if (request.url?.startsWith("/x.tgz.")) response.writeHead(404).end();
    else answer(request, response, room);
  });
  return room;
}

/** Fetches what the room serves; `code` is what it must end in. */
function fetchX(room: SourceRoom, code?: string, fragment = ""): Promise<Source | undefined> {
  const setting = room.setting({ limits: limitsFor(code) });
  return fetchSource(`${room.origin("a")}/x.tgz${fragment}`, setting);
}

const send: Answer = (_request, response) => response.end(PACKAGE);
const redirect =
  (location: string | ((room: SourceRoom) => string), status = 302): Answer =>
  (_request, response, room) =>
    response
      .writeHead(status, {
        location: typeof location === "string" ? location : location(room),
      })
      .end();

/** Writes without end, as fast as it is read. */
function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(256 * 1024);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
}

const ATTACKS: readonly (readonly [what: string, code: string, answer: Answer])[] = [
  ["a redirect to plain http", "ERR_SOURCE_INSECURE", redirect("http://a.glovebox.test/x.tgz")],
  ["a redirect to http on this machine", "ERR_SOURCE_INSECURE", redirect("http://localhost:1/")],
  ["a redirect to loopback", "ERR_SOURCE_INWARD", redirect("https://127.0.0.1:1/x.tgz")],
  ["a redirect to loopback in IPv6", "ERR_SOURCE_INWARD", redirect("https://[::1]:1/x.tgz")],
  ["a redirect to localhost", "ERR_SOURCE_INWARD", redirect("https://localhost:1/x.tgz")],
  ["a redirect to a company's network", "ERR_SOURCE_INWARD", redirect("https://10.0.0.1/x.tgz")],
  ["a redirect to unique local IPv6", "ERR_SOURCE_INWARD", redirect("https://[fd00::1]/x.tgz")],
  ["a redirect to a cloud's metadata", "ERR_SOURCE_INWARD", redirect("https://169.254.169.254/")],
  ["a redirect to all addresses", "ERR_SOURCE_INWARD", redirect("https://0.0.0.0/")],
  ["a redirect to a mapped address", "ERR_SOURCE_INWARD", redirect("https://[::ffff:7f00:1]/")],
  ["a redirect to a file", "ERR_SOURCE_REDIRECT", redirect("file:///etc/passwd")],
  ["a redirect with credentials", "ERR_SOURCE_REDIRECT", redirect("https://a:b@a.glovebox.test/")],
  ["a redirect to nothing", "ERR_SOURCE_REDIRECT", redirect("https://")],
  [
    "a redirect that says nothing",
    "ERR_SOURCE_REDIRECT",
    (_request, response) => response.writeHead(302).end(),
  ],
  [
    "redirects in a circle",
    "ERR_SOURCE_REDIRECT",
    redirect((room) => `${room.origin("b")}/again`, 307),
  ],
  [
    "an answer that it is gone",
    "ERR_SOURCE_NOT_FOUND",
    (_q, response) => response.writeHead(404).end(),
  ],
  [
    "an answer that asks who is there",
    "ERR_SOURCE_NOT_AUTHORIZED",
    (_q, response) => response.writeHead(401).end(),
  ],
  [
    "an error of the server's",
    "ERR_SOURCE_ANSWER",
    (_q, response) => response.writeHead(500).end("<h1>"),
  ],
  [
    "a part that nobody asked for",
    "ERR_SOURCE_ANSWER",
    (_q, response) => response.writeHead(206, { "content-range": "bytes 0-1/2" }).end("ab"),
  ],
  [
    "a body that is encoded",
    "ERR_SOURCE_ANSWER",
    (_q, response) => response.setHeader("content-encoding", "gzip").end(PACKAGE),
  ],
  [
    "a head without end",
    "ERR_SOURCE_ANSWER",
    (_q, response) => response.writeHead(200, { "x-long": "x".repeat(40_000) }).end(PACKAGE),
  ],
  [
    "a page",
    "ERR_SOURCE_KIND",
    (_q, response) => response.setHeader("content-type", "application/gzip").end("<html>"),
  ],
  ["nothing at all", "ERR_SOURCE_KIND", (_q, response) => response.end()],
  [
    "a length that is too large",
    "ERR_SOURCE_TOO_LARGE",
    (_q, response) => response.writeHead(200, { "content-length": LARGE }).flushHeaders(),
  ],
  ["a body without end", "ERR_SOURCE_TOO_LARGE", (_q, response) => pour(response)],
  ["a head that never comes", "ERR_SOURCE_TIMED_OUT", () => {}],
  [
    "a body that stands still",
    "ERR_SOURCE_TIMED_OUT",
    (_q, response) => response.write(PACKAGE.subarray(0, 10)),
  ],
  [
    "hints without end before its head",
    "ERR_SOURCE_TIMED_OUT",
    (_request, { socket }) => {
      const hints = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(20);
      const timer = setInterval(() => socket?.write(hints), 5);
      socket?.on("close", () => clearInterval(timer));
    },
  ],
  [
    "a chunk whose extension never ends",
    "ERR_SOURCE_TIMED_OUT",
    (_request, { socket }) => {
      socket?.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;");
      const timer = setInterval(() => socket?.write("x".repeat(1000)), 5);
      socket?.on("close", () => clearInterval(timer));
    },
  ],
  [
    "a length and chunks at once",
    "ERR_SOURCE_UNREACHABLE",
    (_request, { socket }) =>
      socket?.write(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      ),
  ],
  [
    "two lengths",
    "ERR_SOURCE_UNREACHABLE",
    (_request, { socket }) =>
      socket?.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello"),
  ],
  [
    "no HTTP at all",
    "ERR_SOURCE_UNREACHABLE",
    (_request, { socket }) => socket?.end("SSH-2.0-OpenSSH\r\n"),
  ],
  [
    "a body that drips",
    "ERR_SOURCE_TIMED_OUT",
    (_q, response) => {
      const timer = setInterval(() => response.write("x"), 50);
      response.on("close", () => clearInterval(timer));
    },
  ],
  [
    "a connection that is cut, again and again",
    "ERR_SOURCE_TRUNCATED",
    (_q, response) => cut(response, PACKAGE.subarray(0, 100)),
  ],
];

/** Sends the beginning of what it promises, and hangs up. */
function cut(
  response: ServerResponse,
  start: Uint8Array,
  headers: Record<string, string> = {},
): void {
  response.writeHead(200, { "content-length": PACKAGE.length, ...headers });
  response.write(start, () => response.socket?.destroy());
}

describe("a server of a source", () => {
  for (const [what, code, answer] of ATTACKS) {
    it(`is refused with ${code}: ${what}`, async () => {
      await using room = await roomOf(answer);
      assert.deepEqual(await codesOfRejection(fetchX(room, code)), [code]);
      assert.ok(
        room.sent.every(({ addresses }) => addresses.every((one) => one === "93.184.215.14")),
      );
    });
  }

  it("is followed over five redirects, and not over six", async () => {
    const hops =
      (count: number): Answer =>
      (request, response, room) => {
        const at = Number(/\d+$/.exec(request.url ?? "")?.[0] ?? 0);
        if (at < count) redirect(`${room.origin("b")}/${at + 1}`)(request, response, room);
        else send(request, response, room);
      };
    await using five = await roomOf(hops(5));
    assert.equal((await fetchX(five))?.kind, "package");
    await using six = await roomOf(hops(6));
    assert.deepEqual(await codesOfRejection(fetchX(six)), ["ERR_SOURCE_REDIRECT"]);
  });

  it("is not believed when the bytes are others than the digest that was named", async () => {
    await using room = await roomOf((_request, response) => {
      const other = Buffer.from(PACKAGE);
      other[other.length - 1]! ^= 1;
      response.end(other);
    });
    assert.deepEqual(await codesOfRejection(fetchX(room, undefined, `#sha256=${HEX}`)), [
      "ERR_SOURCE_DIGEST",
    ]);
  });

  it("is not reached by another certificate than one for its name", async () => {
    await using room = await roomOf(send);
    const elsewhere = fetchSource(`https://localhost:${room.port}/x.tgz`, room.setting());
    assert.deepEqual(await codesOfRejection(elsewhere), ["ERR_SOURCE_UNREACHABLE"]);
  });

  it("has no signature where it says so, or shows a page instead", async () => {
    const page: Answer = (_request, response) =>
      response.setHeader("content-type", "text/html; charset=utf-8").end("<!doctype html>");
    const status =
      (code: number): Answer =>
      (_request, response) =>
        response.writeHead(code).end();
    for (const answer of [page, status(403), status(404), status(410)]) {
      const room: SourceRoom = await openSourceRoom((request, response) =>
        request.url === "/x.tgz" ? response.end(PACKAGE) : answer(request, response, room),
      );
      await using _ = room;
      assert.deepEqual((await fetchX(room))?.bundles, []);
    }
  });

  const signatures: readonly (readonly [string, string, Answer])[] = [
    ["is too large", "ERR_SOURCE_TOO_LARGE", (_request, response) => pour(response)],
    [
      "cannot be had just now",
      "ERR_SOURCE_ANSWER",
      (_request, response) => response.writeHead(503).end(),
    ],
    ["never comes", "ERR_SOURCE_TIMED_OUT", () => {}],
    ["is cut off", "ERR_SOURCE_TRUNCATED", (_request, response) => cut(response, Buffer.from("{"))],
    ["is elsewhere, inside", "ERR_SOURCE_INWARD", redirect("https://192.168.1.1/")],
  ];
  for (const [what, code, answer] of signatures)
    it(`is refused with ${code} when the signature ${what}, and not taken for unsigned`, async () => {
      const room: SourceRoom = await openSourceRoom((request, response) =>
        request.url === "/x.tgz" ? response.end(PACKAGE) : answer(request, response, room),
      );
      await using _ = room;
      assert.deepEqual(await codesOfRejection(fetchX(room, code)), [code]);
    });
});

describe("a name of a source", () => {
  const names: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    ["is this machine without being called so", [["127.0.0.1"]]],
    ["is a cloud's metadata", [["169.254.169.254"]]],
    ["has a public and a private address", [["93.184.215.14", "10.0.0.1"]]],
    ["has a public address and loopback", [["::1", "93.184.215.14"]]],
    ["moves inside between two requests", [["93.184.215.14"], ["10.0.0.1"]]],
    ["moves to loopback between two requests", [["93.184.215.14"], ["127.0.0.1"]]],
  ];
  for (const [what, addresses] of names)
    it(`is refused when it ${what}`, async () => {
      await using room = await roomOf(send);
      room.addresses.set("a.glovebox.test", addresses);
      assert.deepEqual(await codesOfRejection(fetchX(room)), ["ERR_SOURCE_INWARD"]);
      assert.equal(room.sent.length, addresses.length - 1);
    });

  it("may be inside when the operator names it, and then redirect there, but not to loopback", async () => {
    await using room = await roomOf(redirect((own) => `${own.origin("store")}/y.tgz`));
    room.addresses.set("a.glovebox.test", [["10.0.0.1"]]);
    room.addresses.set("store.glovebox.test", [["192.168.7.7"]]);
    await codesOfRejection(fetchX(room));
    assert.deepEqual(room.sent[1]?.addresses, ["192.168.7.7"]);
    await using other = await roomOf(redirect("https://127.0.0.1:1/"));
    other.addresses.set("a.glovebox.test", [["10.0.0.1"]]);
    assert.deepEqual(await codesOfRejection(fetchX(other)), ["ERR_SOURCE_INWARD"]);
  });

  it("that has no address is no server", async () => {
    await using room = await roomOf(send);
    room.addresses.set("a.glovebox.test", [[]]);
    assert.deepEqual(await codesOfRejection(fetchX(room)), ["ERR_SOURCE_UNREACHABLE"]);
  });
});

describe("a download that is cut", () => {
  /** Cuts the first answer in the middle, and answers the second as `second` says. */
  async function resumed(headers: Record<string, string>, second: Answer) {
    let count = 0;
    await using room = await roomOf((request, response, own) => {
      count += 1;
      if (count === 1) cut(response, PACKAGE.subarray(0, 100), headers);
      else second(request, response, own);
    });
    const found = await fetchX(room).then(
      (source) => source?.kind === "package" && Buffer.from(source.package).equals(PACKAGE),
      (error: { code: string }) => error.code,
    );
    return {
      found,
      range: room.sent[1]?.headers["range"],
      condition: room.sent[1]?.headers["if-range"],
    };
  }
  const rest: Answer = (_request, response) => {
    const range = `bytes 100-${PACKAGE.length - 1}/${PACKAGE.length}`;
    response.writeHead(206, { "content-range": range, etag: '"one"' }).end(PACKAGE.subarray(100));
  };

  it("goes on where it was, when the server has a strong ETag", async () => {
    const outcome = await resumed({ etag: '"one"' }, rest);
    assert.deepEqual(outcome, { found: true, range: "bytes=100-", condition: '"one"' });
  });

  it("begins again without one, with a weak one, and when the file has changed meanwhile", async () => {
    for (const headers of [{}, { etag: 'W/"one"' }]) {
      const outcome = await resumed(headers, send);
      assert.deepEqual(outcome, { found: true, range: undefined, condition: undefined });
    }
    const changed = await resumed({ etag: '"one"' }, send);
    assert.deepEqual(changed, { found: true, range: "bytes=100-", condition: '"one"' });
  });

  it("is tried again when the server is away for a moment, but not when it never was there", async () => {
    let count = 0;
    const hangUp: Answer = (_request, response) => response.socket?.destroy();
    const answers: readonly Answer[] = [
      (_request, response) => cut(response, PACKAGE.subarray(0, 100), { etag: '"one"' }),
      hangUp,
      rest,
    ];
    await using room = await roomOf((...all) => answers[count++]?.(...all));
    assert.equal((await fetchX(room))?.kind, "package");
    await using away = await roomOf(hangUp);
    assert.deepEqual(await codesOfRejection(fetchX(away)), ["ERR_SOURCE_UNREACHABLE"]);
    assert.equal(away.sent.length, 1);
  });

  it("takes no other part, and no part of another file", async () => {
    const part =
      (range: string, etag: string): Answer =>
      (_request, response) =>
        response.writeHead(206, { "content-range": range, etag }).end(PACKAGE.subarray(100));
    const size = PACKAGE.length;
    const lies: readonly Answer[] = [
      part(`bytes 99-${size - 1}/${size}`, '"one"'),
      part(`bytes 100-${size - 2}/${size}`, '"one"'),
      part(`bytes 100-${size - 1}/${size}`, '"two"'),
      part(`bytes 100-${size - 1}/*`, '"one"'),
      part("", '"one"'),
    ];
    for (const lie of lies)
      assert.equal((await resumed({ etag: '"one"' }, lie)).found, "ERR_SOURCE_ANSWER");
  });
});

describe("production", () => {
  it("asks no server for what has no digest", async () => {
    await using room = await roomOf(send);
    const source = `${room.origin("a")}/x.tgz`;
    const setting = room.setting({ mode: "production" });
    assert.deepEqual(await codesOfRejection(fetchSource(source, setting)), [
      "ERR_SOURCE_NOT_PINNED",
    ]);
    assert.deepEqual(room.sent, []);
    const pinned = await fetchSource(`${source}#sha256=${HEX}`, setting);
    assert.equal(pinned?.kind, "package");
  });
});
