/**
 * Scores the readers on a folder of messy CSV files (csv/, clean/, parameters/), once with the dialect detected and
 * once with the parameters given: node bench/messy-csv/score.ts [--json] [--worst N] [--dir D]
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { type CleanResult, cleanCsv } from "../../worker/readers/clean.ts";
import { inspect } from "../../worker/readers/inspect.ts";
import { bufferSource } from "../../worker/readers/source.ts";
import { type Dialect, type RaggedPolicy, ReaderError } from "../../worker/readers/types.ts";
import { type FileScore, mean, parseClean, scoreFile } from "./measure.ts";

export const MESSY_DIR = join(import.meta.dirname, "../../../shared/data/messy_csv");
/** Goals of 10. DuckDB reaches 9.96 with parameters and 9.08 detected. */
export const GOALS = { detected: 9.1, parameters: 9.5 };

const count = z.coerce.number().int().min(0);
const Parameters = z.object({
  encoding: z.string(),
  delimiter: z.string(),
  quotechar: z.string(),
  escapechar: z.string(),
  row_delimiter: z.string(),
  header_lines: count,
  preamble_lines: count,
  footnote_lines: count,
});

/** The benchmark's parameters as this reader's dialect. "ascii" says what a sniffer saw and is not insisted on. */
export function dialectOf(parameters: unknown): Partial<Dialect> {
  const given = Parameters.parse(parameters);
  const quote = given.quotechar === "" ? null : given.quotechar;
  const terminator = given.row_delimiter === "\r" ? "\r" : undefined;
  return {
    encoding: given.encoding === "ascii" ? undefined : given.encoding,
    delimiter: given.delimiter === "" ? undefined : given.delimiter,
    quote: given.delimiter === "" ? undefined : quote,
    escape: quote === null ? null : given.escapechar === "" ? undefined : given.escapechar,
    recordTerminator: terminator,
    headerLines: given.delimiter === "" ? undefined : given.header_lines,
    preambleLines: given.preamble_lines,
    footnoteLines: given.footnote_lines,
  };
}

async function load(
  bytes: Buffer,
  overrides: Partial<Dialect>,
  ragged: RaggedPolicy,
): Promise<string[][] | null> {
  const source = bufferSource(bytes);
  try {
    const inspection = await inspect(source, overrides);
    const result: CleanResult = { inspection, rows: 0, rejected: 0, problems: [] };
    let text = "";
    for await (const part of cleanCsv(source, inspection, result, { ragged })) text += part;
    return parseClean(text);
  } catch (error) {
    if (!(error instanceof ReaderError)) throw error;
    // An empty file is written as an empty file; anything else is a refusal.
    return error.code === "empty_file" ? [] : null;
  }
}

export interface ScoreResult {
  detected: FileScore[];
  parameters: FileScore[];
}

/** Scores every file of `dir` both ways. */
export async function scoreFolder(dir: string, ragged: RaggedPolicy = "reject"): Promise<ScoreResult> {
  const result: ScoreResult = { detected: [], parameters: [] };
  for (const file of (await readdir(join(dir, "csv"))).sort()) {
    const bytes = await readFile(join(dir, "csv", file));
    const expected = parseClean((await readFile(join(dir, "clean", file), "utf8")).replace(/^\uFEFF/, ""));
    const parameters: unknown = JSON.parse(
      await readFile(join(dir, "parameters", `${file}_parameters.json`), "utf8"),
    );
    result.detected.push(scoreFile(file, expected, await load(bytes, {}, ragged)));
    result.parameters.push(scoreFile(file, expected, await load(bytes, dialectOf(parameters), ragged)));
  }
  return result;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      worst: { type: "string", default: "10" },
      dir: { type: "string", default: MESSY_DIR },
      ragged: { type: "string", default: "reject" },
    },
  });
  if (!existsSync(join(values.dir, "csv"))) {
    process.stdout.write(`skipped: ${values.dir} is absent\n`);
    return;
  }
  const result = await scoreFolder(values.dir, values.ragged === "repair" ? "repair" : "reject");
  const lines = (["detected", "parameters"] as const).map((way) => {
    const score = mean(result[way].map((file) => file.score));
    return {
      bench: "messy-csv",
      metric: `score ${way}, of 10`,
      ratio: score,
      goal: GOALS[way],
      ok: score >= GOALS[way],
    };
  });
  if (values.json) {
    process.stdout.write(`${JSON.stringify(lines)}\n`);
    return;
  }
  for (const { metric, ratio, goal } of lines)
    process.stdout.write(`${metric}: ${ratio.toFixed(3)} (goal ${goal})\n`);
  for (const way of ["detected", "parameters"] as const) {
    const worst = result[way].filter((file) => file.score < 9.999).sort((a, b) => a.score - b.score);
    process.stdout.write(`\n${way}: ${worst.length} of ${result[way].length} files below 10\n`);
    for (const file of worst.slice(0, Number(values.worst))) process.stdout.write(`  ${describe(file)}\n`);
  }
}

function describe({ file, score, header, records, cells }: FileScore): string {
  const f1 = [header, records, cells].map((triple) => triple[2].toFixed(3)).join(" ");
  return `${score.toFixed(3)}  ${file}  (F1 of header, records, cells: ${f1})`;
}

if (import.meta.main) await main();
