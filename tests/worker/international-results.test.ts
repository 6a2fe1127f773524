/**
 * Four real editions of one table, in order: counts equal to those worked out here from the files by other means, and
 * the table as of each load equal to that edition, cell by cell.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../lib/db/urls.ts";
import { type Bench, countsOf, createLoader } from "./support.ts";

const folder = path.join(projectRoot, "..", "shared", "data", "international_results");
const present = existsSync(folder);
if (!present) process.stderr.write(`skipped: ${folder} is not there\n`);
const KEY = ["date", "home_team", "away_team"];

/** Fields of one CSV line; enough for these files, whose quoted fields hold no line ends. */
function split(line: string): (string | null)[] {
  const fields: (string | null)[] = [];
  for (const match of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    fields.push(match[1] !== undefined ? match[1].replaceAll('""', '"') : match[2] === "" ? null : match[2]!);
  }
  return fields;
}

interface Edition {
  header: string[];
  /** Accepted rows by key, values as text. */
  rows: Map<string, string>;
  read: number;
  duplicate: number;
  rejected: number;
}

const NULL_TOKENS = new Set(["NA", "N/A", "NULL", "\\N", ""]);

function readEdition(text: string): Edition {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  const header = split(lines[0]!) as string[];
  const rows = new Map<string, string>();
  const edition: Edition = { header, rows, read: lines.length - 1, duplicate: 0, rejected: 0 };
  for (const line of lines.slice(1)) {
    const values = split(line).map((value, i) => {
      const name = header[i]!;
      const typed = ["date", "home_score", "away_score", "neutral"].includes(name);
      if (typed && value !== null && NULL_TOKENS.has(value)) return null;
      if (name === "neutral")
        return value === null ? null : value.toLowerCase() === "true" ? "true" : "false";
      return value;
    });
    const key = JSON.stringify(KEY.map((name) => values[header.indexOf(name)]));
    const whole = JSON.stringify(values);
    const known = rows.get(key);
    if (known === undefined) rows.set(key, whole);
    else if (known === whole) edition.duplicate++;
    else edition.rejected++;
  }
  return edition;
}

function expected(before: Map<string, string>, edition: Edition, mode: "upsert" | "snapshot") {
  let inserted = 0;
  let updated = 0;
  let unchanged = 0;
  for (const [key, whole] of edition.rows) {
    const old = before.get(key);
    if (old === undefined) inserted++;
    else if (old === whole) unchanged++;
    else updated++;
  }
  const gone = [...before.keys()].filter((key) => !edition.rows.has(key)).length;
  const after = mode === "snapshot" ? new Map(edition.rows) : new Map([...before, ...edition.rows]);
  const deleted = mode === "snapshot" ? gone : 0;
  const { read, duplicate, rejected } = edition;
  return { counts: { read, inserted, updated, unchanged, deleted, rejected, duplicate }, after };
}

describe.skipIf(!present)("international results", () => {
  let bench: Bench;
  let texts: string[];
  beforeAll(async () => {
    bench = await createLoader();
    const names = (await readdir(folder)).filter((name) => name.endsWith(".csv")).sort();
    texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
  });
  afterAll(() => bench.close());

  async function tableAt(name: string, header: string[], at: string): Promise<string[]> {
    const columns = header.map((column) => `${column}::text`).join(", ");
    const rows = await bench.query<Record<string, string | null>>(
      `select ${columns} from org_acme.${name}_as_of($1)`,
      [at],
    );
    return rows.map((row) => JSON.stringify(header.map((column) => row[column]))).sort();
  }

  for (const mode of ["upsert", "snapshot"] as const) {
    it(`in ${mode} mode: counts, every edition as of its load, and the same bytes again change nothing`, async () => {
      const name = `results_${mode}`;
      let state = new Map<string, string>();
      const moments: { at: string; header: string[]; rows: string[] }[] = [];
      for (const text of texts) {
        const edition = readEdition(text);
        const want = expected(state, edition, mode);
        const run = await bench.load(name, text, { mode, key: KEY });
        expect(run.error).toBeNull();
        expect(countsOf(run)).toEqual(want.counts);
        state = want.after;
        const [{ at } = { at: "" }] = await bench.query<{ at: string }>(
          "select clock_timestamp()::text as at",
        );
        moments.push({ at, header: edition.header, rows: [...state.values()].sort() });
      }
      for (const moment of moments)
        expect(await tableAt(name, moment.header, moment.at)).toEqual(moment.rows);
      const again = await bench.load(name, texts.at(-1)!, { mode });
      expect(again.status).toBe("duplicate");
      const last = moments.at(-1)!;
      const [{ now } = { now: "" }] = await bench.query<{ now: string }>(
        "select clock_timestamp()::text as now",
      );
      expect(await tableAt(name, last.header, now)).toEqual(last.rows);
    });
  }
});
