import { createHmac } from "node:crypto";
import { makeHttpBroker } from "@glovebox/host-api/http/broker";
import { parseGrant } from "@glovebox/host-api/http/grant";
import type { Powers } from "@glovebox/host-api/powers";

const QUEUE_MAX = 100;
const TRIES_MAX = 3;
const RETRY_MS = 1000;
const TIMEOUT_MS = 10_000;
const RESPONSE_BYTES_MAX = 64 * 1024;

/** Where alerts go. */
export interface WebhookSetting {
  readonly url: string;
  /** A reference to the secret that alerts are signed with. */
  readonly secret: string;
  /** Private ranges that the host may be in. None by default. */
  readonly private: readonly string[];
}

export interface Webhook {
  /** Queues an alert, or drops it where too many wait. Never throws. */
  send(alert: object): void;
  /** Alerts that were given up or dropped. */
  readonly lost: number;
  /** Resolves when nothing waits any more. */
  flush(): Promise<void>;
  close(): void;
}

/**
 * Sends alerts as JSON by POST, one after the other, through the same guard as a plugin's requests: one address, no
 * redirect, no private address but those that were named. `X-Glovebox-Signature: t=SECONDS,v1=HEX` is HMAC-SHA256 with the
 * secret over `SECONDS.BODY`. Throws `GrantError` for an address that cannot be granted, and `HostError` for a secret that
 * cannot be read.
 */
export function makeWebhook(
  setting: WebhookSetting,
  powers: Powers,
  onTrouble: (why: string) => void,
): Webhook {
  const url = new URL(setting.url);
  const grant = parseGrant({
    allow: [
      {
        scheme: url.protocol.slice(0, -1),
        host: url.hostname,
        ...(url.port === "" ? {} : { port: Number(url.port) }),
        methods: ["POST"],
        paths: [url.pathname],
      },
    ],
    private: setting.private,
    redirectsMax: 0,
    responseBytesMax: RESPONSE_BYTES_MAX,
    timeoutMs: TIMEOUT_MS,
  });
  powers.readSecret(setting.secret);
  const send = makeHttpBroker(grant, powers).operations["http.send"];
  const ended = new AbortController();
  const queue: string[] = [];
  let sending: Promise<void> | undefined;
  let lost = 0;

  const post = async (body: string): Promise<void> => {
    const seconds = Math.floor(powers.nowMs() / 1000);
    const secret = powers.readSecret(setting.secret);
    const signature = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
    const headers = [
      ["content-type", "application/json"],
      ["x-glovebox-signature", `t=${seconds},v1=${signature}`],
    ];
    const scope = { callId: "alert", plugin: "", tool: "", signal: ended.signal };
    const answer = await send!(
      { args: ["POST", url.href, headers], body: new TextEncoder().encode(body) },
      scope,
    );
    const { status } = answer.value as { readonly status: number };
    if (status < 200 || status > 299) throw new Error(`it answered ${status}`);
  };

  const deliver = async (body: string): Promise<void> => {
    for (let tries = 1; !ended.signal.aborted; tries += 1) {
      try {
        return await post(body);
      } catch (error) {
        if (tries < TRIES_MAX) {
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS * tries).unref());
          continue;
        }
        lost += 1;
        return onTrouble(error instanceof Error ? error.message : "it failed");
      }
    }
  };

  const drain = async (): Promise<void> => {
    for (let body = queue.shift(); body !== undefined; body = queue.shift()) await deliver(body);
    sending = undefined;
  };

  return {
    get lost() {
      return lost;
    },
    send(alert) {
      if (queue.length >= QUEUE_MAX) lost += 1;
      else queue.push(JSON.stringify(alert));
      sending ??= drain();
    },
    flush: () => sending ?? Promise.resolve(),
    close: () => ended.abort(),
  };
}
