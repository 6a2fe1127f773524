import { readFile, stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import { readConfig } from "../../lib/config.ts";
import { readDefinition } from "../../lib/pipelines/definition.ts";
import { startBackfill } from "../backfills.ts";
import { type Command, fail, findMember, findOrg, type Output, withSession } from "../command.ts";
import { misused } from "../help.ts";
import {
  type Asked,
  type DryRun,
  dryRun,
  type PipelineRun,
  registerInput,
  rerunPipeline,
  runPipeline,
} from "../pipeline-run.ts";

const MAX_FILE = 200_000;
const DEFAULT_ROWS = 10_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads and checks a definition before anything is asked for. Errors: AppError NOT_A_FILE, BAD_INPUT, IN060. */
async function readFileOf(path: string | undefined): Promise<string> {
  if (!path) fail("USAGE", "--file is missing", "Name a JSON file with the pipeline's definition.");
  const found = await stat(path).catch(() => null);
  if (!found?.isFile())
    fail("NOT_A_FILE", `${path} is not a file`, "Name a JSON file with the pipeline's definition.");
  if (found.size > MAX_FILE) fail("USAGE", `${path} is longer than ${MAX_FILE} bytes`);
  const text = await readFile(path, "utf8");
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    fail("BAD_INPUT", `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  readDefinition(content);
  return text;
}

interface Given {
  name: string | undefined;
  file?: string | undefined;
  input?: string | undefined;
  "file-id"?: string | undefined;
  "from-start"?: boolean | undefined;
  from?: string | undefined;
  to?: string | undefined;
  step?: string | undefined;
  "newest-first"?: boolean | undefined;
  "at-once"?: string | undefined;
  "no-wait"?: boolean | undefined;
  rows?: string | undefined;
  template?: string | undefined;
  dataset?: string | undefined;
}

const nameOf = ({ name }: Given): string => name ?? fail("USAGE", "the pipeline's name is missing");

async function query<T>({ session, org, userId }: Asked, text: string, values: unknown[] = []): Promise<T[]> {
  const { rows } = await session.asOrg(org.id, (client) => client.query(text, values), userId);
  return rows as T[];
}

interface Listed {
  name: string;
  version: number;
  title: string;
  dataset: string;
  last: string | null;
}

const LIST = `
  select p.name, p.version, p.title, coalesce(v.definition -> 'output' ->> 'dataset', v.definition ->> 'dataset') as dataset,
         (select r.status from ingest.pipeline_runs r where r.pipeline_id = p.id order by r.created_at desc limit 1) as last
    from ingest.pipelines p
    join ingest.pipeline_versions v on v.org_id = p.org_id and v.pipeline_id = p.id and v.version = p.version
   order by p.name limit 10000`;

const SHOW = `
  select p.name, p.title, p.description, p.version, p.origin, p.origin_template as template, p.origin_version as "templateVersion", v.definition,
         (select coalesce(jsonb_agg(x order by x.created_at desc), '[]') from (
            select r.id, r.version, r.trigger, r.status, r.rows_in, r.rows_out, r.run_id, r.error, r.rerun_of, r.rerun_from, r.rerun_step, r.rerun_reason, r.kept_step, r.range, r.backfill_id, r.created_at
              from ingest.pipeline_runs r where r.pipeline_id = p.id order by r.created_at desc limit 20) x) as runs
    from ingest.pipelines p
    join ingest.pipeline_versions v on v.org_id = p.org_id and v.pipeline_id = p.id and v.version = p.version
   where p.name = $1`;

function printRun(run: PipelineRun, output: Output): number {
  const steps = run.steps.map(
    (s) => `  ${s.position}. ${s.kind}${s.label ? ` (${s.label})` : ""}: ${s.rowsIn} → ${s.rowsOut}`,
  );
  const loads = run.loads.map(
    (l) =>
      `  ${String(l.dataset)}: ${String(l.status)}, ${String(l.inserted)} inserted, ${String(l.updated)} updated, ${String(l.unchanged)} unchanged, ${String(l.deleted)} deleted, ${String(l.rejected)} rejected (run ${String(l.run)})`,
  );
  const step = run.rerunStep === null ? "" : ` ${run.rerunStep}`;
  const why = run.rerunReason === null ? "" : ` (${run.rerunReason})`;
  const again = run.rerunFrom === null ? "" : `, again from ${run.rerunFrom}${step}${why}`;
  // It has handed its rows to loads, which are what counts for whoever waited for them.
  const states = [...new Set(run.loads.map((l) => String(l.status)))];
  const state = run.status === "submitted" && states.length > 0 ? states.join(", ") : run.status;
  output.print(run, [`${state}${again} (${run.id})`, ...steps, ...loads].join("\n"));
  if (run.error) process.stderr.write(`${run.error.code}: ${run.error.message}\n  ${run.error.hint}\n`);
  const fine = run.status === "succeeded" || run.status === "submitted";
  return fine && run.loads.every((l) => l.status === "succeeded" || l.status === "duplicate") ? 0 : 1;
}

function printTrial(trial: DryRun, output: Output): number {
  const steps = trial.steps.map((s) => {
    const head = `${s.position}. ${s.kind}${s.label ? ` (${s.label})` : ""}: ${s.rowsIn} → ${s.rowsOut} rows`;
    const rows = (s.sampleOut ?? []).slice(0, 5).map((row) => `   ${row.map((v) => v ?? "∅").join(" | ")}`);
    return [head, `   ${s.columns.map((c) => `${c.name} ${c.type}`).join(" | ")}`, ...rows].join("\n");
  });
  const ends = trial.outputs.map((o) => `→ ${o.dataset}: ${o.rows} rows`);
  output.print(
    trial,
    [...steps, ...ends, ...(trial.limited ? ["Only the first rows were taken (--rows)."] : [])].join("\n"),
  );
  if (trial.error)
    process.stderr.write(`${trial.error.code}: ${trial.error.message}\n  ${trial.error.hint}\n`);
  return trial.error ? 1 : 0;
}

const VERBS: Record<string, (asked: Asked, given: Given, output: Output) => Promise<number>> = {
  async create(asked, given, output) {
    const definition = await readFileOf(given.file);
    const [made] = await query<{ id: string; name: string }>(
      asked,
      "select id, name, version from ingest.create_pipeline($1, $2)",
      [nameOf(given), definition],
    );
    output.print(
      made,
      `${made!.name} is there. Try it: cadastre pipeline dry-run ${made!.name} --org ${asked.org.slug}`,
    );
    return 0;
  },
  async save(asked, given, output) {
    const definition = await readFileOf(given.file);
    const [saved] = await query<{ name: string; version: number }>(
      asked,
      "select id, name, version from ingest.save_pipeline($1, $2)",
      [nameOf(given), definition],
    );
    output.print(saved, `${saved!.name} is at version ${saved!.version}`);
    return 0;
  },
  async list(asked, _given, output) {
    const rows = await query<Listed>(asked, LIST);
    output.print(
      rows,
      rows
        .map((r) => `${r.name.padEnd(30)} v${r.version} → ${r.dataset} ${r.last ?? "never run"}`)
        .join("\n") || "no pipelines",
    );
    return 0;
  },
  async show(asked, given, output) {
    const [row] = await query<Record<string, unknown>>(asked, SHOW, [nameOf(given)]);
    if (!row)
      fail(
        "NOT_FOUND",
        `there is no pipeline ${nameOf(given)}`,
        `See cadastre pipeline list --org ${asked.org.slug}.`,
      );
    output.print(row, JSON.stringify(row, null, 2));
    return 0;
  },
  async run(asked, given, output) {
    const name = nameOf(given);
    const file = given.input ? await registerInput(asked, name, given.input) : (given["file-id"] ?? null);
    if ((given.from === undefined) !== (given.to === undefined))
      fail("USAGE", "a range has --from and --to", "For example --from 2026-01-01 --to 2026-02-01.");
    const range = given.from === undefined ? null : { from: given.from, to: given.to! };
    return printRun(await runPipeline(asked, name, file, range), output);
  },
  async backfill({ session, org, userId }, given, output) {
    if (userId !== null)
      fail("USAGE", "a backfill's parts act for whoever saved the pipeline", "Leave --as out.");
    return startBackfill(session, org, { kind: "pipeline", name: nameOf(given) }, given, output);
  },
  async rerun(asked, given, output) {
    const id = given.name ?? fail("USAGE", "the execution's id is missing", "See cadastre pipeline show.");
    if (!UUID.test(id)) fail("USAGE", `${id} is no execution's id`, "See cadastre pipeline show.");
    return printRun(await rerunPipeline(asked, id, given["from-start"] === true), output);
  },
  async "dry-run"(asked, given, output) {
    const rows = Number(given.rows ?? DEFAULT_ROWS);
    if (!Number.isInteger(rows) || rows < 1) fail("USAGE", "--rows is a number of at least 1");
    const definition = given.file ? await readFileOf(given.file) : null;
    const trial = await dryRun(asked, {
      pipeline: definition === null ? nameOf(given) : null,
      definition,
      fileId: given["file-id"] ?? null,
      input: given.input ?? null,
      rows,
    });
    return printTrial(trial, output);
  },
  async drop(asked, given, output) {
    await query(asked, "select ingest.drop_pipeline($1)", [nameOf(given)]);
    output.print({ dropped: nameOf(given) }, `${nameOf(given)} is gone`);
    return 0;
  },
  async templates(asked, _given, output) {
    const rows = await query<{
      template: string;
      name: string;
      publisher: string;
      version: number;
      title: string;
      installs: string;
    }>(asked, "select * from ingest.list_templates()");
    output.print(
      rows.map((r) => ({ ...r, installs: Number(r.installs) })),
      rows
        .map(
          (r) =>
            `${r.template}  ${r.name} v${r.version} of ${r.publisher}, ${r.installs} installs: ${r.title}`,
        )
        .join("\n"),
    );
    return 0;
  },
  async install(asked, given, output) {
    const template =
      given.template ?? fail("USAGE", "--template is missing", "See cadastre pipeline templates.");
    const [made] = await query<{ name: string }>(
      asked,
      "select id, name, version from ingest.install_template($1, $2, $3)",
      [template, nameOf(given), given.dataset ?? null],
    );
    output.print(made, `${made!.name} is there`);
    return 0;
  },
};

export const pipeline: Command = {
  about: "sources, transformations and models: made, tried out, run, re-run",
  usage: [
    "pipeline create|save <name> --org <slug> --file <definition.json> [--as <email>]",
    "pipeline list --org <slug>",
    "pipeline show|drop <name> --org <slug> [--as <email>]",
    "pipeline run <name> --org <slug> [--input <file> | --file-id <id>] [--from <value> --to <value>] [--as <email>]",
    "pipeline backfill <name> --org <slug> --from <value> --to <value> --step <value> [--newest-first] [--at-once n] [--no-wait]",
    "pipeline rerun <execution-id> --org <slug> [--from-start] [--as <email>]",
    "pipeline dry-run [<name>] --org <slug> [--file <definition.json>] [--input <file> | --file-id <id>] [--rows n] [--as <email>]",
    "pipeline templates --org <slug>",
    "pipeline install <name> --org <slug> --template <key> [--dataset <name>] [--as <email>]",
  ],
  async run(args, output) {
    const text = { type: "string" } as const;
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: text,
        file: text,
        as: text,
        input: text,
        "file-id": text,
        "from-start": { type: "boolean" },
        from: text,
        to: text,
        step: text,
        "newest-first": { type: "boolean" },
        "at-once": text,
        "no-wait": { type: "boolean" },
        rows: text,
        template: text,
        dataset: text,
      },
    });
    const [verb, name] = positionals;
    const act = verb && Object.hasOwn(VERBS, verb) ? VERBS[verb]! : misused(pipeline);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = values.as ? await findMember(session, org, values.as) : null;
      return act(
        { session, org, userId, maxBytes: readConfig().maxUploadBytes },
        { ...values, name },
        output,
      );
    });
  },
};
