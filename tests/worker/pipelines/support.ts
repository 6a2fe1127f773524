/** Pipelines the way the product runs them: asked for by a member, executed by the worker, their results loaded. */
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { createSecrets } from "../../../lib/secrets.ts";
import { fileKey } from "../../../lib/stores/object/keys.ts";
import { executePipeline, type TransformOutcome } from "../../../worker/transform/execute.ts";
import { runTrial } from "../../../worker/transform/trial.ts";
import type { TransformContext } from "../../../worker/transform/types.ts";
import { asMember } from "../../support/database.ts";
import { type Bench, createLoader, type RunRow } from "../support.ts";

export interface StepRow {
  position: number;
  kind: string;
  label: string;
  rows_in: number;
  rows_out: number;
  column_names: string[];
  run_id: string | null;
}

export interface Executed {
  id: string;
  status: string;
  outcome: TransformOutcome;
  error: { code: string; message: string; hint: string; step: number; position?: number } | null;
  rows_in: number | null;
  rows_out: number | null;
  run_id: string | null;
  steps: StepRow[];
  /** The load of the main result, as it ended. */
  load: RunRow | null;
}

export interface Trial {
  limited: boolean;
  outputs: Record<string, unknown>[];
  error: Record<string, unknown> | null;
  steps: {
    position: number;
    kind: string;
    rowsIn: number;
    rowsOut: number;
    columns: { name: string; type: string }[];
    sampleIn: (string | null)[][] | null;
    sampleOut: (string | null)[][];
  }[];
}

export interface Pipelines {
  bench: Bench;
  context: TransformContext;
  create(name: string, definition: unknown): Promise<void>;
  /** A stored file that is registered as the pipeline's input. */
  upload(pipeline: string, content: string | Uint8Array): Promise<string>;
  /** Runs it and loads what came out; `content`: of its input file. */
  run(name: string, content?: string | Uint8Array, as?: string): Promise<Executed>;
  execute(id: string, context?: Partial<TransformContext>): Promise<Executed>;
  tryOut(
    what: { pipeline?: string; definition?: unknown; fileId?: string; rows?: number },
    as?: string,
  ): Promise<Trial>;
  rows<R extends object = Record<string, unknown>>(dataset: string, order?: string): Promise<R[]>;
}

export async function createPipelines(slug = "acme"): Promise<Pipelines> {
  const bench = await createLoader(slug);
  const context: TransformContext = { ...bench.context, secrets: createSecrets(randomBytes(32)) };
  const orgId = bench.org.id;
  const as = <R extends object>(user: string | undefined, text: string, values: unknown[]): Promise<R[]> =>
    asMember(
      bench.db,
      { orgId, userId: user ?? bench.manager },
      async (c) => (await c.query(text, values)).rows as R[],
    );
  const made: Pipelines = {
    bench,
    context,
    async create(name, definition) {
      await bench.query("select ingest.create_pipeline($1, $2)", [name, JSON.stringify(definition)]);
    },
    async upload(pipeline, content) {
      const key = fileKey(orgId);
      const stored = await bench.store.put(key, Readable.from([Buffer.from(content)]), { maxBytes: 1e9 });
      const rows = await bench.query<{ id: string }>(
        "select id from ingest.register_input($1, 'input.csv', $2, $3, $4)",
        [pipeline, key, stored.size, stored.sha256],
      );
      return rows[0]!.id;
    },
    async run(name, content, user) {
      const file = content === undefined ? null : await made.upload(name, content);
      const rows = await as<{ id: string }>(user, "select id from ingest.run_pipeline($1, $2)", [name, file]);
      return made.execute(rows[0]!.id);
    },
    async execute(id, extra) {
      const outcome = await executePipeline(
        { ...context, ...extra },
        { orgId, pipelineRunId: id },
        "test-worker",
      );
      const row = (
        await bench.query<Omit<Executed, "outcome" | "steps" | "load">>(
          "select id, status, error, rows_in::int, rows_out::int, run_id from ingest.pipeline_runs where id = $1",
          [id],
        )
      )[0]!;
      const steps = await bench.query<StepRow>(
        `select position, kind, label, rows_in::int, rows_out::int, column_names, run_id
           from ingest.pipeline_run_steps where pipeline_run_id = $1 order by position`,
        [id],
      );
      for (const load of [row.run_id, ...steps.map((s) => s.run_id)])
        if (load !== null) await bench.run(load);
      return { ...row, outcome, steps, load: row.run_id === null ? null : await bench.runRow(row.run_id) };
    },
    async tryOut({ pipeline, definition, fileId, rows }, user) {
      const [{ id }] = (await as<{ id: string }>(user, "select ingest.start_trial($1, $2, $3, $4) as id", [
        pipeline ?? null,
        definition === undefined ? null : JSON.stringify(definition),
        fileId ?? null,
        rows ?? 10_000,
      ])) as [{ id: string }];
      await runTrial(context, { orgId, trialId: id });
      const [taken] = await as<{ answer: Trial }>(user, "select ingest.take_trial($1) as answer", [id]);
      return taken!.answer;
    },
    rows: (dataset, order = "1") =>
      bench.query(`select * from org_${bench.org.schemaKey}.${dataset} order by ${order}`),
  };
  return made;
}
