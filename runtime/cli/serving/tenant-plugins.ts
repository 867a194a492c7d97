import type { CapabilityBroker, CallScope, HostOperation } from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import type { TenantKey, TenantKeys } from "../../at-rest/tenant-keys.ts";
import { LOCAL_TENANT } from "../../policy/principal.ts";
import type { Tenancy } from "../../policy/configuration.ts";
import { SandboxError } from "../../sandbox/errors.ts";
import type { PluginAnswer, PluginCall, SealedPlugin } from "../../sandbox/sandbox.ts";

/** Tenants of one plugin whose data is open at once. What was used longest ago is closed first, and opened again by its next call. */
export const OPEN_TENANTS_MAX = 32;
const RETRY_MS = 1000;

export interface TenantSetting {
  readonly tenancy: Tenancy;
  /** Left out where what is kept is not encrypted. */
  readonly keys?: OpenedKeys;
  /** Opens a tenant's data. Throws where it cannot be opened: then the call fails, and nobody else's. */
  openBrokers(tenant: string, key: TenantKey | undefined): readonly CapabilityBroker[];
  /** Runners with these brokers. */
  openSealed(brokers: readonly CapabilityBroker[]): SealedPlugin;
  /** What all of them are served by besides, and what watches over them. */
  wrap(router: CapabilityBroker): readonly CapabilityBroker[];
  readonly openMax?: number;
}

/** The keys of tenants, and the local tenant's, which a start asks for. */
export interface OpenedKeys {
  readonly keys: Pick<TenantKeys, "keyOf" | "renew">;
  readonly own: TenantKey;
}

interface Tenant {
  readonly name: string;
  /** What its data is encrypted with. A tenant that was erased and comes back has another. */
  readonly key: TenantKey | undefined;
  readonly brokers: readonly CapabilityBroker[];
  readonly operations: ReadonlyMap<string, HostOperation>;
  readonly sealed: SealedPlugin;
  /** Calls that are not over. */
  calls: number;
}

interface OpenCall {
  readonly tenant: Tenant;
  hasRun: boolean;
  isSettled: boolean;
  isEnded: boolean;
}

/**
 * One plugin for every tenant: each has folders, stores and secrets of its own, and unless `tenancy` is `shared` runner
 * processes of its own too. Whose data an operation sees is decided by the call that it came in, which the channel knows
 * and no message says; an operation of no running call is refused.
 */
// debt("GB-051"): `shared` takes turns in one process.
export class TenantPlugins implements SealedPlugin {
  readonly #setting: TenantSetting;
  readonly #tenants = new Map<string, Tenant>();
  readonly #open = new Map<string, OpenCall>();
  readonly #brokers: readonly CapabilityBroker[];
  readonly #shared: SealedPlugin | undefined;
  readonly #closing = new Set<Promise<void>>();

  /** Opens the local tenant's data at once: what is wrong with a grant stops the start. Throws what `openBrokers` throws. */
  constructor(setting: TenantSetting) {
    this.#setting = setting;
    const own = setting.openBrokers(LOCAL_TENANT, setting.keys?.own);
    const names = own.flatMap(({ operations }) => Object.keys(operations));
    this.#brokers = setting.wrap({
      operations: Object.fromEntries(names.map((name) => [name, this.#route(name)])),
      endCall: (callId) => this.#endCall(callId),
    });
    this.#shared = setting.tenancy === "shared" ? setting.openSealed(this.#brokers) : undefined;
    this.#add(LOCAL_TENANT, own, setting.keys?.own);
  }

  call(call: PluginCall): Promise<PluginAnswer> {
    const { keys } = this.#setting;
    if (!keys) return this.#call(call, undefined);
    return keys.keys.keyOf(call.tenant ?? LOCAL_TENANT).then((key) => this.#call(call, key));
  }

  #call(call: PluginCall, key: TenantKey | undefined): Promise<PluginAnswer> {
    const { callId } = call.scope;
    let open: OpenCall;
    try {
      const tenant = this.#find(call.tenant ?? LOCAL_TENANT, key);
      open = { tenant, hasRun: false, isSettled: false, isEnded: false };
    } catch (error) {
      return Promise.reject(error);
    }
    open.tenant.calls += 1;
    this.#open.set(callId, open);
    const onSpent: PluginCall["onSpent"] = (spent) => {
      open.hasRun = true;
      call.onSpent?.(spent);
    };
    const settle = (): void => {
      open.isSettled = true;
      this.#forget(callId, open);
    };
    return open.tenant.sealed.call({ ...call, onSpent }).then(
      (answer) => {
        settle();
        return answer;
      },
      (error: unknown) => {
        settle();
        throw error;
      },
    );
  }

  async close(): Promise<void> {
    const tenants = [...this.#tenants.values()];
    this.#tenants.clear();
    await Promise.all([...tenants.map((tenant) => this.#close(tenant)), ...this.#closing]);
    await this.#shared?.close();
  }

  #find(name: string, key: TenantKey | undefined): Tenant {
    const known = this.#tenants.get(name);
    if (known === undefined || known.key !== key) {
      if (known === undefined) this.#makeRoom();
      // What is open was erased: its calls find nothing any more, and nobody else is given its runners.
      else this.#drop(known);
      return this.#add(name, this.#setting.openBrokers(name, key), key);
    }
    if (name === LOCAL_TENANT) return known;
    // The one that was used last stands last.
    this.#tenants.delete(name);
    this.#tenants.set(name, known);
    return known;
  }

  #add(name: string, brokers: readonly CapabilityBroker[], key: TenantKey | undefined): Tenant {
    const operations = new Map(brokers.flatMap((broker) => Object.entries(broker.operations)));
    const sealed = this.#shared ?? this.#setting.openSealed(this.#brokers);
    const tenant: Tenant = { name, key, brokers, operations, sealed, calls: 0 };
    this.#tenants.set(name, tenant);
    return tenant;
  }

  /** The local tenant stays: it is whoever holds the pipes, and it shows that the grants can be kept. */
  #makeRoom(): void {
    const { openMax = OPEN_TENANTS_MAX } = this.#setting;
    if (this.#tenants.size < openMax) return;
    for (const tenant of this.#tenants.values()) {
      if (tenant.calls > 0 || tenant.name === LOCAL_TENANT) continue;
      this.#drop(tenant);
      return;
    }
    throw new SandboxError("ERR_OVERLOADED", `${openMax} tenants are at work with the plugin`, {
      retryAfterMs: RETRY_MS,
    });
  }

  #drop(tenant: Tenant): void {
    this.#tenants.delete(tenant.name);
    const closing = this.#close(tenant).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #close({ sealed, brokers }: Tenant): Promise<void> {
    if (sealed !== this.#shared) await Promise.allSettled([sealed.close()]);
    await Promise.allSettled(brokers.map(async (broker) => broker.close?.()));
  }

  #route(name: string): HostOperation {
    return (request, scope: CallScope) => {
      const run = () => {
        const operation = this.#open.get(scope.callId)?.tenant.operations.get(name);
        if (operation === undefined)
          throw new HostError("not-permitted", "an operation of no call that runs");
        return operation(request, scope);
      };
      const keys = this.#setting.keys?.keys;
      return keys ? keys.renew().then(run) : run();
    };
  }

  #endCall(callId: string): void {
    const open = this.#open.get(callId);
    if (open === undefined) return;
    open.isEnded = true;
    for (const broker of open.tenant.brokers) {
      try {
        broker.endCall?.(callId);
      } catch {
        // One broker's failure to tidy must not keep the others from it. `close` gets everything in the end.
      }
    }
    this.#forget(callId, open);
  }

  /** A call that ran is over when it is answered and its brokers have ended it, in either order. */
  #forget(callId: string, open: OpenCall): void {
    if (!open.isSettled || (open.hasRun && !open.isEnded)) return;
    if (this.#open.delete(callId)) open.tenant.calls -= 1;
  }
}
