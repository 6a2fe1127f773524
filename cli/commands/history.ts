import { parseArgs } from "node:util";
import type pg from "pg";
import {
  type Command,
  fail,
  findDataset,
  findMember,
  findOrg,
  type OrgRow,
  type Output,
  type Session,
  withSession,
} from "../command.ts";
import { misused } from "../help.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_ROWS = 10_000;

const OPTIONS = {
  org: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  rows: { type: "boolean" },
  limit: { type: "string" },
  keys: { type: "string" },
  version: { type: "string" },
  "dry-run": { type: "boolean" },
  "on-conflict": { type: "string" },
  "against-rules": { type: "boolean" },
  reason: { type: "string" },
  as: { type: "string" },
} as const;

interface Asked {
  session: Session;
  org: OrgRow;
  userId: string | null;
  name: string;
  rest: string[];
  values: { [name in keyof typeof OPTIONS]?: string | boolean | undefined };
  output: Output;
}

const text = (value: string | boolean | undefined): string | null =>
  typeof value === "string" ? value : null;

interface Difference {
  added: number;
  changed: number;
  removed: number;
  restored: number;
  unchanged: number;
  columns: { name: string; changed: number }[];
}

interface DifferingRow {
  key: unknown;
  change: string;
  changed_fields: string[];
  before: unknown;
  after: unknown;
}

interface Undone {
  dryRun: boolean;
  undoRun: string | null;
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  missing: number;
  conflicts: number;
  skipped: number;
  refused: { rule: string; field: string; action: string; rows: number; message: string }[];
  rows: { key: unknown; effect: string; conflict: boolean; changedAt: string | null }[];
}

interface Version {
  version: number;
  change_type: string;
  changed_fields: string[];
  valid_from: Date;
  author: string | null;
  reason: string | null;
  run_kind: string;
  file_name: string | null;
  source_line: string | null;
  issues: { rule: string; message: string }[];
}

/** A moment as PostgreSQL reads it: given as one, or as a run. */
async function momentOf(client: pg.PoolClient, given: string): Promise<string> {
  const { rows } = UUID.test(given)
    ? await client.query<{ at: string }>("select to_json(ingest.moment_of_run($1)) #>> '{}' as at", [given])
    : await client.query<{ at: string }>("select to_json($1::timestamptz) #>> '{}' as at", [given]);
  return rows[0]!.at;
}

async function diff({ session, org, userId, name, values, output }: Asked): Promise<number> {
  const from = text(values.from);
  if (from === null) fail("USAGE", "--from is missing", "Give a moment or a run.");
  const limit = Number(values.limit ?? 1000);
  if (!(limit >= 1 && limit <= MAX_ROWS)) fail("USAGE", `--limit is a number from 1 to ${MAX_ROWS}`);
  const dataset = await findDataset(session, org, name);
  const told = await session.asOrg(
    org.id,
    async (client) => {
      const between = [
        dataset,
        await momentOf(client, from),
        values.to ? await momentOf(client, text(values.to)!) : null,
      ];
      const counts = await client.query<{ d: Difference }>("select data.diff($1, $2, $3) as d", between);
      const found = values.rows
        ? await client.query<DifferingRow>("select * from data.diff_rows($1, $2, $3, $4)", [
            ...between,
            limit,
          ])
        : null;
      return { ...counts.rows[0]!.d, ...(found ? { rows: found.rows } : {}) };
    },
    userId,
  );
  const { added, changed, removed, restored, unchanged } = told;
  const lines = [
    `added ${added}, changed ${changed}, removed ${removed}, restored ${restored}, unchanged ${unchanged}`,
    ...told.columns.filter((c) => c.changed > 0).map((c) => `  ${c.name}: ${c.changed}`),
    ...(told.rows ?? []).map(
      (row) => `${row.change}\t${JSON.stringify(row.key)}\t${row.changed_fields.join(", ")}`,
    ),
  ];
  output.print(told, lines.join("\n"));
  return 0;
}

function tellUndone({ values, output }: Asked, told: Undone, done: string): number {
  const dryRun = values["dry-run"] === true;
  const lines = [
    `${dryRun ? "would be: " : ""}${told.inserted} rows back, ${told.updated} as before, ${told.deleted} away, ${told.unchanged} unchanged`,
    ...(told.conflicts > 0 ? [`${told.conflicts} changed since, ${told.skipped} of them left out`] : []),
    ...(told.missing > 0 ? [`${told.missing} whose earlier version is not kept any more`] : []),
    ...told.refused.map((r) => `${r.action}s ${r.rows} of them: rule ${r.rule}, ${r.message}`),
    ...(dryRun && told.conflicts > 0
      ? ["--on-conflict skip leaves those out, force overwrites them, abort does nothing."]
      : []),
    ...(dryRun
      ? told.rows.map(
          (row) => `${row.effect}\t${JSON.stringify(row.key)}${row.conflict ? "\tchanged since" : ""}`,
        )
      : [done]),
  ];
  output.print(told, lines.join("\n"));
  return 0;
}

/** How it is to be undone, as both functions take it. */
const mannerOf = (values: Asked["values"]): unknown[] => [
  values["dry-run"] === true,
  text(values["on-conflict"]) ?? "abort",
  text(values.reason),
  values["against-rules"] === true,
];

async function undo(asked: Asked): Promise<number> {
  const { session, org, userId, name, values } = asked;
  if (!UUID.test(name)) fail("USAGE", "name the run by its id", "cadastre history diff tells what it did.");
  const told = await session.asOrg(
    org.id,
    async (client) => {
      const { rows } = await client.query<{ u: Undone }>("select ingest.undo_run($1, $2, $3, $4, $5) as u", [
        name,
        ...mannerOf(values),
      ]);
      return rows[0]!.u;
    },
    userId,
  );
  return tellUndone(asked, told, `undone by run ${told.undoRun ?? "none: there was nothing to undo"}`);
}

async function undoRows(asked: Asked): Promise<number> {
  const { session, org, userId, name, values } = asked;
  const keys = text(values.keys) ?? fail("USAGE", "--keys is missing", "For example '[{\"id\": 1}]'.");
  const to = text(values.to) ?? fail("USAGE", "--to is missing", "Give a moment or a run.");
  const dataset = await findDataset(session, org, name);
  const told = await session.asOrg(
    org.id,
    async (client) => {
      const { rows } = await client.query<{ u: Undone }>(
        "select data.undo_rows($1, $2, $3, $4, $5, $6, $7) as u",
        [dataset, keys, await momentOf(client, to), ...mannerOf(values)],
      );
      return rows[0]!.u;
    },
    userId,
  );
  return tellUndone(asked, told, "the rows are as they were");
}

async function restore({ session, org, userId, name, rest, values, output }: Asked): Promise<number> {
  const key = rest[0] ?? fail("USAGE", "the row's key is missing", "For example '{\"id\": 1}'.");
  const wanted = Number(values.version);
  if (!Number.isInteger(wanted) || wanted < 1)
    fail("USAGE", "--version is a version's number", "cadastre history row tells the versions of a row.");
  const dataset = await findDataset(session, org, name);
  const version = await session.asOrg(
    org.id,
    async (client) => {
      await client.query("select set_config('cadastre.reason', $1, true)", [text(values.reason) ?? ""]);
      const { rows } = await client.query<{ version: number }>(
        "select data.restore_row($1, $2, $3, $4) as version",
        [dataset, key, wanted, values["against-rules"] === true],
      );
      return rows[0]!.version;
    },
    userId,
  );
  output.print({ version, restored: wanted }, `version ${wanted} is back, as version ${version}`);
  return 0;
}

async function row({ session, org, userId, name, rest, output }: Asked): Promise<number> {
  const key = rest[0];
  if (key === undefined) fail("USAGE", "the row's key is missing", "For example '{\"id\": 1}'.");
  const versions = await session.asOrg(
    org.id,
    async (client) =>
      (await client.query<Version>("select * from ingest.row_timeline($1, $2)", [name, key])).rows,
    userId,
  );
  const lines = versions.map((v) =>
    [
      `${v.version}  ${v.valid_from.toISOString()}  ${v.change_type} (${v.run_kind})`,
      ...(v.author ? [`by ${v.author}`] : []),
      ...(v.file_name ? [`from ${v.file_name}${v.source_line ? `, line ${v.source_line}` : ""}`] : []),
      ...(v.changed_fields.length > 0 ? [v.changed_fields.join(", ")] : []),
      ...(v.reason ? [`because: ${v.reason}`] : []),
      ...v.issues.map((issue) => `${issue.rule}: ${issue.message}`),
    ].join("  "),
  );
  output.print(versions, lines.join("\n") || "there is no such row");
  return 0;
}

const VERBS: Record<string, (asked: Asked) => Promise<number>> = {
  diff,
  undo,
  row,
  restore,
  "undo-rows": undoRows,
};

export const history: Command = {
  about: "what differs between two moments; loads and rows undone; a row's versions",
  usage: [
    "history diff <dataset> --org <slug> --from <moment|run> [--to <moment|run>] [--rows [--limit <n>]] [--as <email>]",
    "history undo <run> --org <slug> [--dry-run] [--on-conflict skip|force|abort] [--against-rules] [--reason <text>] [--as <email>]",
    "history undo-rows <dataset> --org <slug> --keys <JSON list of keys> --to <moment|run> [--dry-run] [--on-conflict skip|force|abort] [--against-rules] [--reason <text>] [--as <email>]",
    "history restore <dataset> <key json> --org <slug> --version <n> [--against-rules] [--reason <text>] [--as <email>]",
    "history row <dataset> <key json> --org <slug> [--as <email>]",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
    const [verb = "", name, ...rest] = positionals;
    const act = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (!act || name === undefined) misused(history);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = values.as ? await findMember(session, org, values.as) : null;
      return act({ session, org, userId, name, rest, values, output });
    });
  },
};
