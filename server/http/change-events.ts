/**
 * The change feed as server-sent events: a notification only says "look", each look is a read as whoever asked. A change
 * is shown once every transaction older than its own is over; until then it is looked again.
 */
import { once } from "node:events";
import type { Response } from "express";
import type pg from "pg";
import { AppError } from "../../lib/errors.ts";
import type { Identity } from "../auth/tokens.ts";
import type { Settings } from "../database.ts";
import type { Listener } from "../listener.ts";
import { createShares, createTurns } from "../shares.ts";
import { createWatch } from "./change-watch.ts";
import { type Page, readChanges, type Wanted } from "./changes.ts";

const MAX_LISTENERS = 1000;
const MAX_LISTENERS_ORGANIZATION = 200;
const MAX_LISTENERS_EACH = 20;
/** Reads of followers at once, of the pool's 16 connections: an event with many leaves the others to whoever asks. */
const MAX_READS = 6;
/** A comment line keeps proxies from closing the connection; a look at the same time notices who was removed. */
const HEARTBEAT_MS = 10_000;
/** Longest that a reader may leave what was sent unread. */
const DRAIN_MS = 30_000;
const RETRY_MS = 2000;

export interface FeedRequest {
  response: Response;
  identity: Identity;
  orgId: string;
  settings: Settings;
  after: string;
  wanted: Wanted;
}

async function send(response: Response, text: string): Promise<boolean> {
  if (response.destroyed) return false;
  if (response.write(text)) return true;
  const closed = new AbortController();
  const close = (): void => closed.abort();
  response.once("close", close);
  try {
    await once(response, "drain", {
      signal: AbortSignal.any([AbortSignal.timeout(DRAIN_MS), closed.signal]),
    });
    return true;
  } catch {
    response.destroy();
    return false;
  } finally {
    response.off("close", close);
  }
}

const eventsOf = (page: Page): string =>
  page.changes.map(({ cursor, json }) => `id: ${cursor}\nevent: change\ndata: ${json}\n\n`).join("");

export function createFeed(pool: pg.Pool, listener: Listener): (wanted: FeedRequest) => Promise<void> {
  const watch = createWatch(pool);
  const reads = createTurns({ total: MAX_READS, each: MAX_READS, waiting: MAX_LISTENERS });
  const people = createShares({ total: MAX_LISTENERS, each: MAX_LISTENERS_EACH });
  const organizations = createShares({ total: MAX_LISTENERS, each: MAX_LISTENERS_ORGANIZATION });

  const enter = (who: string, orgId: string): (() => void) => {
    const busy = (hint: string): AppError => new AppError("BUSY", "too many change feeds are open", { hint });
    const leavePerson = people.take(who);
    if (leavePerson === "total") throw busy("Try again in a moment, or read pages.");
    if (leavePerson === "each") {
      throw busy(`One person or key may have ${MAX_LISTENERS_EACH}; close some, or read pages.`);
    }
    const leaveOrganization = organizations.take(orgId);
    if (typeof leaveOrganization === "string") {
      leavePerson();
      throw busy(`An organization may have ${MAX_LISTENERS_ORGANIZATION}; close some, or read pages.`);
    }
    return () => {
      leavePerson();
      leaveOrganization();
    };
  };

  const follow = async ({
    response,
    identity,
    orgId,
    settings,
    after,
    wanted,
  }: FeedRequest): Promise<void> => {
    let at = after;
    let heard = false;
    let lost = false;
    let wake: () => void = () => undefined;
    response.once("close", () => wake());
    const stop = await listener.listen(`changes:${orgId}`, {
      onEvent() {
        heard = true;
        wake();
      },
      onLost() {
        // The reader comes back with the last id, and nothing is missed.
        lost = true;
        wake();
      },
    });
    const pause = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    const look = async (): Promise<Page | null> => {
      // Never null: no more can wait than may follow.
      const leave = await reads.enter("feeds")!;
      try {
        return response.destroyed ? null : await readChanges(pool, settings, at, wanted);
      } finally {
        leave();
      }
    };
    try {
      // Listening has begun: what happens from here on is heard. The first look says what is wrong with the request.
      let page = await look();
      response.status(200).set({
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
      });
      await send(response, `retry: ${RETRY_MS}\n\n`);
      // Ends with the reader, with the token, or with the membership.
      while (!response.destroyed && !lost) {
        if (page === null || identity.expiresAt * 1000 <= Date.now()) {
          await send(response, "event: end\ndata: {}\n\n");
          return;
        }
        at = page.next;
        if (page.changes.length > 0 && !(await send(response, eventsOf(page)))) return;
        if (!page.full && !heard) {
          let over = false;
          const forget =
            page.hidden &&
            watch.over(page.hidden, () => {
              over = true;
              wake();
            });
          await pause(HEARTBEAT_MS);
          if (forget) forget();
          if (!over && !heard && !(await send(response, ": \n\n"))) return;
        }
        heard = false;
        page = await look();
      }
    } finally {
      stop();
      // What is wrong with the request is still to be answered.
      if (response.headersSent) response.end();
    }
  };

  return async (wanted) => {
    const leave = enter(wanted.identity.sessionId, wanted.orgId);
    try {
      await follow(wanted);
    } finally {
      leave();
    }
  };
}
