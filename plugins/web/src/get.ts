import { fetch, ToolError, type ToolErrorCode } from "@glovebox/sdk";

export interface Fetched {
  /** After redirects. */
  readonly url: string;
  /** Without parameters, in lower case; empty when the server said none. */
  readonly type: string;
  readonly text: string;
}

const CODES: Readonly<Record<number, ToolErrorCode>> = {
  401: "PERMISSION_DENIED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  410: "NOT_FOUND",
  429: "RATE_LIMITED",
};
const retrySecondsMax = 86_400;

/** Gets an address as text. Throws `ToolError` for a wrong address, an error status and a body that is no text. */
export async function getText(address: string, accept: string): Promise<Fetched> {
  const url = URL.parse(address);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== "" ||
    url.password !== ""
  ) {
    throw new ToolError({
      error_code: "INVALID_INPUT",
      message: "`url` must be a whole http or https address without user name and password",
    });
  }
  const response = await fetch(url.href, { headers: { accept, "accept-language": "en, *;q=0.5" } });
  if (!response.ok) throw statusError(response.status, response.headers.get("retry-after"));
  const contentType = response.headers.get("content-type") ?? "";
  const type = contentType.split(";")[0]!.trim().toLowerCase();
  if (!isText(type)) {
    throw new ToolError({
      error_code: "INVALID_INPUT",
      message: `The address gives ${type}, which is no text`,
    });
  }
  const bytes = await response.bytes();
  return { url: response.url, type, text: decode(bytes, contentType) };
}

function statusError(status: number, retryAfter: string | null): ToolError {
  const seconds = Number(retryAfter ?? "x");
  return new ToolError({
    error_code: CODES[status] ?? (status >= 500 ? "UNAVAILABLE" : "FAILED"),
    message: `The server answered with status ${status}`,
    ...(seconds >= 0 && seconds <= retrySecondsMax && { retry_after: seconds }),
  });
}

function isText(type: string): boolean {
  return (
    type === "" ||
    /^text\/|[/+](?:json|xml)$|^application\/(?:javascript|yaml|x-yaml|toml)$/.test(type)
  );
}

/** By the header's charset, else a `<meta>`'s near the beginning, else UTF-8. */
function decode(bytes: Uint8Array, contentType: string): string {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  const label = (/charset\s*=\s*["']?([\w-]+)/i.exec(contentType) ??
    /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]+)/i.exec(head))?.[1];
  try {
    return new TextDecoder(label ?? "utf-8").decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
