import type { ListenAddress } from "../../policy/server/http-configuration.ts";
import { makeAddressCheck } from "./address-check.ts";
import { answerProblem, SAFE_HEADERS } from "./answers.ts";
import type { HttpExchange, HttpHandler } from "./exchange.ts";

/** What one page says now. */
export interface OperatorPage {
  readonly type: string;
  readonly text: string;
}

/** Why a query is not answered: what would be left of it after a word was dropped is not what was asked. */
export interface RefusedQuery {
  readonly refused: string;
  readonly suggestion: string;
}

type MadePage = OperatorPage | RefusedQuery;

export type OperatorPages = Readonly<
  Record<string, (query: URLSearchParams) => MadePage | Promise<MadePage>>
>;

const QUERY_CHARS_MAX = 1000;

/**
 * Pages for the operator at an address of this machine: `/metrics`, `/debt`. Nobody says who they are there, so a web page
 * must not reach them: neither by a name of its own that was made to point here (DNS rebinding), nor from its own origin.
 * They are read by GET, and change nothing.
 */
export function makeOperatorHandler(
  listen: ListenAddress,
  pages: OperatorPages,
  onError: (error: Error) => void,
): HttpHandler {
  const check = makeAddressCheck({ hosts: [], origins: [], listen });
  const answer = async (exchange: HttpExchange): Promise<void> => {
    const { headers, method, target } = exchange.request;
    if (!check.isForUs(headers))
      return answerProblem(exchange, "FORBIDDEN", "The request names a host that is not this.");
    // A browser says `Origin`, or from which site a page asks; whoever scrapes or calls curl says neither.
    if (headers["origin"] !== undefined || isFromPage(headers["sec-fetch-site"]))
      return answerProblem(exchange, "FORBIDDEN", "Web pages do not read this.");
    if (method !== "GET" && method !== "HEAD")
      return answerProblem(exchange, "METHOD_NOT_ALLOWED", "This is read by GET.", {
        headers: { allow: "GET, HEAD" },
      });
    const [path = "", ...asked] = target.split("?");
    const query = asked.join("?");
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (!page || query.length > QUERY_CHARS_MAX)
      return answerProblem(exchange, "NOT_FOUND", "There is nothing at this address.", {
        suggestion: `Here are: ${Object.keys(pages).join(", ")}.`,
      });
    const made = await page(new URLSearchParams(query));
    if ("refused" in made) return answerProblem(exchange, "BAD_REQUEST", made.refused, made);
    exchange.answer(200, { ...SAFE_HEADERS, "content-type": made.type }, made.text);
  };
  return (exchange) => {
    answer(exchange).catch((error: unknown) => {
      onError(error instanceof Error ? error : new Error(String(error)));
      answerProblem(exchange, "UNAVAILABLE", "The page could not be made.");
    });
  };
}

/** `none` is a person who typed the address, and `same-origin` a page of this very server. */
function isFromPage(site: string | undefined): boolean {
  return site !== undefined && site !== "none" && site !== "same-origin";
}
