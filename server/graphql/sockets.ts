/**
 * Websockets of the platform API (graphql-transport-ws), for subscriptions. The first message carries the access
 * token as `authorization`; the socket ends with the token, and the client comes back with a new one.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { CloseCode, makeServer } from "graphql-ws";
import { type GrafservBase, makeGraphQLWSConfig } from "postgraphile/grafserv";
import { GraphQLError } from "postgraphile/graphql";
import { type WebSocket, WebSocketServer } from "ws";
import type { Bearers } from "../auth/bearers.ts";
import { bearerOf } from "../auth/identify.ts";
import type { Identity } from "../auth/tokens.ts";
import { createShares } from "../shares.ts";

const MAX_MESSAGE_BYTES = 200_000;
const MAX_SUBSCRIPTIONS = 50;
const MAX_SOCKETS = 5000;
const MAX_SOCKETS_ORGANIZATION = 1000;
/** A tab of the back office has one. */
const MAX_SOCKETS_EACH = 50;
const PING_MS = 30_000;
/** An API key lives longer than a timer can run: one that is set for longer goes off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** As the protocol numbers what HTTP calls 429. */
const TOO_MANY = 4429;
/** Close code of RFC 6455 for a server that stops. */
const GOING_AWAY = 1001;
const PROTOCOL = "graphql-transport-ws";

const identities = new WeakMap<object, Identity>();

/** Whom a socket's first message named. */
export function socketIdentity(socket: unknown): Identity | null {
  return (typeof socket === "object" && socket && identities.get(socket)) || null;
}

interface Extra {
  socket: WebSocket;
  request: IncomingMessage;
}

export interface Sockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

function expire(socket: WebSocket, identity: Identity): void {
  const left = Math.min(identity.expiresAt * 1000 - Date.now(), LONGEST_TIMER_MS);
  const timer = setTimeout(() => socket.close(CloseCode.Forbidden, "the access token has expired"), left);
  socket.once("close", () => clearTimeout(timer));
}

/** Finds sockets whose other end is gone: a ping that is not answered before the next one. */
function keepAlive(socket: WebSocket): void {
  let answered = true;
  const timer = setInterval(() => {
    if (!answered) socket.terminate();
    answered = false;
    socket.ping();
  }, PING_MS);
  socket.on("pong", () => {
    answered = true;
  });
  socket.once("close", () => clearInterval(timer));
}

/** Counts the socket for its session and organization until it closes; false, and closed, where they have too many. */
function createDoor(): (socket: WebSocket, identity: Identity) => boolean {
  const sessions = createShares({ total: MAX_SOCKETS, each: MAX_SOCKETS_EACH });
  const organizations = createShares({ total: MAX_SOCKETS, each: MAX_SOCKETS_ORGANIZATION });
  return (socket, identity) => {
    const refuse = (whose: string): false => {
      socket.close(TOO_MANY, `${whose} open; close some`);
      return false;
    };
    const leaveSession = sessions.take(identity.sessionId);
    if (typeof leaveSession === "string") return refuse(`one session may have ${MAX_SOCKETS_EACH} sockets`);
    socket.once("close", leaveSession);
    const leave = organizations.take(identity.orgId ?? "none");
    if (typeof leave === "string")
      return refuse(`an organization may have ${MAX_SOCKETS_ORGANIZATION} sockets`);
    socket.once("close", leave);
    return true;
  };
}

export function createSockets(server: GrafservBase, bearers: Bearers): Sockets {
  const shared = makeGraphQLWSConfig(server);
  const mayEnter = createDoor();
  const protocol = makeServer<Record<string, unknown> | undefined, Extra>({
    ...(shared as object),
    async onConnect(context) {
      try {
        const given = context.connectionParams;
        const token = bearerOf(given?.authorization ?? given?.Authorization);
        if (token === null) return false;
        const identity = await bearers.verify(token);
        if (!mayEnter(context.extra.socket, identity)) return false;
        identities.set(context.extra.socket, identity);
        expire(context.extra.socket, identity);
        return true;
      } catch {
        // Closes the socket with 4403.
        return false;
      }
    },
    onSubscribe(context, id, payload) {
      if (Object.keys(context.subscriptions).length > MAX_SUBSCRIPTIONS) {
        return [
          new GraphQLError(`a socket carries at most ${MAX_SUBSCRIPTIONS} subscriptions`, {
            extensions: { code: "TOO_COSTLY", hint: "End some, or open a second socket.", field: null },
          }),
        ];
      }
      return shared.onSubscribe!(context as never, id, payload);
    },
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });

  sockets.on("connection", (socket: WebSocket, request: IncomingMessage) => {
    keepAlive(socket);
    socket.on("error", () => socket.terminate());
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve, reject) => socket.send(data, (error) => (error ? reject(error) : resolve()))),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) => {
          socket.on("message", (message) => {
            receive(message.toString()).catch(() => socket.close(CloseCode.InternalServerError));
          });
        },
      },
      { socket, request },
    );
    socket.once("close", (code, reason) => void closed(code, reason.toString()));
  });

  return {
    upgrade(request, socket, head) {
      if (sockets.clients.size >= MAX_SOCKETS) {
        socket.end("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n");
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit("connection", opened, request));
    },
    close() {
      for (const socket of sockets.clients) socket.close(GOING_AWAY, "the server is stopping");
      sockets.close();
    },
  };
}
