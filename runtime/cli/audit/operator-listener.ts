import { makeReportDebt, type ReportDebt } from "../../debt/cached-report.ts";
import { FILTER_WORDS } from "../../debt/items.ts";
import type { Posture } from "../../debt/posture.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { DEFAULT_PROMETHEUS, type TelemetryConfiguration } from "../../policy/read-telemetry.ts";
import { listenHttp } from "../../powers/http-listener.ts";
import { makeLog } from "../../powers/log.ts";
import type { HttpListener } from "../../server/http/exchange.ts";
import { HttpError } from "../../server/http/errors.ts";
import {
  makeOperatorHandler,
  type OperatorPage,
  type OperatorPages,
  type RefusedQuery,
} from "../../server/http/operator-pages.ts";

/** Few ask, and each a little: a scraper, a person. */
const LIMITS = { headerBytesMax: 8192, connectionsMax: 32, receiveMsMax: 5000 } as const;

export interface OperatorSources {
  /** Text for Prometheus, where it is configured. */
  readonly metrics: (() => Promise<string>) | undefined;
  /** What `/debt` speaks of. */
  readonly postureNow: () => Posture;
}

/** Listens where the section `telemetry` says, for what it says. Throws `ERR_HTTP_LISTEN`. */
export async function openOperatorListener(
  { prometheus, debt }: TelemetryConfiguration,
  { metrics, postureNow }: OperatorSources,
): Promise<HttpListener> {
  const reportDebt = makeReportDebt(postureNow, "operator");
  const log = await makeLog(process.stderr);
  const onError = (error: Error): void => log.warn(`operator's pages: ${error.message}`);
  const listen = prometheus ?? DEFAULT_PROMETHEUS;
  const pages: OperatorPages = {
    ...(metrics
      ? {
          "/metrics": async () => ({
            type: "text/plain; version=0.0.4; charset=utf-8",
            text: await metrics(),
          }),
        }
      : {}),
    ...(debt === true
      ? {
          "/debt": (query) => answerReport(reportDebt, query),
        }
      : {}),
  };
  try {
    return await listenHttp({ ...listen, ...LIMITS }, makeOperatorHandler(listen, pages, onError));
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : "it is refused";
    const message = `Cannot listen on ${listen.host} port ${listen.port} for the operator's pages: ${why}.`;
    const remedy =
      "Choose another address with `telemetry.metrics.prometheus.listen`, or end what listens there. Two servers cannot share it: where several serve one workspace, let `telemetry.otlp` send their metrics, and read the report with `glovebox debt`.";
    const path = prometheus ? "telemetry.metrics.prometheus" : "telemetry.debt";
    throw new HttpError("ERR_HTTP_LISTEN", message, { cause, remedy, place: { path } });
  }
}

/** A filter word that means nothing is refused: with it left out, the answer would be of something else than was asked. */
function answerReport(reportDebt: ReportDebt, query: URLSearchParams): OperatorPage | RefusedQuery {
  for (const [name, word] of query) {
    const known = FILTER_WORDS.get(name);
    if (!known)
      return {
        refused: `There is no filter \`${makeVisible(name)}\`.`,
        suggestion: `Known here: ${[...FILTER_WORDS.keys()].join(", ")}.`,
      };
    if (query.getAll(name).length > 1)
      return { refused: `\`${name}\` stands there twice.`, suggestion: "Say it once." };
    if (!known.includes(word))
      return {
        refused: `\`${name}\` cannot be \`${makeVisible(word)}\`.`,
        suggestion: `Known here: ${known.join(", ")}.`,
      };
  }
  return { type: "application/json", text: reportDebt(Object.fromEntries(query)).text };
}
