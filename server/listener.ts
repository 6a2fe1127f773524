/**
 * One connection that hears all notifications: for subscriptions, and for APIs whose tables have changed. When it is
 * lost it comes back by itself; what was missed meanwhile is unknown, so every listener is told.
 */
import pg from "pg";
import type { GrafastSubscriber } from "postgraphile/grafast";
import { channelOf } from "../lib/claims.ts";
import { AppError, explain } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const MAX_TOPICS = 10_000;
/** Events that one slow subscriber may be behind; the oldest go, since each only says "read it again". */
const MAX_QUEUED = 1000;

interface Handler {
  onEvent(payload: string): void;
  /** The connection was lost, or the listener closed: notifications may have been missed. */
  onLost(): void;
}

export interface Listener extends GrafastSubscriber<Record<string, string>> {
  /** Resolves when notifications of the topic are surely heard; the result stops it. */
  listen(topic: string, handler: Handler): Promise<() => void>;
  close(): Promise<void>;
}

export function createListener(connectionString: string, claimKey: Buffer, log: Logger): Listener {
  /** By channel, in PostgreSQL's name for the topic. */
  const topics = new Map<string, Set<Handler>>();
  let client: Promise<pg.Client> | null = null;
  let closed = false;

  const lose = (lost: pg.Client, reason: string): void => {
    lost.removeAllListeners();
    lost.on("error", () => undefined);
    void lost.end().catch(() => undefined);
    client = null;
    const handlers = [...topics.values()].flatMap((set) => [...set]);
    topics.clear();
    if (!closed) log.warn({ err: reason }, "the connection that hears notifications was lost");
    for (const handler of handlers) handler.onLost();
  };

  const connect = async (): Promise<pg.Client> => {
    let pause = FIRST_PAUSE_MS;
    for (;;) {
      if (closed)
        throw new AppError("UNAVAILABLE", "the server is stopping", { hint: "Try again in a moment." });
      const next = new pg.Client({
        connectionString,
        application_name: "cadastre-listener",
        keepAlive: true,
      });
      try {
        next.on("error", () => undefined);
        next.on("notification", ({ channel, payload }) => {
          for (const handler of topics.get(channel) ?? []) handler.onEvent(payload ?? "");
        });
        await next.connect();
        next.on("error", (error) => lose(next, error.message));
        next.on("end", () => lose(next, "ended"));
        return next;
      } catch (error) {
        log.warn({ err: explain(error) }, "notifications cannot be heard yet");
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  };
  const connected = (): Promise<pg.Client> => {
    if (client) return client;
    const attempt = connect();
    client = attempt;
    // A refusal must not be remembered.
    attempt.catch(() => {
      if (client === attempt) client = null;
    });
    return attempt;
  };

  const listen: Listener["listen"] = async (wanted, handler) => {
    const topic = channelOf(wanted, claimKey);
    if (topics.size >= MAX_TOPICS) {
      throw new AppError("BUSY", "too much is being listened to", { hint: "Try again in a moment." });
    }
    const set = topics.get(topic) ?? new Set();
    topics.set(topic, set.add(handler));
    const stop = (): void => {
      set.delete(handler);
      if (set.size > 0 || topics.get(topic) !== set) return;
      topics.delete(topic);
      void client
        // Asked when the statement is sent: somebody may listen again by then, and statements keep their order.
        ?.then((open) =>
          topics.has(topic) ? undefined : open.query(`unlisten ${pg.escapeIdentifier(topic)}`),
        )
        .catch(() => undefined);
    };
    try {
      const open = await connected();
      await open.query(`listen ${pg.escapeIdentifier(topic)}`);
      return stop;
    } catch (error) {
      stop();
      throw error;
    }
  };

  return {
    listen,
    subscribe: (topic) => events(listen, topic),
    async close() {
      closed = true;
      const open = await client?.catch(() => null);
      if (open) lose(open, "closed");
    },
  };
}

/** A topic's notifications as they come; ends when the connection is lost, so that the client asks anew. */
async function events(listen: Listener["listen"], topic: string): Promise<AsyncIterableIterator<string>> {
  const queue: string[] = [];
  let wake: (() => void) | null = null;
  let ended = false;
  const signal = (): void => {
    wake?.();
    wake = null;
  };
  const end = (): void => {
    ended = true;
    signal();
  };
  const stop = await listen(topic, {
    onEvent(payload) {
      if (queue.length >= MAX_QUEUED) queue.shift();
      queue.push(payload);
      signal();
    },
    onLost: end,
  });
  const iterator: AsyncIterableIterator<string> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      while (queue.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const value = queue.shift();
      return value === undefined ? { done: true, value: undefined } : { done: false, value };
    },
    async return() {
      end();
      stop();
      return { done: true, value: undefined };
    },
    async throw(error) {
      end();
      stop();
      throw error;
    },
  };
  return iterator;
}
