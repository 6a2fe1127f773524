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
  /** There are changes that wait for an older transaction to end. */
  hidden: boolean;
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
}

const STATE = `
  select private.org_id() as org, pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
         exists (select from ingest.changes c
                  where c.org_id = (select private.org_id()) and c.txid >= pg_snapshot_xmin(pg_current_snapshot())) as hidden`;

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

async function datasetId(client: pg.PoolClient, name: string | null): Promise<string | null> {
  if (name === null) return null;
  const { rows } = await client.query<{ id: string }>("select id from data.datasets where name = $1", [name]);
  if (rows[0]) return rows[0].id;
  throw new AppError("NOT_FOUND", "there is no such dataset, or you may not see it", {
    hint: "Name a dataset of the organization, or leave it out for all.",
  });
}

/** Errors: AppError GONE where changes after the position have been cleared away. */
async function requireKept(client: pg.PoolClient, txid: string, number: string): Promise<void> {
  const { rows } = await client.query(
    "select from private.change_horizons h where h.org_id = (select private.org_id()) and (h.txid, h.number) > ($1::xid8, $2::bigint)",
    [txid, number],
  );
  if (rows.length === 0) return;
  throw new AppError("GONE", "changes after this position are not kept any more", {
    hint: "Read the datasets anew, then go on from `after=latest`, taken before; or leave `after` out for the first change there is.",
  });
}

/** One page after a cursor. Null: whoever asks is nobody any more. Errors: AppError NOT_FOUND for the dataset, GONE. */
export function readChanges(
  pool: pg.Pool,
  settings: Settings,
  after: string,
  wanted: Wanted,
): Promise<Page | null> {
  return inRequest(pool, settings, async (client) => {
    const { rows: state } = await client.query<{ org: string | null; xmin: string; hidden: boolean }>(STATE);
    if (state[0]!.org === null) return null;
    // Everything from the oldest transaction that is still open on is yet to come.
    if (after === "latest")
      return { changes: [], next: `${state[0]!.xmin}.0`, full: false, hidden: state[0]!.hidden };
    const dataset = await datasetId(client, wanted.dataset);
    const [txid, number] = after.split(".");
    if (after !== FIRST) await requireKept(client, txid!, number!);
    const { rows } = await client.query<ChangeRow>("select * from private.read_changes($1, $2, $3, $4)", [
      txid,
      number,
      dataset,
      wanted.limit,
    ]);
    const page: Page = {
      changes: [],
      next: after,
      full: rows.length === wanted.limit,
      hidden: state[0]!.hidden,
    };
    let told = 0;
    for (const change of rows) {
      const at = `${change.txid}.${change.number}`;
      const found =
        wanted.rows > 0
          ? await client.query<{ row: string }>("select r::text as row from private.change_rows($1, $2) r", [
              change.number,
              wanted.rows + 1,
            ])
          : null;
      const json = asJson(change, at, found?.rows.map((one) => one.row) ?? null, wanted.rows);
      page.changes.push({ cursor: at, json });
      page.next = at;
      told += found?.rows.length ?? 0;
      if (told >= MAX_PAGE_ROWS) {
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
