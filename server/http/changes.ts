/**
 * GET /orgs/:slug/changes: what changed in an organization's datasets, in an order in which nothing that commits late
 * is skipped. As pages after a cursor, or as server-sent events. Every read asks anew, under row-level security, so a
 * filter, a mask or the end of a membership counts at once.
 */
import type { RequestHandler } from "express";
import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { identityOf } from "../auth/identify.ts";
import { inRequest, type Settings, settingsFor } from "../database.ts";
import type { Listener } from "../listener.ts";
import type { Organizations } from "../organizations.ts";
import { createFeed } from "./change-events.ts";
import { parseInput } from "./input.ts";

const MAX_CHANGES = 1000;
/** With rows, a page is shorter. */
const MAX_CHANGES_WITH_ROWS = 100;
const MAX_ROWS = 5000;
/** A page ends early where the rows of its changes are more. */
const MAX_PAGE_ROWS = 20_000;
/** And where its text is longer: each follower that reads slowly holds one page. */
const MAX_PAGE_LENGTH = 2_000_000;
/** The first change that there is. */
const FIRST = "0.0";
const HINT = "See docs/reference/changes.md.";

const cursor = z.union([
  z.literal("latest"),
  z.string().regex(/^\d{1,19}\.\d{1,18}$/, "a cursor is what `next` or an event's id said"),
]);
const query = z.strictObject({
  after: cursor.optional(),
  dataset: z.string().min(1).max(50).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_CHANGES).default(100),
  rows: z.enum(["true", "false", "1", "0"]).default("false"),
  rowLimit: z.coerce.number().int().min(1).max(MAX_ROWS).default(100),
});

export interface ChangeOptions {
  pool: pg.Pool;
  organizations: Organizations;
  claimKey: Buffer;
  listener: Listener;
}

export interface Wanted {
  dataset: string | null;
  limit: number;
  /** Rows of each change; 0: none. */
  rows: number;
}

export interface Page {
  /** One JSON text a change, with its cursor. */
  changes: { cursor: string; json: string }[];
  next: string;
  /** There may be more at once. */
  full: boolean;
  /** The transaction of the next change, which is shown once no older one is open; null: none waits. */
  hidden: string | null;
}

interface ChangeRow {
  txid: string;
  number: string;
  dataset_id: string;
  dataset: string | null;
  kind: string;
  run_id: string | null;
  actor_id: string | null;
  inserted: string;
  updated: string;
  deleted: string;
  changed_at: Date;
  waits: boolean;
}

const DATASET = "select private.org_id() as org, (select d.id from data.datasets d where d.name = $1) as id";
const LATEST =
  "select private.org_id() as org, pg_snapshot_xmin(pg_current_snapshot())::text as txid, pg_snapshot_xmax(pg_current_snapshot())::text as upto";

/** Who asks, whether what they ask for is still kept, and the changes: one statement, asked by every follower at every event. */
const PAGE = `
  select w.org, w.gone, r.*
    from (select private.org_id() as org,
                 exists (select from private.change_horizons h
                          where h.org_id = (select private.org_id()) and (h.txid, h.number) > ($1::xid8, $2::bigint)) as gone
          offset 0) w
    left join lateral private.read_changes($1, $2, $3, $4) r on true`;

type PageRow = { org: string | null; gone: boolean } & (ChangeRow | { txid: null });

/** Rows stay the text that PostgreSQL made: numbers keep every digit. */
function asJson(change: ChangeRow, at: string, rows: string[] | null, limit: number): string {
  const told = JSON.stringify({
    cursor: at,
    datasetId: change.dataset_id,
    dataset: change.dataset,
    kind: change.kind,
    runId: change.run_id,
    actorId: change.actor_id,
    inserted: Number(change.inserted),
    updated: Number(change.updated),
    deleted: Number(change.deleted),
    changedAt: change.changed_at,
  });
  if (rows === null) return told;
  const shown = rows.slice(0, limit);
  return `${told.slice(0, -1)},"rows":[${shown.join(",")}],"rowsTruncated":${rows.length > limit}}`;
}

const unknown = (): AppError =>
  new AppError("NOT_FOUND", "there is no such dataset, or you may not see it", {
    hint: "Name a dataset of the organization, or leave it out for all.",
  });

const cleared = (): AppError =>
  new AppError("GONE", "changes after this position are not kept any more", {
    hint: "Read the datasets anew, then go on from `after=latest`, taken before; or leave `after` out for the first change there is.",
  });

/** From here on: everything from the oldest transaction that is still open on is yet to come. */
async function latest(client: pg.PoolClient): Promise<Page | null> {
  const { rows } = await client.query<{ org: string | null; txid: string; upto: string }>(LATEST);
  const { org, txid, upto } = rows[0]!;
  if (org === null) return null;
  // Who is still writing may have written a change.
  return { changes: [], next: `${txid}.0`, full: false, hidden: txid === upto ? null : txid };
}

/** One page after a cursor. Null: whoever asks is nobody any more. Errors: AppError NOT_FOUND for the dataset, GONE. */
export function readChanges(
  pool: pg.Pool,
  settings: Settings,
  after: string,
  wanted: Wanted,
): Promise<Page | null> {
  return inRequest(pool, settings, async (client) => {
    if (after === "latest") return latest(client);
    let dataset: string | null = null;
    if (wanted.dataset !== null) {
      const { rows } = await client.query<{ org: string | null; id: string | null }>(DATASET, [
        wanted.dataset,
      ]);
      if (rows[0]!.org === null) return null;
      if (rows[0]!.id === null) throw unknown();
      dataset = rows[0]!.id;
    }
    const [txid, number] = after.split(".");
    const { rows: read } = await client.query<PageRow>(PAGE, [txid, number, dataset, wanted.limit]);
    if (read[0]!.org === null) return null;
    if (read[0]!.gone && after !== FIRST) throw cleared();
    const found = read.filter((row): row is PageRow & ChangeRow => row.txid !== null);
    const rows = found.filter((row) => !row.waits);
    const page: Page = {
      changes: [],
      next: after,
      full: rows.length === wanted.limit,
      hidden: found.find((row) => row.waits)?.txid ?? null,
    };
    let told = 0;
    let length = 0;
    for (const change of rows) {
      const at = `${change.txid}.${change.number}`;
      const shown =
        wanted.rows > 0
          ? await client.query<{ row: string }>("select r::text as row from private.change_rows($1, $2) r", [
              change.number,
              wanted.rows + 1,
            ])
          : null;
      const json = asJson(change, at, shown?.rows.map((one) => one.row) ?? null, wanted.rows);
      page.changes.push({ cursor: at, json });
      page.next = at;
      told += shown?.rows.length ?? 0;
      length += json.length;
      if (told >= MAX_PAGE_ROWS || length >= MAX_PAGE_LENGTH) {
        page.full = true;
        break;
      }
    }
    return page;
  });
}

export function changesHandler(options: ChangeOptions): RequestHandler<{ slug: string }> {
  const { pool, organizations, claimKey, listener } = options;
  const feed = createFeed(pool, listener);
  return async (request, response) => {
    const identity = identityOf(response);
    const organization = await organizations.find(identity, request.params.slug);
    const asked = parseInput(query, request.query, HINT);
    const withRows = asked.rows === "true" || asked.rows === "1";
    const wanted: Wanted = {
      dataset: asked.dataset ?? null,
      limit: withRows ? Math.min(asked.limit, MAX_CHANGES_WITH_ROWS) : asked.limit,
      rows: withRows ? asked.rowLimit : 0,
    };
    const settings = settingsFor(identity, String(response.locals.requestId), claimKey, request.ip);
    if (request.accepts(["application/json", "text/event-stream"]) === "text/event-stream") {
      const resumed = request.get("Last-Event-ID");
      const after = resumed ? parseInput(cursor, resumed, HINT) : (asked.after ?? "latest");
      await feed({ response, identity: identity!, orgId: organization.id, settings, after, wanted });
      return;
    }
    const page = await readChanges(pool, settings, asked.after ?? FIRST, wanted);
    if (page === null) {
      throw new AppError("UNAUTHENTICATED", "you do not belong to this organization any more", {
        hint: "Sign in again.",
      });
    }
    response
      .set({ "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" })
      .send(`{"changes":[${page.changes.map((change) => change.json).join(",")}],"next":"${page.next}"}`);
  };
}
