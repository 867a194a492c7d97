import { answerProblem, SAFE_HEADERS } from "./answers.ts";
import { cameByHttps } from "./client-address.ts";
import type { HttpExchange } from "./exchange.ts";

const PAGE_HEADERS = {
  ...SAFE_HEADERS,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
} as const;

/** What the page depends on beside the request. */
export interface PageSetting {
  /** Networks of the proxies that are believed. */
  readonly trusted: readonly string[];
  /** What clients send in `Authorization`, where they send anything there. */
  readonly bearer: string | undefined;
}

/** Whether whoever asks would rather read a page. */
export function wantsPage({ request }: HttpExchange): boolean {
  return request.method === "GET" && (request.headers["accept"] ?? "").includes("text/html");
}

/** For the person who opened the server's address, and for the client that was given the wrong one. */
export function answerAtRoot(exchange: HttpExchange, setting: PageSetting): void {
  if (wantsPage(exchange)) return answerFrontPage(exchange, 200, setting);
  answerProblem(exchange, "NOT_FOUND", "There is nothing at this address.", {
    suggestion: "MCP is served at /mcp.",
  });
}

/**
 * Nothing of the request stands in the page but its host, which was held against the names of this server, and that only
 * where it is known to be reached by https: else the address that clients need may be another one.
 */
export function answerFrontPage(
  exchange: HttpExchange,
  status: 200 | 405,
  { trusted, bearer }: PageSetting,
): void {
  const { request } = exchange;
  const origin = cameByHttps(request, trusted) ? `https://${request.headers["host"] ?? ""}` : "";
  exchange.answer(status, PAGE_HEADERS, pageFor(`${origin}/mcp`, origin !== "", bearer));
}

function pageFor(address: string, isWhole: boolean, bearer: string | undefined): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Glovebox</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#222;background:#fff}code,pre{background:#f2f2f2;padding:.1em .3em}pre{padding:1em;overflow:auto}@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}code,pre{background:#2a2a2a}}</style>
<h1>This is an MCP server</h1>
<p>It serves tools to programs such as Claude, VS Code or Cursor, over the Model Context Protocol. There is nothing here for a browser to do.</p>
<p>Give your client ${isWhole ? "this address" : "this path at the address that you opened"}, as a remote server (&ldquo;Streamable HTTP&rdquo;):</p>
<pre>${escapeHtml(address)}</pre>
${bearer === undefined ? "" : `<p>With every request it sends the header <code>Authorization: Bearer</code>, followed by ${bearer}.</p>\n`}<p>Whether it is well: <code>/healthz</code>. Whether it takes calls: <code>/readyz</code>.</p>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9:/.[\]-]/g, (character) => `&#${character.codePointAt(0)};`);
}
