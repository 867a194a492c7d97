import type { AuditSink } from "../../audit/record.ts";
import { GloveboxError } from "../../errors.ts";
import type { Log } from "../../powers/log.ts";

const AGAIN_MS = 60_000;

/**
 * The same trail, of which the operator's log hears when it cannot be written: nobody else would say so, since calls are
 * not answered then, and it is not the trail that tells why. At once, then once a minute, and when it can be written again.
 */
export function tellUnwritten(audit: AuditSink, log: Log): AuditSink {
  let refused = 0;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return {
    write(record) {
      try {
        audit.write(record);
      } catch (error) {
        refused += 1;
        if (performance.now() - toldAtMs >= AGAIN_MS) {
          toldAtMs = performance.now();
          const code = error instanceof GloveboxError ? error.code : "ERR_INTERNAL";
          const why = error instanceof Error ? error.message : "an exception";
          log.warn(`${why} Calls are not answered until it can.`, { code, refused });
        }
        throw error;
      }
      if (refused > 0) log.info("the audit trail is written again", { refused });
      refused = 0;
      toldAtMs = Number.NEGATIVE_INFINITY;
    },
    close: () => audit.close(),
  };
}
