import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  type Command,
  fail,
  findMember,
  findOrg,
  type OrgRow,
  type Output,
  type Session,
  withSession,
} from "../command.ts";
import { misused } from "../help.ts";
import { afterwards, type FailedRule, failedRules } from "../run-text.ts";
import { table } from "../table.ts";
import { patiently } from "../waiting.ts";

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;
const MAX_FIXES_BYTES = 4_000_000;
const POLL_MS = 100;
/** How long a command waits for a load; the load itself goes on without it. */
const MAX_WAIT_MS = 24 * 3_600_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const STATUSES = ["queued", "running", "waiting", "held", "succeeded", "failed", "cancelled", "duplicate"];
const FINAL = new Set(["succeeded", "failed", "cancelled", "duplicate", "held"]);

interface Run {
  run: string;
  status: string;
  step: string | null;
  dataset: string;
  file: string | null;
  mode: string | null;
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  deleted: number;
  rejected: number;
  duplicate: number;
  by: string | null;
  created_at: Date;
  finished_at: Date | null;
  replay_of: string | null;
  undo_of: string | null;
  error: { code: string; message: string; hint?: string | null } | null;
}

const SELECT = `
  select r.id as run, r.status, r.step, r.dataset_name as dataset, f.file_name as file, r.mode,
         r.read_rows::float8 as read, r.inserted_rows::float8 as inserted, r.updated_rows::float8 as updated,
         r.unchanged_rows::float8 as unchanged, r.deleted_rows::float8 as deleted, r.rejected_rows::float8 as rejected,
         r.duplicate_rows::float8 as duplicate, u.email::text as by, r.created_at, r.finished_at, r.replay_of, r.undo_of, r.error
    from ingest.runs r
    left join ingest.files f on f.org_id = r.org_id and f.id = r.file_id
    left join access.users u on u.id = r.requested_by`;

interface Asked {
  session: Session;
  org: OrgRow;
  userId: string | null;
}

async function find(asked: Asked, id: string): Promise<{ run: Run; failed: FailedRule[] }> {
  return asked.session.asOrg(
    asked.org.id,
    async (client) => {
      const { rows } = await client.query<Run>(`${SELECT} where r.id = $1`, [id]);
      const run =
        rows[0] ??
        fail(
          "NOT_FOUND",
          `there is no run ${id} in ${asked.org.slug}`,
          `See cadastre run list --org ${asked.org.slug}.`,
        );
      return { run, failed: await failedRules(client, id) };
    },
    asked.userId,
  );
}

function told(
  { session: _session, org }: Asked,
  { run, failed }: { run: Run; failed: FailedRule[] },
): string {
  const counts =
    `${run.read} read, ${run.inserted} inserted, ${run.updated} updated, ${run.unchanged} unchanged, ` +
    `${run.deleted} deleted, ${run.rejected} rejected, ${run.duplicate} duplicate`;
  const state = { id: run.run, org: org.slug, status: run.status, rejected: run.rejected };
  return [
    `${run.status}: ${run.file ?? "no file"} into ${run.dataset}${run.by ? `, by ${run.by}` : ""}, ${run.created_at.toISOString()}`,
    counts,
    ...afterwards({ ...state, error: run.error, failedRules: failed }),
  ].join("\n");
}

async function show(asked: Asked, id: string, output: Output): Promise<number> {
  const found = await find(asked, id);
  output.print({ ...found.run, failedRules: found.failed }, told(asked, found));
  return 0;
}

/** Waits for the load's end where somebody wants that, and tells what became of it. */
async function settle(asked: Asked, id: string, wait: boolean, output: Output): Promise<number> {
  const until = Date.now() + MAX_WAIT_MS;
  for (;;) {
    const found = await patiently(() => find(asked, id));
    if (!wait || FINAL.has(found.run.status)) {
      output.print({ ...found.run, failedRules: found.failed }, told(asked, found));
      return !wait || found.run.status === "succeeded" ? 0 : 1;
    }
    if (Date.now() > until)
      fail("TIMEOUT", `the run ${id} has not ended within a day`, "It goes on; see that a worker runs.");
    await pause(POLL_MS);
  }
}

interface Given {
  dataset?: string | undefined;
  status?: string | undefined;
  limit?: string | undefined;
  fixes?: string | undefined;
  "no-wait"?: boolean | undefined;
}

async function list({ session, org, userId }: Asked, given: Given, output: Output): Promise<number> {
  const limit = Number(given.limit ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    fail("USAGE", `--limit is a whole number from 1 to ${MAX_LIMIT}`);
  if (given.status !== undefined && !STATUSES.includes(given.status))
    fail("USAGE", `--status is one of ${STATUSES.join(", ")}`);
  const { rows } = await session.asOrg(
    org.id,
    (client) =>
      client.query<Run>(
        `${SELECT} where ($1::text is null or r.dataset_name = $1) and ($2::text is null or r.status = $2)
          order by r.created_at desc, r.id desc limit $3`,
        [given.dataset ?? null, given.status ?? null, limit],
      ),
    userId,
  );
  const lines = rows.map((r) => ({
    run: r.run,
    status: r.status,
    dataset: r.dataset,
    file: r.file,
    read: r.read,
    rejected: r.rejected,
    at: r.created_at,
    why: r.error ? `${r.error.code}: ${r.error.message}` : null,
  }));
  const none = `no such runs: load something with cadastre ingest <file> --org ${org.slug} --dataset <name>`;
  output.print(rows, table(lines, none));
  return 0;
}

async function readFixes(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  const text = await readFile(file, "utf8").catch(() =>
    fail("NOT_A_FILE", `${file} is not a file`, 'Name a file with {"<line>": {"<field>": "<value>"}}.'),
  );
  if (text.length > MAX_FIXES_BYTES) fail("USAGE", `${file} is longer than ${MAX_FIXES_BYTES} bytes`);
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return fail("BAD_INPUT", `${file} is not JSON`, 'Write {"<line>": {"<field>": "<value>"}}.');
  }
}

const ask = async (asked: Asked, statement: string, values: unknown[]): Promise<string> => {
  const { rows } = await asked.session.asOrg(
    asked.org.id,
    (client) => client.query<{ id: string }>(statement, values),
    asked.userId,
  );
  return rows[0]!.id;
};

const ACTS: Record<string, (asked: Asked, id: string, given: Given, output: Output) => Promise<number>> = {
  show: (asked, id, _given, output) => show(asked, id, output),
  async release(asked, id, given, output) {
    await ask(asked, "select id from ingest.release_run($1)", [id]);
    return settle(asked, id, !given["no-wait"], output);
  },
  async refuse(asked, id, _given, output) {
    await ask(asked, "select id from ingest.reject_run($1)", [id]);
    return settle(asked, id, false, output);
  },
  async cancel(asked, id, _given, output) {
    await ask(asked, "select id from ingest.cancel_run($1)", [id]);
    return settle(asked, id, false, output);
  },
  async replay(asked, id, given, output) {
    const fixes = await readFixes(given.fixes);
    const replay = await ask(asked, "select id from ingest.replay_rejected($1, $2)", [id, fixes]);
    return settle(asked, replay, !given["no-wait"], output);
  },
};

export const run: Command = {
  about: "loads: listed, told in full; held ones released or refused; replayed",
  usage: [
    "run list --org <slug> [--dataset <name>] [--status <status>] [--limit <n>]",
    "run show <run> --org <slug>",
    "run release <run> --org <slug> [--no-wait] [--as <email>]",
    "run refuse|cancel <run> --org <slug> [--as <email>]",
    "run replay <run> --org <slug> [--fixes <file.json>] [--no-wait] [--as <email>]",
  ],
  async run(args, output) {
    const text = { type: "string" } as const;
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: text,
        dataset: text,
        status: text,
        limit: text,
        fixes: text,
        as: text,
        "no-wait": { type: "boolean" },
      },
    });
    const [verb, id = ""] = positionals;
    const act = verb !== undefined && Object.hasOwn(ACTS, verb) ? ACTS[verb]! : null;
    if ((!act && verb !== "list") || (act && id === "")) misused(run);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = values.as ? await findMember(session, org, values.as) : null;
      const asked = { session, org, userId };
      if (!act) return list(asked, values, output);
      if (!UUID.test(id)) fail("USAGE", `${id} is no run's id`, `See cadastre run list --org ${org.slug}.`);
      return act(asked, id, values, output);
    });
  },
};
