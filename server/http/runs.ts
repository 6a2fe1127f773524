/** GET /orgs/:slug/runs/:id and its rejected rows as a CSV file. */
import { once } from "node:events";
import { type RequestHandler, type Response, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { csvLine } from "../../lib/csv.ts";
import { AppError } from "../../lib/errors.ts";
import { identityOf } from "../auth/identify.ts";
import { inRequest, type Settings, settingsFor } from "../database.ts";
import type { Organizations } from "../organizations.ts";

/** Issues read at a time; each page is a transaction of its own, so a slow reader holds nothing. */
const PAGE = 1000;
const HEADER = ["line", "column", "rule", "value", "message", "remedy", "raw"];

const RUN = `
  select r.id, r.file_id as "fileId", r.dataset_id as "datasetId", r.dataset_name as dataset, r.mode,
         r.key_fields as key, r.status, r.step,
         r.read_rows as read, r.inserted_rows as inserted, r.updated_rows as updated,
         r.unchanged_rows as unchanged, r.deleted_rows as deleted, r.rejected_rows as rejected,
         r.duplicate_rows as duplicate, r.bytes_total as "bytesTotal", r.bytes_done as "bytesDone", r.error,
         r.created_at as "createdAt", r.started_at as "startedAt", r.finished_at as "finishedAt",
         round(extract(epoch from coalesce(r.finished_at, clock_timestamp()) - r.started_at), 3)::float8 as seconds
    from ingest.runs r
   where r.id = $1`;

const ISSUES = `
  select i.line, i.column_name, i.rule, i.value, i.message, i.remedy, r.raw
    from ingest.row_issues i
    left join ingest.rejected_rows r on r.org_id = i.org_id and r.run_id = i.run_id and r.line = i.line
   where i.run_id = $1 and i.rejected and (i.line, i.rule, i.column_name) > ($2, $3, $4)
   order by i.line, i.rule, i.column_name
   limit ${PAGE}`;

/** Counts are bigint, which pg gives as text; in JSON they are numbers (2^53 rows are far away). */
function asNumbers(row: Record<string, unknown>): Record<string, unknown> {
  const counts = /^(read|inserted|updated|unchanged|deleted|rejected|duplicate|bytesTotal|bytesDone)$/;
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "string" && counts.test(name) ? Number(value) : value,
    ]),
  );
}

interface Issue {
  line: string;
  column_name: string;
  rule: string;
  value: string | null;
  message: string;
  remedy: string;
  raw: string | null;
}

async function sendIssues(
  pool: pg.Pool,
  settings: Settings,
  runId: string,
  response: Response,
): Promise<void> {
  response.write(csvLine(HEADER));
  let after: [string, string, string] = ["-1", "", ""];
  // Ends with the first page that is not full: the issues of a run are bounded by its file.
  for (;;) {
    const { rows } = await inRequest(pool, settings, (client) =>
      client.query<Issue>(ISSUES, [runId, ...after]),
    );
    let text = "";
    for (const row of rows) {
      text += csvLine([row.line, row.column_name, row.rule, row.value, row.message, row.remedy, row.raw]);
    }
    if (text && !response.write(text)) await Promise.race([once(response, "drain"), once(response, "close")]);
    const last = rows.at(-1);
    if (rows.length < PAGE || !last || response.destroyed) break;
    after = [last.line, last.rule, last.column_name];
  }
  response.end();
}

export interface RunOptions {
  pool: pg.Pool;
  organizations: Organizations;
  claimKey: Buffer;
}

export function runRoutes({ pool, organizations, claimKey }: RunOptions): Router {
  const router = Router();
  type Params = { slug: string; id: string };

  const findRun = async (params: Params, response: Response) => {
    const identity = identityOf(response);
    await organizations.find(identity, params.slug);
    const settings = settingsFor(identity, String(response.locals.requestId), claimKey, response.req.ip);
    const id = z.uuid().safeParse(params.id);
    const { rows } = id.success
      ? await inRequest(pool, settings, (client) => client.query<Record<string, unknown>>(RUN, [id.data]))
      : { rows: [] };
    const run = rows[0];
    if (run) return { run, settings };
    throw new AppError("NOT_FOUND", "there is no such run, or you may not see it", {
      hint: "Check the id; it is the runId that the upload answered.",
    });
  };

  const show: RequestHandler<Params> = async (request, response) => {
    const { run } = await findRun(request.params, response);
    response.set("Cache-Control", "no-store").json(asNumbers(run));
  };
  const rejected: RequestHandler<Params> = async (request, response) => {
    const { run, settings } = await findRun(request.params, response);
    response.set({
      "Content-Type": "text/csv; charset=utf-8; header=present",
      "Content-Disposition": `attachment; filename="${String(run.dataset)}-rejected.csv"`,
      "Cache-Control": "no-store",
    });
    await sendIssues(pool, settings, String(run.id), response);
  };
  router.get("/orgs/:slug/runs/:id", show);
  router.get("/orgs/:slug/runs/:id/rejected.csv", rejected);
  return router;
}
