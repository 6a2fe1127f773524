import { parseArgs } from "node:util";
import { fillIn, readPreset } from "../../lib/connectors/presets.ts";
import {
  type Command,
  fail,
  findOrg,
  type OrgRow,
  type Output,
  type Session,
  withSession,
} from "../command.ts";
import { kindOf, settingsFrom, splitSets } from "../connector-settings.ts";
import { misused } from "../help.ts";
import { READING_OPTIONS, readingOf } from "../reading.ts";
import { table } from "../table.ts";
import { askOrg, type Told } from "./connector.ts";

const POLL_MS = 100;
/** How long a command waits for a reading and its loads; they go on without it. */
const MAX_WAIT_MS = 24 * 3_600_000;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

interface PullRow {
  id: string;
  status: string;
  files: number;
  bytes: string;
  run_ids: string[];
  error: Told | null;
}
interface RunRow {
  id: string;
  status: string;
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  rejected: number;
  error: Told | null;
}
interface Given {
  connector?: string;
  dataset?: string;
  how?: string;
  mode?: string;
  key?: string;
  preset?: string;
  set?: string[];
}

const PULL = "select id, status, files, bytes, run_ids, error from ingest.source_pulls where id = $1";
const RUNS = `select id, status, read_rows::int as read, inserted_rows::int as inserted, updated_rows::int as updated,
  unchanged_rows::int as unchanged, rejected_rows::int as rejected, error from ingest.runs where id = any ($1) order by created_at`;
const OPEN = new Set(["queued", "running"]);

async function create(
  session: Session,
  org: OrgRow,
  name: string,
  given: Given,
  reading: object,
): Promise<object> {
  const { connector, dataset } = given;
  if (!connector) fail("USAGE", "--connector is missing", "Name the connector that it reads from.");
  const [found] = await askOrg<{ kind: string }>(
    session,
    org,
    "select kind from ingest.connectors where name = $1",
    [connector],
  );
  if (!found)
    fail(
      "NOT_FOUND",
      `there is no connector ${connector} in ${org.slug}`,
      "Create it with cadastre connector create.",
    );
  const preset = given.preset === undefined ? null : await readPreset(given.preset);
  const sets = splitSets(given.set ?? []);
  const kind = await kindOf(session, org, found.kind);
  const selection = {
    ...(preset ? fillIn(preset.source.selection, preset, sets) : {}),
    ...settingsFrom(kind.selection, sets, preset?.parameters),
  };
  const key = given.key?.split(",").map((one) => one.trim()) ?? preset?.source.key ?? null;
  const [row] = await askOrg<object>(
    session,
    org,
    "select * from ingest.create_source($1, $2, $3, $4, $5, $6, $7, $8)",
    [
      connector,
      name,
      dataset ?? name.replaceAll("-", "_"),
      JSON.stringify(selection),
      given.how ?? preset?.source.how ?? kind.hows[0],
      given.mode ?? preset?.source.mode ?? null,
      key,
      JSON.stringify(Object.keys(reading).length > 0 ? { dialect: reading } : {}),
    ],
  );
  return row!;
}

/** Waits until the reading has ended, or waits itself, and its runs are loaded. */
async function follow(session: Session, org: OrgRow, id: string): Promise<{ pull: PullRow; runs: RunRow[] }> {
  const until = Date.now() + MAX_WAIT_MS;
  while (Date.now() < until) {
    const [pull] = await askOrg<PullRow>(session, org, PULL, [id]);
    if (!pull) fail("NOT_FOUND", "the pull is gone");
    const runs = await askOrg<RunRow>(session, org, RUNS, [pull.run_ids]);
    if (!OPEN.has(pull.status) && runs.every((run) => !OPEN.has(run.status))) return { pull, runs };
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  fail("TIMEOUT", "the reading has not ended within a day", "It goes on; look that a worker runs.");
}

async function pull(
  session: Session,
  org: OrgRow,
  name: string,
  range: object | null,
  wait: boolean,
  output: Output,
): Promise<number> {
  const [queued] = await askOrg<PullRow>(session, org, "select * from ingest.pull_source($1, $2)", [
    name,
    range === null ? null : JSON.stringify(range),
  ]);
  if (!wait) {
    output.print({ pull: queued!.id, status: queued!.status }, `${queued!.status} (pull ${queued!.id})`);
    return 0;
  }
  const ended = await follow(session, org, queued!.id);
  const { files, status, bytes, error } = ended.pull;
  const lines = ended.runs.map(
    (run) =>
      `  ${run.status}: ${run.read} read, ${run.inserted} inserted, ${run.updated} updated, ${run.unchanged} unchanged, ${run.rejected} rejected (run ${run.id})`,
  );
  const told = { pull: ended.pull.id, status, files, bytes: Number(bytes), error, runs: ended.runs };
  output.print(
    told,
    [`${status}: ${files} files, ${bytes} bytes (pull ${ended.pull.id})`, ...lines].join("\n"),
  );
  for (const one of [error, ...ended.runs.map((run) => run.error)]) {
    if (one) process.stderr.write(`${one.code}: ${one.message}\n${one.hint ? `  ${one.hint}\n` : ""}`);
  }
  const isGood =
    status === "succeeded" &&
    ended.runs.every((run) => run.status === "succeeded" || run.status === "duplicate");
  return isGood ? 0 : 1;
}

const LIST = `select s.id, s.name, c.name as connector, s.dataset_name, s.how, s.mode, s.key_fields, s.selection, s.cursor, s.paused, s.last_pulled_at,
  p.status as last_status, p.error as last_error
  from ingest.sources s join ingest.connectors c on c.id = s.connector_id left join ingest.source_pulls p on p.id = s.last_pull_id order by s.name limit 1000`;

interface ListRow {
  name: string;
  connector: string;
  dataset_name: string;
  how: string;
  paused: boolean;
  last_status: string | null;
  last_error: Told | null;
}

export const source: Command = {
  about: "what is read through a connector into a dataset: made, pulled, paused",
  usage: [
    "source create <name> --org <slug> --connector <name> [--dataset <name>] (--set <key>=<value> ... | --preset <preset> --set <parameter>=<value> ...) [--how full|incremental|new_objects] [--mode upsert|snapshot|append] [--key a,b] [how to read it, as of inspect]",
    "source pull <name> --org <slug> [--from <value> [--to <value>]] [--no-wait]",
    "source list --org <slug>",
    "source pause|resume|restart|drop <name> --org <slug>",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: text,
        connector: text,
        dataset: text,
        how: text,
        mode: text,
        key: text,
        preset: text,
        from: text,
        to: text,
        "no-wait": flag,
        set: { ...text, multiple: true },
        ...READING_OPTIONS,
      },
    });
    const [verb, name] = positionals;
    if (!verb || (verb !== "list" && !name)) misused(source);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      switch (verb) {
        case "create": {
          const row = await create(session, org, name!, values, readingOf(values));
          output.print(row, `${name} is there. Read it: cadastre source pull ${name} --org ${org.slug}`);
          return 0;
        }
        case "pull": {
          const range =
            values.from === undefined
              ? null
              : { from: values.from, ...(values.to === undefined ? {} : { to: values.to }) };
          return pull(session, org, name!, range, !values["no-wait"], output);
        }
        case "list": {
          const rows = await askOrg<ListRow>(session, org, LIST);
          const lines = rows.map((row) => ({
            name: row.name,
            connector: row.connector,
            dataset: row.dataset_name,
            how: row.how,
            last: row.paused ? "paused" : (row.last_status ?? "never read"),
            error: row.last_error?.message,
          }));
          const none = `There are none: cadastre source create <name> --org ${org.slug} --connector <name> adds one.`;
          output.print(rows, table(lines, none));
          return 0;
        }
        case "pause":
        case "resume":
        case "restart": {
          const paused = verb === "restart" ? null : verb === "pause";
          await askOrg(session, org, "select ingest.alter_source($1, paused => $2, restart => $3)", [
            name,
            paused,
            verb === "restart",
          ]);
          output.print(
            { name, [verb]: true },
            verb === "restart"
              ? `${name} begins at the beginning.`
              : `${name} is ${paused ? "paused" : "read again"}.`,
          );
          return 0;
        }
        case "drop":
          await askOrg(session, org, "select ingest.drop_source($1)", [name]);
          output.print({ name, dropped: true }, `${name} is gone; what it loaded stays.`);
          return 0;
        default:
          return fail("USAGE", "source takes create, pull, list, pause, resume, restart or drop");
      }
    });
  },
};
