/**
 * A client that sends `Expect: 100-continue` waits before a large body. It is told to go on only when the request is
 * known to be allowed, so a refusal costs it nothing.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";

const UPLOAD = /^\/orgs\/[^/]+\/(?:datasets\/[^/]+\/files|streams\/[^/]+)(\?|$)/;
const waiting = new WeakSet<IncomingMessage>();

export function holdExpectations(server: Server, app: RequestListener): void {
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    if (UPLOAD.test(request.url ?? "")) waiting.add(request);
    else response.writeContinue();
    app(request, response as Parameters<RequestListener>[1]);
  });
}

/** Lets the client send its body, if it waits. */
export function allowBody(request: IncomingMessage, response: ServerResponse): void {
  if (waiting.delete(request)) response.writeContinue();
}
