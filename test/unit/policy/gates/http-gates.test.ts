// Every gate of the HTTP server, alone and together, as the pure function decides it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HttpFacts, StartFacts } from "../../../../runtime/policy/gates/facts.ts";
import { NO_REGIONS } from "../../../../runtime/policy/server/regions.ts";
import { decideServed, decideStart } from "../../../../runtime/policy/gates/decide-start.ts";
import { GATE_ERRORS } from "../../../../runtime/policy/gates/errors.ts";
import { LOCAL_GATES } from "../../../../runtime/policy/gates/local-gates.ts";
import {
  describeWaivers,
  HTTP_GATES,
  WAIVABLE_GATES,
} from "../../../../runtime/policy/gates/waivers.ts";
import {
  NOW_MS,
  OAUTH,
  HTTP,
  SERVER,
  FOLDER,
  STATE_KEY,
  GOOD,
  START,
  server,
  without,
  http,
  oauth,
  file,
  root,
  LOCAL,
  NO_PROXY,
} from "../../../helpers/http-facts.ts";

/** What is wrong, what it is refused for, and by which gate. */
const REFUSED: readonly (readonly [
  title: string,
  gate: string,
  facts: Partial<HttpFacts>,
  codes: readonly (keyof typeof GATE_ERRORS)[],
])[] = [
  [
    "no word on authentication",
    "auth",
    { server: { ...(without("auth").server ?? SERVER), http: LOCAL } },
    ["ERR_GATE_AUTH"],
  ],
  [
    "mode none on loopback",
    "auth",
    server({ auth: { mode: "none" }, http: { ...HTTP, listen: { host: "::1", port: 1 } } }),
    ["ERR_GATE_AUTH"],
  ],
  [
    "mode none within reach of others",
    "open-listen",
    server({ auth: { mode: "none" } }),
    ["ERR_GATE_OPEN_LISTEN", "ERR_GATE_AUTH"],
  ],
  [
    "an issuer by plain http",
    "issuer",
    oauth({ issuer: "http://localhost:9000" }),
    ["ERR_GATE_ISSUER", "ERR_GATE_ISSUER"],
  ],
  [
    "keys of the issuer by plain http",
    "issuer",
    oauth({ jwks: "http://127.0.0.1/jwks" }),
    ["ERR_GATE_ISSUER"],
  ],
  ["an empty audience", "audience", oauth({ audience: "" }), ["ERR_GATE_AUDIENCE"]],
  [
    "the issuer as the audience",
    "audience",
    oauth({ audience: OAUTH.issuer }),
    ["ERR_GATE_AUDIENCE"],
  ],
  [
    "a resource at a host that is not listed",
    "audience",
    oauth({ resource: "https://other.example.com/mcp" }),
    ["ERR_GATE_AUDIENCE"],
  ],
  [
    "a resource by plain http",
    "audience",
    oauth({ resource: "http://localhost/mcp" }),
    ["ERR_GATE_AUDIENCE"],
  ],
  [
    "no hosts",
    "hosts",
    server({ auth: { mode: "keys" }, http: { ...HTTP, hosts: [] } }),
    ["ERR_GATE_HOSTS"],
  ],
  ["no word on origins", "origins", http({ statesOrigins: false }), ["ERR_GATE_ORIGINS"]],
  [
    "an origin by plain http",
    "origins",
    http({ origins: ["https://a.example", "http://b.example"] }),
    ["ERR_GATE_ORIGINS"],
  ],
  ["neither TLS nor a proxy", "tls", server({ http: NO_PROXY }), ["ERR_GATE_TLS"]],
  [
    "the whole internet as a proxy",
    "proxy",
    http({ proxy: { trusted: ["10.0.0.0/8", "0.0.0.0/0"] } }),
    ["ERR_GATE_PROXY"],
  ],
  [
    "the whole of IPv6 as a proxy",
    "proxy",
    http({ proxy: { trusted: ["::/0"] } }),
    ["ERR_GATE_PROXY"],
  ],
  [
    "certificates without TLS",
    "client-ca",
    server({
      auth: {
        mode: "mtls",
        tenant: { value: "acme" },
        subject: "subject.CN",
        scopes: [],
        revoked: [],
      },
    }),
    ["ERR_GATE_CLIENT_CA"],
  ],
  ["no limits", "rate", without("rate"), ["ERR_GATE_RATE"]],
  ["no audit", "audit", { hasAudit: false }, ["ERR_GATE_AUDIT"]],
  ["no state key", "state-key", without("stateKey"), ["ERR_GATE_STATE_KEY"]],
  [
    "a secret that is not there",
    "secrets",
    { secrets: [{ ...STATE_KEY, unreadable: "the variable is not set" }] },
    ["ERR_GATE_SECRET_MISSING"],
  ],
  [
    "a placeholder",
    "secrets",
    { secrets: [{ ...STATE_KEY, faults: ["placeholder"] }] },
    ["ERR_GATE_SECRET_WEAK"],
  ],
  [
    "a published secret",
    "secrets",
    { secrets: [{ ...STATE_KEY, faults: ["published"] }] },
    ["ERR_GATE_SECRET_WEAK"],
  ],
  [
    "a secret that can be guessed",
    "secrets",
    { secrets: [{ ...STATE_KEY, faults: ["guessable"] }] },
    ["ERR_GATE_SECRET_WEAK"],
  ],
  [
    "a secret with two uses",
    "secrets",
    { secrets: [{ ...STATE_KEY, sameAs: "server.store.redis" }] },
    ["ERR_GATE_SECRET_SHARED"],
  ],
  [
    "a folder that everybody may change",
    "writable",
    file({ what: "parent", mode: 0o757 }),
    ["ERR_GATE_WRITABLE"],
  ],
  [
    "a folder that a group may change",
    "writable",
    file({ mode: 0o770, isOwnGroup: false }),
    ["ERR_GATE_WRITABLE"],
  ],
  [
    "a configuration that everybody may change",
    "writable",
    file({ what: "configuration", mode: 0o666 }),
    ["ERR_GATE_WRITABLE"],
  ],
  [
    "a lockfile of somebody else",
    "writable",
    file({ what: "lockfile", mode: 0o644, owner: "other" }),
    ["ERR_GATE_WRITABLE"],
  ],
  ["data that everybody may read", "readable", file({ mode: 0o755 }), ["ERR_GATE_READABLE"]],
  [
    "a key that everybody may read",
    "readable",
    file({ what: "key", mode: 0o604 }),
    ["ERR_GATE_READABLE"],
  ],
  [
    "a key that a group may read",
    "readable",
    file({ what: "key", mode: 0o640 }),
    ["ERR_GATE_READABLE"],
  ],
  ...[
    "/",
    "//",
    "/etc",
    "/etc/",
    "/usr/share/x",
    "/proc/self/cwd",
    "/dev/shm",
    "/home",
    "/home/bob",
    "/home/ada",
    "/root",
    "/data/people/eve",
    "/tmp",
    "/var",
    "/srv",
    "/usr/local",
    "/Users/ada",
    "C:\\",
    "C:\\Windows",
  ].map(
    (folder) =>
      [`data in ${folder}`, "sandbox-root", root(folder), ["ERR_GATE_SANDBOX_ROOT"]] as const,
  ),
];

describe("production over HTTP", () => {
  it("starts when every gate is open", () => {
    assert.deepEqual(decideStart({ ...START, http: GOOD }), []);
  });

  it("asks none of these gates where nothing is served over HTTP", () => {
    assert.deepEqual(decideStart(START), []);
    assert.deepEqual(decideServed(START), []);
  });

  for (const [title, gate, facts, codes] of REFUSED) {
    it(`refuses ${title}`, () => {
      const start = { ...START, http: { ...GOOD, ...facts } };
      assert.deepEqual(
        decideStart(start).map(({ code }) => code),
        codes,
      );
      const refusing = decideServed(start).filter(({ state }) => state === "refused");
      assert.ok(refusing.some((state) => state.gate.id === gate));
      for (const reason of decideStart(start)) {
        assert.equal(reason.exit, 3);
        assert.ok(reason.remedy.length > 10);
      }
    });
  }

  it("tries every gate and every code above", () => {
    assert.deepEqual(
      new Set(REFUSED.map(([, gate]) => gate)),
      new Set(HTTP_GATES.map(({ id }) => id)),
    );
    assert.deepEqual(
      new Set(REFUSED.flatMap(([, , , codes]) => codes)),
      new Set(Object.keys(GATE_ERRORS)),
    );
  });

  it("says all reasons at once", () => {
    const bare: HttpFacts = {
      server: {
        http: { ...NO_PROXY, hosts: [], statesOrigins: false },
        residency: NO_REGIONS,
        store: { kind: "memory" },
      },
      hasAudit: false,
      secrets: [{ ...STATE_KEY, faults: ["placeholder"] }],
      files: [{ ...FOLDER, mode: 0o777 }],
      roots: [{ folder: "/", homes: [] }],
    };
    assert.deepEqual(
      decideStart({ ...START, http: bare }).map(({ code }) => code),
      [
        "ERR_GATE_OPEN_LISTEN",
        "ERR_GATE_AUTH",
        "ERR_GATE_HOSTS",
        "ERR_GATE_ORIGINS",
        "ERR_GATE_TLS",
        "ERR_GATE_RATE",
        "ERR_GATE_AUDIT",
        "ERR_GATE_STATE_KEY",
        "ERR_GATE_SECRET_WEAK",
        "ERR_GATE_WRITABLE",
        "ERR_GATE_READABLE",
        "ERR_GATE_SANDBOX_ROOT",
      ],
    );
  });

  it("refuses each two of them together for both", () => {
    for (const [, , left, leftCodes] of REFUSED)
      for (const [, , right, rightCodes] of REFUSED) {
        // Facts of one part replace each other.
        if (Object.keys(left).some((key) => Object.hasOwn(right, key))) continue;
        const codes = decideStart({ ...START, http: { ...GOOD, ...left, ...right } }).map(
          ({ code }) => code,
        );
        assert.deepEqual(codes.toSorted(), [...leftCodes, ...rightCodes].toSorted());
      }
  });

  it("lets pass what is usual", () => {
    for (const facts of [
      server({ auth: { mode: "keys" } }),
      http({ origins: ["https://app.example.com"] }),
      file({ what: "parent", mode: 0o1777, owner: "root", isOwnGroup: false }),
      file({ what: "parent", mode: 0o755, owner: "root", isOwnGroup: false }),
      file({ what: "configuration", mode: 0o664 }),
      file({ mode: undefined }),
      root("/srv/glovebox"),
      root("/var/lib/glovebox"),
      root("/home/ada/tools"),
      root("/opt/glovebox"),
      root("/usr/local/glovebox"),
      root("/tmp/x/glovebox"),
    ] satisfies Partial<HttpFacts>[])
      assert.deepEqual(decideStart({ ...START, http: { ...GOOD, ...facts } }), []);
  });
});

describe("production over stdio, and for one call", () => {
  const refusedOf = ({ secrets = [], files = [] }: Partial<HttpFacts>, mode = START.mode) =>
    decideStart({ ...START, mode, local: { secrets, files } }).map(({ code }) => code);
  const asked = LOCAL_GATES.map(({ id }) => id);

  it("asks who may change what decides, and who may read what is secret", () => {
    assert.deepEqual(asked, ["secrets", "writable", "readable"]);
    assert.deepEqual(refusedOf(GOOD), []);
    const states = decideServed({ ...START, local: GOOD });
    assert.deepEqual(
      states.map(({ gate, state }) => [gate.id, state]),
      asked.map((id) => [id, "open"]),
    );
  });

  it("refuses what is refused over HTTP, and in development nothing of it", () => {
    for (const [title, gate, facts, codes] of REFUSED) {
      assert.deepEqual(refusedOf(facts), asked.includes(gate) ? codes : [], title);
      assert.deepEqual(refusedOf(facts, "development"), [], title);
    }
  });
});

describe("development over HTTP", () => {
  it("refuses one thing: to listen to others without authentication", () => {
    const start = (facts: Partial<HttpFacts>): StartFacts => ({
      ...START,
      mode: "development",
      http: { ...GOOD, ...facts },
    });
    for (const [, gate, facts] of REFUSED)
      assert.deepEqual(
        decideStart(start(facts)).map(({ code }) => code),
        gate === "open-listen" ? ["ERR_GATE_OPEN_LISTEN"] : [],
      );
  });
});

describe("a waiver of a gate of HTTP", () => {
  const waive = (gate: string, until = "2027-01-31") => ({
    gate,
    reason: "for the test alone",
    until,
  });

  for (const [title, gate, facts, codes] of REFUSED) {
    it(`${WAIVABLE_GATES.includes(gate) ? "opens" : "does not open"} the gate that refuses ${title}`, () => {
      const start = { ...START, http: { ...GOOD, ...facts } };
      const left = decideStart({ ...start, waivers: [waive(gate)] }).map(({ code }) => code);
      if (WAIVABLE_GATES.includes(gate)) {
        assert.deepEqual(left, []);
        assert.ok(
          decideServed({ ...start, waivers: [waive(gate)] }).some(
            ({ state }) => state === "waived",
          ),
        );
      } else assert.deepEqual(left, codes);
      assert.ok(
        decideStart({ ...start, waivers: [waive(gate, "2027-01-14")] }).length > codes.length,
      );
    });
  }

  it("can open neither secrets nor signatures, nor let everyone in from elsewhere", () => {
    for (const gate of [
      "secrets",
      "open-listen",
      "writable",
      "sandbox-root",
      "unsigned",
      "issuer",
      "audience",
      "hosts",
    ])
      assert.ok(!WAIVABLE_GATES.includes(gate), gate);
  });

  it("is described with the time that is left, for whoever watches", () => {
    const [state, past] = describeWaivers(
      [waive("tls", "2027-01-15"), waive("rate", "2027-01-14")],
      NOW_MS,
    );
    assert.deepEqual(state, {
      ...waive("tls", "2027-01-15"),
      isInForce: true,
      secondsLeft: 43_200,
    });
    assert.equal(past?.isInForce, false);
    assert.equal(past?.secondsLeft, 0);
  });
});
