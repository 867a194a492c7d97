import { currentHost } from "../host/host.ts";
import { Request, type RequestInit } from "./request.ts";
import { Response } from "./response.ts";

/**
 * `fetch` through the host: to granted hosts only, with the operator's secrets added there.
 * Rejects with `CapabilityError` where the host refuses, and with the signal's reason where it has fired already;
 * the host call itself blocks, so a signal cannot interrupt it (the call's deadline can).
 */
export async function fetch(input: unknown, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  request.signal?.throwIfAborted();
  const body =
    request.method === "GET" || request.method === "HEAD" ? undefined : await request.bytes();
  const headers = JSON.stringify([...request.headers]);
  const reply = await currentHost().http.send(request.method, request.url, headers, body);
  return Response.received(reply, request.url);
}
