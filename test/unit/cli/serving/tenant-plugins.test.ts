import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { describe, it } from "node:test";
import type { CallScope, CapabilityBroker } from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import { TenantPlugins } from "../../../../runtime/cli/serving/tenant-plugins.ts";
import { SandboxError } from "../../../../runtime/sandbox/errors.ts";
import type { PluginCall, SealedPlugin } from "../../../../runtime/sandbox/sandbox.ts";

const ANSWER = { value: null, durationMs: 1, hostCalls: 0, logBytesDropped: 0 };

interface Running {
  readonly call: PluginCall;
  readonly end: () => void;
}

/** Runners that do what the real ones do at their edges: they hear a call, say what it took, and end it at its brokers. */
class Room {
  readonly log: string[] = [];
  readonly running = new Map<string, Running>();
  readonly plugins: TenantPlugins;
  wrapped: readonly CapabilityBroker[] = [];
  failing: string | undefined;
  /** Whether calls reach a runner. */
  reach = true;
  pools = 0;

  constructor(tenancy: "separate" | "shared", openMax = 3) {
    this.plugins = new TenantPlugins({
      tenancy,
      openMax,
      openBrokers: (tenant) => {
        if (tenant === this.failing) throw new Error("the disk is full");
        this.log.push(`open ${tenant}`);
        return [this.#broker(tenant)];
      },
      wrap: (router) => (this.wrapped = [router]),
      openSealed: (brokers) => this.#pool((this.pools += 1), brokers),
    });
  }

  #broker(tenant: string): CapabilityBroker {
    return {
      operations: { "kv.get": () => ({ value: tenant }) },
      endCall: (callId) => this.log.push(`end ${tenant} ${callId}`),
      close: () => void this.log.push(`close ${tenant}`),
    };
  }

  #pool(number: number, brokers: readonly CapabilityBroker[]): SealedPlugin {
    return {
      call: (call) => {
        if (!this.reach)
          return Promise.reject(new SandboxError("ERR_OVERLOADED", "nobody has time for it"));
        const { promise, resolve } = Promise.withResolvers<typeof ANSWER>();
        const end = (): void => {
          call.onSpent?.({ hostCalls: 0, logBytesDropped: 0 });
          resolve(ANSWER);
          for (const broker of brokers) broker.endCall?.(call.scope.callId);
        };
        this.running.set(call.scope.callId, { call, end });
        return promise;
      },
      close: async () => void this.log.push(`pool ${number} closed`),
    };
  }

  begin(callId: string, tenant?: string): Promise<unknown> {
    const scope: CallScope = {
      callId,
      plugin: "p",
      tool: "t",
      signal: new AbortController().signal,
    };
    const call = { scope, export: [], args: [], context: null, ...(tenant ? { tenant } : {}) };
    return this.plugins.call(call);
  }

  async finish(callId: string): Promise<void> {
    this.running.get(callId)?.end();
    this.running.delete(callId);
    await turn();
  }

  async whole(callId: string, tenant?: string): Promise<void> {
    const done = this.begin(callId, tenant);
    await this.finish(callId);
    await done;
  }

  /** What an operation of a call is answered, as the runner's channel would ask. */
  ask(callId: string): unknown {
    const scope: CallScope = {
      callId,
      plugin: "p",
      tool: "t",
      signal: new AbortController().signal,
    };
    const answer = this.wrapped[0]?.operations["kv.get"]?.(
      { args: [], body: new Uint8Array() },
      scope,
    );
    return answer instanceof Promise ? answer : answer?.value;
  }
}

const isNotPermitted = (error: unknown): boolean =>
  error instanceof HostError && error.tag === "not-permitted";

for (const tenancy of ["separate", "shared"] as const)
  describe(`a plugin for tenants whose runners are ${tenancy}`, () => {
    it("answers each operation with the data of the tenant whose call it is, while that runs", async () => {
      const room = new Room(tenancy);
      const calls = [room.begin("1", "acme"), room.begin("2", "globex"), room.begin("3")];
      assert.deepEqual(
        ["1", "2", "3"].map((id) => room.ask(id)),
        ["acme", "globex", "local"],
      );
      assert.throws(() => room.ask("4"), isNotPermitted);
      await room.finish("1");
      assert.throws(() => room.ask("1"), isNotPermitted);
      assert.equal(room.ask("2"), "globex");
      await room.finish("2");
      await room.finish("3");
      await Promise.all(calls);
      assert.ok(room.log.includes("end acme 1") && room.log.includes("end local 3"));
    });

    it("gives each tenant runners of its own, or one set of runners to all", async () => {
      const room = new Room(tenancy);
      for (const tenant of ["acme", "globex", undefined]) await room.whole(`1 ${tenant}`, tenant);
      assert.equal(room.pools, tenancy === "separate" ? 3 : 1);
    });

    it("closes what was used longest ago, never what is at work and never the local tenant's", async () => {
      const room = new Room(tenancy);
      await room.whole("1", "a");
      const busy = room.begin("2", "b");
      await room.whole("3", "c");
      await turn();
      assert.deepEqual(
        room.log.filter((line) => /^(open|close)/.test(line)),
        ["open local", "open a", "open b", "close a", "open c"].toSorted(
          (one, other) => room.log.indexOf(one) - room.log.indexOf(other),
        ),
      );
      const more = room.begin("4", "c");
      await assert.rejects(
        room.begin("5", "d"),
        (error) => error instanceof SandboxError && error.code === "ERR_OVERLOADED",
      );
      await room.finish("2");
      await room.finish("4");
      await Promise.all([busy, more]);
      await room.whole("6", "d");
      assert.ok(room.log.includes("close b"));
      assert.ok(!room.log.includes("close local"));
    });

    it("forgets calls that never reached a runner", async () => {
      const room = new Room(tenancy);
      room.reach = false;
      for (const tenant of ["a", "b", "c", "d"])
        await assert.rejects(room.begin(`x ${tenant}`, tenant));
      room.reach = true;
      await room.whole("1", "e");
      assert.throws(() => room.ask("x a"), isNotPermitted);
    });

    it("fails the calls of a tenant whose data cannot be opened, and of nobody else", async () => {
      const room = new Room(tenancy);
      room.failing = "a";
      await assert.rejects(room.begin("1", "a"), /disk is full/);
      await room.whole("2", "b");
      room.failing = undefined;
      await room.whole("3", "a");
    });

    it("closes everything at the end", async () => {
      const room = new Room(tenancy);
      await room.whole("1", "a");
      await room.plugins.close();
      for (const tenant of ["local", "a"]) assert.ok(room.log.includes(`close ${tenant}`));
      const pools = room.log.filter((line) => line.startsWith("pool"));
      assert.equal(pools.length, tenancy === "shared" ? 1 : 2);
    });
  });

it("a tenant's data that cannot be opened at the start stops it", () => {
  const setting = {
    tenancy: "separate",
    openBrokers: () => {
      throw new Error("no folder");
    },
    wrap: () => [],
    openSealed: () => assert.fail("opened"),
  } as const;
  assert.throws(() => new TenantPlugins(setting), /no folder/);
});
