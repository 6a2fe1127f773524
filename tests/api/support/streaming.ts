/** A test server with a pump beside it, and short ways to send events and to follow the change feed. */
import { createLogger } from "../../../lib/log.ts";
import { startPump } from "../../../worker/stream/pump.ts";
import { listenOn } from "../../../worker/stream/wake.ts";
import { asMember, type TestOrg } from "../../support/database.ts";
import { startTestServer, type TestServer } from "./server.ts";

export type StreamServer = TestServer;

export async function startStreamServer(): Promise<StreamServer> {
  const api = await startTestServer();
  const { db, store } = api;
  const log = createLogger("fatal");
  const pump = startPump({ pool: db.worker, claimKey: db.claimKey, store, log }, "test-pump");
  const ears = listenOn(db.worker, { streams: pump.wake }, log);
  return {
    ...api,
    async close() {
      ears.stop();
      await pump.stop();
      await api.close();
    },
  };
}

export async function makeOrders(api: TestServer, org: TestOrg, userId: string): Promise<string> {
  const fields = [
    { name: "id", type: "bigint" },
    { name: "customer" },
    { name: "region" },
    { name: "amount", type: "numeric", minimum: "0" },
  ];
  return asMember(api.db, { orgId: org.id, userId }, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from data.create_dataset('orders', $1, '{id}')",
      [JSON.stringify(fields)],
    );
    return rows[0]!.id;
  });
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of any shape
  body: any;
}

export async function sendTo(
  api: StreamServer,
  address: string,
  token: string | null,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(api.url + address, {
    method: "POST",
    headers: {
      "content-type": "application/x-ndjson",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body,
  });
  return { status: response.status, body: await response.json() };
}

export const ndjson = (events: object[]): string => events.map((event) => JSON.stringify(event)).join("\n");

export async function get(api: TestServer, address: string, token: string): Promise<Answer> {
  const response = await fetch(api.url + address, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: await response.json() };
}

export interface FeedEvent {
  id: string | null;
  event: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into events of any shape
  data: any;
}

export interface Feed {
  status: number;
  /** The next event; null: the feed has ended. */
  next(): Promise<FeedEvent | null>;
  close(): void;
}

/** Follows server-sent events with a parser of the test's own. */
export async function follow(
  api: TestServer,
  address: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<Feed> {
  const stop = new AbortController();
  const response = await fetch(api.url + address, {
    headers: { authorization: `Bearer ${token}`, accept: "text/event-stream", ...headers },
    signal: stop.signal,
  });
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = "";
  return {
    status: response.status,
    async next() {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end >= 0) {
          const block = text.slice(0, end);
          text = text.slice(end + 2);
          const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? null;
          const data = field("data");
          if (data === null) continue;
          return { id: field("id"), event: field("event"), data: JSON.parse(data) };
        }
        const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
        if (done) return null;
        text += decoder.decode(value, { stream: true });
      }
    },
    close: () => stop.abort(),
  };
}
