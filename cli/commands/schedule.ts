import { parseArgs } from "node:util";
import { changeBackfill, startBackfill, until } from "../backfills.ts";
import {
  type Command,
  fail,
  findOrg,
  type OrgRow,
  type Output,
  type Session,
  withSession,
} from "../command.ts";
import { misused } from "../help.ts";
import { table } from "../table.ts";
import { askOrg, type Told } from "./connector.ts";

const SHOWN_RUNS = 20;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

interface Given {
  source?: string;
  pipeline?: string;
  cron?: string;
  "time-zone"?: string;
  every?: string;
  "new-objects"?: boolean;
  after?: string;
  all?: boolean;
  fresh?: string;
  dataset?: string;
  "catch-up"?: string;
  from?: string;
  to?: string;
  step?: string;
  "newest-first"?: boolean;
  "no-wait"?: boolean;
}
interface ScheduleRow {
  id: string;
  name: string;
  target: string;
  when: string;
  next_due_at: Date | null;
  paused: boolean;
  last_state: string | null;
  missed_count: number;
  problem: string | null;
}
interface RunRow {
  id: string;
  state: string;
  trigger: string;
  due_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  reason: string | null;
  rerun_from: string | null;
  error: Told | null;
}
const LIST = `select s.id, s.name, coalesce('source ' || x.name, 'pipeline ' || p.name) as target, s.trigger, s.paused, s.next_due_at, s.last_state,
  s.missed_count::int, s.problem,
  case s.trigger when 'cron' then s.cron || ' ' || s.time_zone when 'interval' then 'every ' || s.every when 'new_object' then 'new objects, every ' || s.every
    when 'freshness' then 'in time for ' || d.name || ', ' || s.max_age
    when 'upstream' then 'after ' || s.upstream_mode || ' of ' || (select string_agg(coalesce('pipeline ' || up.name, 'dataset ' || ud.name), ', ')
      from ingest.schedule_upstreams u left join ingest.pipelines up on up.org_id = u.org_id and up.id = u.pipeline_id
      left join data.datasets ud on ud.org_id = u.org_id and ud.id = u.dataset_id where u.org_id = s.org_id and u.schedule_id = s.id)
    else 'by hand' end as when
  from ingest.schedules s
  left join ingest.sources x on x.org_id = s.org_id and x.id = s.source_id
  left join ingest.pipelines p on p.org_id = s.org_id and p.id = s.pipeline_id
  left join data.datasets d on d.org_id = s.org_id and d.id = s.dataset_id
 where $1::text is null or s.name = $1 order by s.name limit 5000`;
const RUNS = `select id, state, trigger, due_at, started_at, ended_at, reason, rerun_of, rerun_from, trigger_run, error
  from ingest.schedule_runs where schedule_id = $1 order by created_at desc limit $2`;

/** What --after names: dataset:orders,pipeline:daily; without a kind, a dataset. */
function upstreamsOf(after: string): object[] {
  return after.split(",").map((one) => {
    const [, kind = "dataset", name] = /^(?:(dataset|pipeline):)?(.+)$/.exec(one.trim()) ?? [];
    return { [kind]: name };
  });
}

function triggerOf(given: Given): string {
  const named = [given.cron, given.every, given.after, given.fresh].filter((one) => one !== undefined);
  if (named.length > 1)
    fail(
      "USAGE",
      "--cron, --every, --after and --fresh exclude each other",
      "Give one of them, or none for a schedule by hand.",
    );
  if (given.cron !== undefined) return "cron";
  if (given.every !== undefined) return given["new-objects"] ? "new_object" : "interval";
  if (given.after !== undefined) return "upstream";
  return given.fresh === undefined ? "hand" : "freshness";
}

async function create(
  session: Session,
  org: OrgRow,
  name: string,
  given: Given,
): Promise<{ next_due_at: Date | null }> {
  const [row] = await askOrg<{ next_due_at: Date | null }>(
    session,
    org,
    `select * from ingest.create_schedule($1, $2, source => $3, pipeline => $4, cron => $5, time_zone => $6, every => $7::text::interval,
       upstreams => $8, upstream_mode => $9, dataset => $10, max_age => $11::text::interval, catch_up => $12)`,
    [
      name,
      triggerOf(given),
      given.source ?? null,
      given.pipeline ?? null,
      given.cron ?? null,
      given["time-zone"] ?? null,
      given.every ?? null,
      given.after === undefined ? null : JSON.stringify(upstreamsOf(given.after)),
      given.all ? "all" : "any",
      given.dataset ?? null,
      given.fresh ?? null,
      given["catch-up"] ?? "once",
    ],
  );
  return row!;
}

const told = (error: Told | null): string => (error === null ? "" : `${error.code}: ${error.message}`);
const when = (at: Date | null): string => (at === null ? "-" : at.toISOString());

function line(row: ScheduleRow): string {
  const next = row.paused ? "paused" : row.next_due_at === null ? "" : `next ${when(row.next_due_at)}`;
  const missed = row.missed_count > 0 ? `${row.missed_count} missed` : "";
  return [
    row.name,
    row.target,
    row.when,
    next,
    row.last_state ?? "never run",
    missed,
    row.problem ?? "",
  ].join("\t");
}

async function findSchedule(session: Session, org: OrgRow, name: string): Promise<ScheduleRow> {
  const [row] = await askOrg<ScheduleRow>(session, org, LIST, [name]);
  return (
    row ?? fail("NOT_FOUND", `there is no schedule ${name} in ${org.slug}`, "See cadastre schedule list.")
  );
}

async function show(session: Session, org: OrgRow, name: string, output: Output): Promise<number> {
  const row = await findSchedule(session, org, name);
  const runs = await askOrg<RunRow>(session, org, RUNS, [row.id, SHOWN_RUNS]);
  const lines = runs.map((run) =>
    [
      "",
      run.state,
      run.trigger,
      when(run.due_at),
      when(run.started_at),
      when(run.ended_at),
      run.reason ?? told(run.error),
      run.id,
    ].join("\t"),
  );
  output.print({ ...row, runs }, [line(row), ...lines].join("\n"));
  return 0;
}

async function run(
  session: Session,
  org: OrgRow,
  statement: string,
  value: string,
  wait: boolean,
  output: Output,
): Promise<number> {
  const [queued] = await askOrg<RunRow>(session, org, statement, [value]);
  if (!wait) {
    output.print(queued, `${queued!.state} (run ${queued!.id})`);
    return 0;
  }
  const ended = await until(
    async () =>
      (
        await askOrg<RunRow>(session, org, "select * from ingest.schedule_runs where id = $1", [queued!.id])
      )[0],
    ["waiting", "running"],
  );
  output.print(
    ended,
    `${ended.state}${ended.rerun_from ? `, again from ${ended.rerun_from}` : ""} (run ${ended.id}) ${told(ended.error)}`.trim(),
  );
  return ended.state === "succeeded" ? 0 : 1;
}

async function change(
  session: Session,
  org: OrgRow,
  verb: string,
  name: string,
  output: Output,
): Promise<number> {
  const [row] = await askOrg<{ next_due_at: Date | null }>(
    session,
    org,
    `select * from ingest.${verb}_schedule($1)`,
    [name],
  );
  const words: Record<string, string> = {
    pause: `${name} is paused.`,
    resume: `${name} goes on, next ${when(row?.next_due_at ?? null)}.`,
    drop: `${name} is gone; what it loaded stays.`,
  };
  output.print(verb === "drop" ? { name, dropped: true } : row, words[verb]!);
  return 0;
}

async function act(
  session: Session,
  org: OrgRow,
  verb: string,
  name: string,
  given: Given,
  output: Output,
): Promise<number> {
  const wait = !given["no-wait"];
  switch (verb) {
    case "create": {
      const row = await create(session, org, name, given);
      output.print(row, `${name} is there, next ${when(row.next_due_at)}.`);
      return 0;
    }
    case "list": {
      const rows = await askOrg<ScheduleRow>(session, org, LIST, [null]);
      output.print(
        rows,
        table(
          rows.map((row) => ({
            name: row.name,
            target: row.target,
            when: row.when,
            next: row.paused ? "paused" : row.next_due_at,
            last: row.last_state ?? "never run",
            missed: row.missed_count || null,
            problem: row.problem,
          })),
          `There are none: cadastre schedule create <name> --org ${org.slug} adds one.`,
        ),
      );
      return 0;
    }
    case "show":
      return show(session, org, name, output);
    case "pause":
    case "resume":
    case "drop":
      return change(session, org, verb, name, output);
    case "run":
      return run(session, org, "select * from ingest.run_schedule($1)", name, wait, output);
    case "rerun":
      return run(session, org, "select * from ingest.rerun_schedule_run($1)", name, wait, output);
    case "cancel": {
      const [row] = await askOrg<RunRow>(session, org, "select * from ingest.cancel_schedule_run($1)", [
        name,
      ]);
      output.print(row, `cancelled (run ${name})`);
      return 0;
    }
    case "backfill":
      return startBackfill(session, org, { kind: "source", name }, given, output);
    case "pause-backfill":
    case "resume-backfill":
    case "cancel-backfill":
      return changeBackfill(session, org, verb, name, wait, output);
    default:
      return fail(
        "USAGE",
        "schedule takes create, list, show, pause, resume, run, rerun, cancel, drop, backfill, pause-backfill, resume-backfill or cancel-backfill",
      );
  }
}

export const schedule: Command = {
  about: "when sources and pipelines run; backfills",
  usage: [
    "schedule create <name> --org <slug> (--source <name> | --pipeline <name>) [--cron '30 6 * * 1-5' [--time-zone Europe/Paris] | --every '5 minutes' [--new-objects] | --after dataset:a,pipeline:b [--all] | --fresh '1 day' --dataset <name>] [--catch-up once|none]",
    "schedule list --org <slug>",
    "schedule show|pause|resume|drop <name> --org <slug>",
    "schedule run <name> --org <slug> [--no-wait]",
    "schedule rerun|cancel <run> --org <slug> [--no-wait]",
    "schedule backfill <source> --org <slug> --from <value> --to <value> --step <value> [--newest-first] [--no-wait]",
    "schedule pause-backfill|resume-backfill|cancel-backfill <backfill> --org <slug> [--no-wait]",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: text,
        source: text,
        pipeline: text,
        cron: text,
        "time-zone": text,
        every: text,
        "new-objects": flag,
        after: text,
        all: flag,
        fresh: text,
        dataset: text,
        "catch-up": text,
        from: text,
        to: text,
        step: text,
        "newest-first": flag,
        "no-wait": flag,
      },
    });
    const [verb, name] = positionals;
    if (!verb || (verb !== "list" && !name)) misused(schedule);
    return withSession(async (session) =>
      act(session, await findOrg(session, values.org), verb, name ?? "", values, output),
    );
  },
};
