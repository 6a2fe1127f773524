/** Land: the file's records into tables of the run's own, what cannot be a record set aside with its reason. */
import { DEFAULT_NULL_TOKENS } from "../../lib/contract/types.ts";
import { type CopyStream, copyStream, type ReaderRecord } from "../readers/index.ts";
import { runCopy, TooManySkipped, withClient } from "./copy.ts";
import type { Heart } from "./lease.ts";
import { landPlain, mayBePlain, NotPlain, recordsAt } from "./plain.ts";
import { type ProblemSink, problemSink } from "./problems.ts";
import { query } from "./session.ts";
import { textLines } from "./text-lines.ts";
import { type LoadContext, type Road, type Run, STORE_BATCH, type StagedFile } from "./types.ts";

/** Smaller files take the road with the fewest statements. */
const SMALL_BYTES = 256 * 1024;
/** More nulls by token than this among the sample's typed values: COPY would set too many rows aside. */
const TOKEN_SHARE = 0.002;

export interface Landed {
  /** Rows that COPY put into the typed table. */
  typed: number;
  /** Records that the reader set aside. */
  problems: number;
  /** Lines can be found again without reading records (recordsAt). */
  plain: boolean;
  /** The typed table is to become the dataset's own. */
  first: boolean;
}

/** Lands the file over the fastest road that is open to it; a road that turns out closed is left for the next. */
export async function land(
  context: LoadContext,
  run: Run,
  staged: StagedFile,
  heart: Heart,
): Promise<Landed> {
  const sink = problemSink(context, run);
  const rows = await query<{ first: boolean }>(
    context,
    run,
    "select ingest.is_first_load($1, $2, $3) as first",
    [run.id, run.lease_generation, staged.mapping],
  );
  const empty = rows[0]!.first;
  let flooded = false;
  for (const road of roads(context, staged)) {
    // What was too much for one road that types by COPY is too much for the other.
    if (flooded && road !== "text") continue;
    try {
      const first = empty && road !== "text";
      let typed = 0;
      if (road === "plain") typed = await overPlain(context, run, staged, heart, sink, first);
      else if (road === "stream") typed = await overStream(context, run, staged, heart, sink, first);
      else await overText(context, run, staged, heart, sink);
      await sink.flush();
      return { typed, problems: sink.rejected(), plain: road === "plain", first };
    } catch (error) {
      if (!(error instanceof NotPlain || error instanceof TooManySkipped) || road === "text") throw error;
      flooded = error instanceof TooManySkipped;
      context.log.info({ run_id: run.id, road, why: error.message }, "the file takes a slower road");
      await sink.reset();
      await query(context, run, "select ingest.clear_landing($1, $2)", [run.id, run.lease_generation]);
    }
  }
  throw new Error("the text road is always open");
}

function roads(context: LoadContext, staged: StagedFile): Road[] {
  if (staged.strict) return ["text"];
  if (context.road !== undefined) return context.road === "text" ? ["text"] : [context.road, "text"];
  if ((staged.source.size ?? 0) < SMALL_BYTES) return ["text"];
  const plain = mayBePlain(staged) && tokenShare(staged) <= TOKEN_SHARE;
  return plain ? ["plain", "stream", "text"] : ["stream", "text"];
}

/** Tokens that mean null in each column, for the reader; text columns have only those that their contract names. */
function tokensOf(staged: StagedFile): (readonly string[] | null)[] {
  return staged.mapping.map((name) => {
    const field = staged.fields.find((one) => one.name === name);
    if (field === undefined) return null;
    return field.null_tokens ?? (field.type === "text" ? null : DEFAULT_NULL_TOKENS);
  });
}

/** Share of the sample's rows that have a null token where COPY expects a typed value. */
function tokenShare(staged: StagedFile): number {
  const tokens = tokensOf(staged);
  const { sample } = staged.inspection;
  const hit = sample.filter((row) =>
    row.some((value, i) => value !== null && value !== "" && tokens[i]?.includes(value) === true),
  ).length;
  return sample.length === 0 ? 0 : hit / sample.length;
}

async function overPlain(
  context: LoadContext,
  run: Run,
  staged: StagedFile,
  heart: Heart,
  sink: ProblemSink,
  first: boolean,
): Promise<number> {
  const { copied, lines } = await landPlain(context, run, staged, heart, first);
  if (lines.length > 0) await takeBack(context, run, staged, sink, recordsAt(staged, lines));
  return copied;
}

/** Through the reader, typed by COPY. What COPY set aside is found in a second reading, by its place in the stream. */
async function overStream(
  context: LoadContext,
  run: Run,
  staged: StagedFile,
  heart: Heart,
  sink: ProblemSink,
  first: boolean,
): Promise<number> {
  const rows = await query<{ name: string }>(
    context,
    run,
    "select ingest.create_landing($1, $2, $3, 'typed', null, 1, $4) as name",
    [run.id, run.lease_generation, staged.mapping, first],
  );
  const options = { ragged: staged.ragged, nullTokens: tokensOf(staged), signal: heart.signal };
  const open = (onProblem: ProblemSink["add"]): CopyStream =>
    copyStream(staged.source, staged.inspection.dialect, staged.columns, { ...options, onProblem });
  const sql = `copy ${rows[0]!.name} from stdin (format text, encoding 'UTF8', on_error ignore, log_verbosity verbose)`;
  const { copied, skipped } = await withClient(context.pool, (client) =>
    runCopy(client, sql, open(sink.add)),
  );
  if (skipped.length === 0) return copied;
  const again = open(async () => undefined);
  await takeBack(context, run, staged, sink, textLines(again, skipped));
  return copied;
}

/** The road that stands anything: as text, typed in SQL afterwards. */
async function overText(
  context: LoadContext,
  run: Run,
  staged: StagedFile,
  heart: Heart,
  sink: ProblemSink,
): Promise<void> {
  const table = await createRaw(context, run, staged.mapping);
  const stream = copyStream(staged.source, staged.inspection.dialect, staged.columns, {
    ragged: staged.ragged,
    onProblem: sink.add,
    signal: heart.signal,
  });
  const sql = `copy ${table} from stdin (format text, encoding 'UTF8')`;
  await withClient(context.pool, (client) => runCopy(client, sql, stream));
}

export async function createRaw(
  context: LoadContext,
  run: Run,
  mapping: readonly (string | null)[],
): Promise<string> {
  const rows = await query<{ name: string }>(
    context,
    run,
    "select ingest.create_landing($1, $2, $3, 'raw') as name",
    [run.id, run.lease_generation, mapping],
  );
  return rows[0]!.name;
}

/** Puts records that COPY set aside into the raw table, where SQL finds all their reasons. */
async function takeBack(
  context: LoadContext,
  run: Run,
  staged: StagedFile,
  sink: ProblemSink,
  records: AsyncIterable<Pick<ReaderRecord, "line" | "fields" | "problem">>,
): Promise<void> {
  await createRaw(context, run, staged.mapping);
  let batch: unknown[] = [];
  const flush = async (): Promise<void> => {
    const rows = batch;
    batch = [];
    await query(context, run, "select ingest.stage_raw($1, $2, $3, $4)", [
      run.id,
      run.lease_generation,
      staged.mapping,
      JSON.stringify(rows),
    ]);
  };
  for await (const { line, fields, problem } of records) {
    if (problem !== undefined) await sink.add({ ...problem, line });
    else batch.push([line, ...fields]);
    if (batch.length >= STORE_BATCH) await flush();
  }
  if (batch.length > 0) await flush();
}
