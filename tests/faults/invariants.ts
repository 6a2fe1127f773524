/** What must hold after every fault, once everything has come to rest. */
import { apply, type Counts, type Edition, emptyState } from "./model.ts";
import type { FaultStage } from "./stage.ts";

/** A fault is over within this: nothing may be under way afterwards. */
export const REST_SECONDS = 60;
const POLL_MS = 100;
const SWEEP_TURNS = 150;
const FINAL = ["succeeded", "failed", "cancelled", "duplicate", "held"];

export interface Submitted {
  runId: string;
  dataset: string;
  edition: Edition;
}

interface RunRow extends Counts {
  id: string;
  status: string;
  attempts: number;
  lease_generation: number;
  error: { code: string; message: string } | null;
}

const COUNTS = ["read", "inserted", "updated", "unchanged", "deleted", "rejected", "duplicate"] as const;

export async function readRuns(stage: FaultStage, ids: readonly string[]): Promise<RunRow[]> {
  return stage.query<RunRow & Record<string, unknown>>(
    `select id, status, attempts, lease_generation, error, ${COUNTS.map((name) => `${name}_rows::int as ${name}`).join(", ")}
       from ingest.runs where id = any ($1) order by created_at`,
    [ids],
  );
}

/** Waits until every run has ended. Resolves with the seconds that it took; throws where they do not come to rest. */
export async function rest(stage: FaultStage, ids: readonly string[]): Promise<number> {
  const began = performance.now();
  for (;;) {
    const runs = await readRuns(stage, ids);
    const seconds = (performance.now() - began) / 1000;
    if (runs.length === ids.length && runs.every((run) => FINAL.includes(run.status))) return seconds;
    if (seconds > REST_SECONDS) {
      const open = runs
        .filter((run) => !FINAL.includes(run.status))
        .map((run) => `${run.id} ${run.status} ${JSON.stringify(run.error)}`);
      throw new Error(`not at rest after ${REST_SECONDS} s: ${open.join("; ")}; ${await tellQueue(stage)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The loads' jobs, their queues, who says that it lives and what sessions wait for: to look at when nothing goes on. */
async function tellQueue(stage: FaultStage): Promise<string> {
  const [row] = await stage.query<{ told: string }>(
    `select json_build_object('now', clock_timestamp(),
       'jobs', (select json_agg(to_jsonb(j) - 'payload' || jsonb_build_object('queue_locked_by', q.locked_by, 'queue_locked_at', q.locked_at))
                  from graphile_worker._private_jobs j
                  join graphile_worker._private_tasks t on t.id = j.task_id and t.identifier = 'ingest__load'
                  left join graphile_worker._private_job_queues q on q.id = j.job_queue_id),
       'workers', (select json_agg(w) from private.workers w),
       'sessions', (select json_agg(json_build_object('pid', a.pid, 'name', a.application_name, 'state', a.state, 'since', a.state_change,
                             'wait', a.wait_event, 'blocked_by', pg_blocking_pids(a.pid), 'query', left(a.query, 200)))
                      from pg_stat_activity a where a.datname = current_database()))::text as told`,
  );
  return row!.told;
}

/** Everything that is wrong, in words; empty where all invariants hold. */
export async function broken(stage: FaultStage, submitted: readonly Submitted[]): Promise<string[]> {
  const faults: string[] = [];
  const runs = new Map(
    (
      await readRuns(
        stage,
        submitted.map((one) => one.runId),
      )
    ).map((run) => [run.id, run]),
  );
  for (const dataset of new Set(submitted.map((one) => one.dataset))) {
    let state = emptyState();
    for (const one of submitted.filter((other) => other.dataset === dataset)) {
      const run = runs.get(one.runId)!;
      if (run.status !== "succeeded") {
        faults.push(`${dataset}: run ${run.id} is ${run.status}: ${JSON.stringify(run.error)}`);
        continue;
      }
      const wanted = apply(state, one.edition);
      state = wanted.state;
      for (const name of COUNTS) {
        if (run[name] !== wanted.counts[name])
          faults.push(`${dataset}: run ${run.id} ${name} ${run[name]}, not ${wanted.counts[name]}`);
      }
      if (run.read !== run.inserted + run.updated + run.unchanged + run.rejected + run.duplicate)
        faults.push(`${dataset}: counts of run ${run.id} do not add up`);
    }
    faults.push(...(await compareTable(stage, dataset, state)));
  }
  return [...faults, ...(await cleared(stage))];
}

/** What dead workers left is swept within seconds. */
async function cleared(stage: FaultStage): Promise<string[]> {
  for (let turn = 0; ; turn++) {
    const faults = await leftovers(stage);
    if (faults.length === 0 || turn === SWEEP_TURNS) return faults;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function compareTable(
  stage: FaultStage,
  dataset: string,
  state: { rows: Map<string, number>; versions: number },
): Promise<string[]> {
  const faults: string[] = [];
  const rows = await stage.read<{ k: number; v: number }>(`select k, v from org_acme.${dataset}`);
  const table = new Map(rows.map((row) => [String(row.k), row.v]));
  if (table.size !== rows.length) faults.push(`${dataset}: a key is there twice`);
  for (const [k, v] of state.rows)
    if (table.get(k) !== v) faults.push(`${dataset}: key ${k} is ${table.get(k)}, not ${v}`);
  for (const k of table.keys()) if (!state.rows.has(k)) faults.push(`${dataset}: key ${k} is too many`);
  const [history] = await stage.read<{ versions: number; gaps: number }>(
    `with v as (select k, version, lag(version) over (partition by k order by version) as before from org_acme.${dataset}_history)
     select count(*)::int as versions, count(*) filter (where version <> coalesce(before, 0) + 1)::int as gaps from v`,
  );
  if (history!.versions !== state.versions)
    faults.push(`${dataset}: ${history!.versions} versions, ${state.versions} changes`);
  if (history!.gaps > 0) faults.push(`${dataset}: versions with gaps`);
  return faults;
}

/** Landing tables, jobs, steps that nobody will end, and files that were acknowledged and are gone. */
async function leftovers(stage: FaultStage): Promise<string[]> {
  const faults: string[] = [];
  const [state] = await stage.query<{ tables: number; jobs: number; steps: number }>(
    `select (select count(*)::int from pg_class c join ingest.runs r on c.relname like '%' || replace(r.id::text, '-', '') || '%'
              where c.relnamespace = 'landing'::regnamespace and c.relkind = 'r' and r.status in ('succeeded', 'failed')
                and not exists (select from pg_locks l where l.relation = c.oid)) as tables,
            (select count(*)::int from graphile_worker.jobs where task_identifier = 'ingest__load') as jobs,
            (select count(*)::int from ingest.run_steps s join ingest.runs r on r.org_id = s.org_id and r.id = s.run_id
              where s.status = 'running' and r.finished_at is not null) as steps`,
  );
  if (state!.tables > 0) faults.push(`${state!.tables} landing tables are left`);
  if (state!.jobs > 0) faults.push(`${state!.jobs} jobs are left: ${await tellQueue(stage)}`);
  if (state!.steps > 0) faults.push(`${state!.steps} steps never ended`);
  const files = await stage.query<{ object_key: string }>("select object_key from ingest.files");
  for (const { object_key: key } of files)
    if ((await stage.store.size(key)) === null) faults.push(`the acknowledged file ${key} is gone`);
  return faults;
}
