import type { Destination } from "@glovebox/host-api/capability";
import { DEFAULT_PORTS } from "@glovebox/host-api/http/url";
import { isJsonObject } from "@glovebox/host-api/json";

/** A destination in a few characters: its host, with the port where that is not the scheme's own. */
export function formatDestination({
  scheme,
  host,
  port,
}: Pick<Destination, "scheme" | "host" | "port">): string {
  return port === DEFAULT_PORTS[scheme] ? host : `${host}:${port}`;
}

/** One place that calls of one tenant and plugin connected to, over a whole trail. */
export interface VisitedPlace extends Destination {
  readonly tenant: string;
  readonly alias: string;
  readonly calls: number;
  /** When the first and the last of the calls ended, by the clock of the machine that wrote it. */
  readonly first: string;
  readonly last: string;
}

/** Kept apart at most; whatever more there is is counted and not shown. */
export const VISITED_PLACES_MAX = 10_000;

const TENANTS_MAX = 100_000;

/** Gathers where calls went from the bodies of audit lines, which may be anybody's: what is none is passed over. */
export class Visits {
  readonly #places = new Map<string, VisitedPlace>();
  readonly #tenants = new Set<string>();
  #unlisted = 0;

  add(body: unknown): void {
    if (!isJsonObject(body) || body["kind"] !== "call") return;
    const { tenant, alias, timestamp, destinations } = body;
    if (typeof tenant !== "string" || typeof alias !== "string" || typeof timestamp !== "string")
      return;
    if (this.#tenants.size < TENANTS_MAX) this.#tenants.add(tenant);
    for (const value of Array.isArray(destinations) ? destinations : []) {
      const to = readDestination(value);
      if (to) this.#count({ ...to, tenant, alias, calls: 1, first: timestamp, last: timestamp });
    }
  }

  /** By tenant, region, host, port and plugin. */
  list(): readonly VisitedPlace[] {
    return [...this.#places.entries()]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([, place]) => place);
  }

  /** Whose calls there are, wherever they connected. Undefined where there are more than are kept apart. */
  get tenants(): readonly string[] | undefined {
    return this.#tenants.size < TENANTS_MAX ? [...this.#tenants].toSorted() : undefined;
  }

  /** Visits to places beyond the most that are kept apart. */
  get unlisted(): number {
    return this.#unlisted;
  }

  #count(place: VisitedPlace): void {
    const { tenant, region, host, port, scheme, alias } = place;
    const key = JSON.stringify([tenant, region ?? "", host, port, scheme, alias]);
    const known = this.#places.get(key);
    if (!known && this.#places.size >= VISITED_PLACES_MAX) this.#unlisted += 1;
    else
      this.#places.set(key, {
        ...place,
        calls: (known?.calls ?? 0) + 1,
        first: known && known.first < place.first ? known.first : place.first,
        last: known && known.last > place.last ? known.last : place.last,
      });
  }
}

/** Releases before regions wrote a host, with its port where that was not the scheme's own. */
function readDestination(value: unknown): Destination | undefined {
  if (typeof value === "string") {
    const url = URL.parse(`https://${value}`);
    return url
      ? { scheme: "https", host: url.hostname, port: Number(url.port || 443), region: null }
      : undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const { scheme, host, port, region } = value;
  const isRead =
    (scheme === "http" || scheme === "https") &&
    typeof host === "string" &&
    typeof port === "number" &&
    (typeof region === "string" || region === null);
  return isRead ? { scheme, host, port, region } : undefined;
}
