/** A loader with two managers, and what the tests of history share. */
import { expect } from "vitest";
import { addMember } from "../support/database.ts";
import { type Bench, createLoader, declare } from "./support.ts";

export let bench: Bench;
/** Another manager. */
export let other: { orgId: string; userId: string };
let count = 0;

export async function openGround(): Promise<void> {
  bench = await createLoader();
  const { db, org } = bench;
  other = { orgId: org.id, userId: await addMember(db, org.id, "second@acme.example", "manager") };
}
export const closeGround = (): Promise<void> => bench.close();

export const FIELDS = [
  { name: "id", type: "integer" },
  { name: "name" },
  { name: "amount", type: "numeric(10,2)" },
];

export interface Dataset {
  id: string;
  name: string;
}

export async function makeDataset(fields: unknown[] = FIELDS, key = ["id"]): Promise<Dataset> {
  const name = `things_${++count}`;
  return { id: await declare(bench, name, fields, key), name };
}

export const csv = (rows: (string | number)[][], header = "id,name,amount"): string =>
  `${header}\n${rows.map((row) => row.join(",")).join("\n")}\n`;

export const rowsOf = (dataset: Dataset, source = dataset.name) =>
  bench.query(`select id, name, amount::text as amount from org_acme.${source} order by id`);

export async function one<T>(text: string, values: unknown[] = []): Promise<T> {
  const rows = await bench.query<Record<string, T>>(text, values);
  return Object.values(rows[0]!)[0]!;
}

export interface Told {
  undoRun: string | null;
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  missing: number;
  conflicts: number;
  skipped: number;
  rows: { key: Record<string, unknown>; effect: string; conflict: boolean; changedBy: string | null }[];
}
export const undo = (run: string, dryRun = false, onConflict = "abort", reason: string | null = null) =>
  one<Told>("select ingest.undo_run($1, $2, $3, $4)", [run, dryRun, onConflict, reason]);

export const countsOf = ({ inserted, updated, deleted, unchanged, conflicts, skipped }: Told) => ({
  inserted,
  updated,
  deleted,
  unchanged,
  conflicts,
  skipped,
});

export async function twoLoads() {
  const dataset = await makeDataset();
  const first = await bench.load(
    dataset.name,
    csv([
      [1, "one", 1],
      [2, "two", 2],
      [3, "three", 3],
    ]),
  );
  const second = await bench.load(
    dataset.name,
    csv([
      [1, "one", 10],
      [2, "two", 2],
      [4, "four", 4],
    ]),
    {
      mode: "snapshot",
    },
  );
  expect([first.status, second.status]).toEqual(["succeeded", "succeeded"]);
  return { dataset, first, second };
}
