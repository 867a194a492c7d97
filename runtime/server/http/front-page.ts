import { answerProblem, SAFE_HEADERS } from "./answers.ts";
import type { HttpExchange } from "./exchange.ts";

const PAGE_HEADERS = {
  ...SAFE_HEADERS,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
} as const;

/** Whether whoever asks would rather read a page. */
export function wantsPage({ request }: HttpExchange): boolean {
  return request.method === "GET" && (request.headers["accept"] ?? "").includes("text/html");
}

/** For the person who opened the server's address, and for the client that was given the wrong one. */
export function answerAtRoot(exchange: HttpExchange): void {
  if (wantsPage(exchange)) return answerFrontPage(exchange, 200);
  answerProblem(exchange, "NOT_FOUND", "There is nothing at this address.", {
    suggestion: "MCP is served at /mcp.",
  });
}

/** Nothing of the request stands in the page but its host, which was held against the names of this server. */
export function answerFrontPage(exchange: HttpExchange, status: 200 | 405): void {
  const { headers, isEncrypted } = exchange.request;
  const scheme = isEncrypted ? "https" : "http";
  exchange.answer(status, PAGE_HEADERS, pageFor(`${scheme}://${headers["host"] ?? ""}/mcp`));
}

function pageFor(address: string): string {
  const shown = escapeHtml(address);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Glovebox</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#222;background:#fff}code,pre{background:#f2f2f2;padding:.1em .3em}pre{padding:1em;overflow:auto}@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}code,pre{background:#2a2a2a}}</style>
<h1>This is an MCP server</h1>
<p>It serves tools to programs such as Claude, VS Code or Cursor, over the Model Context Protocol. There is nothing here for a browser to do.</p>
<p>Give your client this address, as a remote server (&ldquo;Streamable HTTP&rdquo;):</p>
<pre>${shown}</pre>
<p>To look at what it offers:</p>
<pre>npx @modelcontextprotocol/inspector --cli ${shown} --method tools/list</pre>
<p>Whether it is well: <code>/healthz</code>. Whether it takes calls: <code>/readyz</code>.</p>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9:/.[\]-]/g, (character) => `&#${character.codePointAt(0)};`);
}
