/**
 * Any random sequence of loads, edits, restores, undos, changes of contract and erasures, replayed from history against a
 * model of what should be: every past state, the differences between them, and an audit trail that verifies.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addMember, asMember } from "../support/database.ts";
import { createSealed, type Sealed } from "./audit-support.ts";
import { HistoryModel, type Values } from "./history-model.ts";
import { declare } from "./support.ts";

const RUNS = Number(process.env.FC_RUNS ?? 16);
const SEED = Number(process.env.FC_SEED ?? 20261128);
const MAX_ID = 6;

let sealed: Sealed;
let owner: { orgId: string; userId: string };
let count = 0;

beforeAll(async () => {
  sealed = await createSealed();
  const { bench } = sealed;
  owner = {
    orgId: bench.org.id,
    userId: await addMember(bench.db, bench.org.id, "owner@acme.example", "owner"),
  };
});
afterAll(() => sealed.close());

const id = fc.integer({ min: 1, max: MAX_ID });
const operation = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("load" as const),
      rows: fc.uniqueArray(fc.tuple(id, fc.integer({ min: 0, max: 3 })), {
        maxLength: 5,
        selector: ([key]) => key,
      }),
      snapshot: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("update" as const, "delete" as const, "insert" as const),
      id,
      to: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("restore" as const),
      id,
      version: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("undo" as const), which: fc.nat(), force: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("rows" as const),
      ids: fc.uniqueArray(id, { minLength: 1, maxLength: 6 }),
      which: fc.nat(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "add" as const,
        "rename" as const,
        "widen" as const,
        "retire" as const,
        "seal" as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("erase" as const), id }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

interface Dataset {
  id: string;
  name: string;
  model: HistoryModel;
  /** Runs that wrote something and may be undone. */
  runs: string[];
  /** The moment after each step. */
  moments: string[];
  amountType: number;
}
const TYPES = ["integer", "bigint", "numeric"];
/** Refusals that are no mistake: nothing there, taken already, not sealed yet. */
const REFUSED = new Set(["DS013", "23505", "AU005"]);

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && "code" in error && REFUSED.has(String(error.code));

/** Does it, and tells the model. A refusal leaves both as they were. */
async function act(dataset: Dataset, op: Operation): Promise<void> {
  const { bench } = sealed;
  const { model } = dataset;
  const table = `org_acme.${dataset.name}`;
  const alter = (change: unknown) =>
    bench.query("select data.alter_dataset($1, $2)", [dataset.id, JSON.stringify([change])]);
  switch (op.do) {
    case "load": {
      const lines = op.rows.map(([key, n]) => `${key},n${n},${n * key}`);
      const run = await bench.load(dataset.name, `id,name,${model.nameOf("amount")}\n${lines.join("\n")}\n`, {
        mode: op.snapshot ? "snapshot" : "upsert",
        force: true,
      });
      expect(run.error).toBeNull();
      const rows = op.rows.map(([key, n]): [number, Values] => [
        key,
        { name: `n${n}`, amount: String(n * key) },
      ]);
      model.load(run.id, rows, op.snapshot);
      dataset.runs.push(run.id);
      return;
    }
    case "update": {
      const extra = model.active().find((column) => column.startsWith("extra"));
      const set = extra ? `${model.nameOf(extra)} = 'e${op.to}'` : `name = 'n${op.to}'`;
      await bench.query(`update ${table} set ${set} where id = $1`, [op.id]);
      model.edit(op.id, extra ? { [extra]: `e${op.to}` } : { name: `n${op.to}` });
      return;
    }
    case "insert":
      await bench.query(`insert into ${table} (id, name) values ($1, $2)`, [op.id, `n${op.to}`]);
      model.insert(op.id, { name: `n${op.to}` });
      return;
    case "delete":
      await bench.query(`delete from ${table} where id = $1`, [op.id]);
      model.remove(op.id);
      return;
    case "restore":
      await bench.query("select data.restore_row($1, $2, $3)", [
        dataset.id,
        JSON.stringify({ id: op.id }),
        op.version,
      ]);
      model.restore(op.id, op.version);
      return;
    case "undo": {
      if (dataset.runs.length === 0) return;
      const run = dataset.runs[op.which % dataset.runs.length]!;
      const [told] = await bench.query<{ u: Record<string, number | string | null> }>(
        "select ingest.undo_run($1, false, $2, 'because') as u",
        [run, op.force ? "force" : "skip"],
      );
      const undoRun = String(told!.u.undoRun);
      const done = model.undo(run, undoRun, op.force);
      expect(told!.u).toMatchObject(done);
      if (done.inserted + done.updated + done.deleted > 0) dataset.runs.push(undoRun);
      return;
    }
    case "rows": {
      const step = op.which % dataset.moments.length;
      const keys = JSON.stringify(op.ids.map((key) => ({ id: key })));
      await bench.query("select data.undo_rows($1, $2, $3, false, 'force')", [
        dataset.id,
        keys,
        dataset.moments[step],
      ]);
      for (const key of op.ids) model.rowTo(key, step);
      return;
    }
    case "add": {
      const name = model.add();
      await alter({ op: "add", field: { name } });
      return;
    }
    case "rename": {
      const to = model.nameOf("amount") === "amount" ? "total" : "amount";
      await alter({ op: "rename", name: model.nameOf("amount"), to });
      model.rename("amount", to);
      return;
    }
    case "widen":
      if (dataset.amountType < TYPES.length - 1)
        await alter({ op: "widen", name: model.nameOf("amount"), type: TYPES[++dataset.amountType] });
      return;
    case "retire": {
      const extra = model.active().find((column) => column.startsWith("extra"));
      if (!extra) return;
      await alter({ op: "retire", name: model.nameOf(extra) });
      model.retire(extra);
      return;
    }
    case "erase":
      await asMember(bench.db, owner, (client) =>
        client.query("select data.erase_row($1, $2, 'asked')", [dataset.id, JSON.stringify({ id: op.id })]),
      );
      model.erase(op.id);
      return;
    case "seal":
      await sealed.seal();
  }
}

async function rowsAt(dataset: Dataset, moment: string): Promise<[number, Values][]> {
  const { model } = dataset;
  const columns = model.active().map((column) => `${model.nameOf(column)}::text as "${column}"`);
  const rows = await sealed.bench.query<Values & { key: number }>(
    `select id as key, ${columns.join(", ")} from org_acme.${dataset.name}_as_of($1) order by id`,
    [moment],
  );
  return rows.map(({ key, ...values }) => [Number(key), values as Values]);
}

async function check(dataset: Dataset, picks: readonly number[]): Promise<void> {
  const { bench } = sealed;
  const { model, moments } = dataset;
  for (const [step, moment] of moments.entries())
    expect(await rowsAt(dataset, moment), `after step ${step}`).toEqual(model.rowsAt(step));
  const now = await bench.query<{ id: number; version: number; change_type: string }>(
    `select id, version, change_type from org_acme.${dataset.name}_history order by id, version`,
  );
  expect(now.map((row) => `${row.id}/${row.version} ${row.change_type}`)).toEqual(model.versions());
  for (const pick of picks) {
    const from = pick % moments.length;
    const to = from + ((pick >> 8) % (moments.length - from));
    const found = await bench.query<{ id: number; change: string }>(
      `select (key ->> 'id')::int as id, change, changed_fields from org_acme.${dataset.name}_diff($1, $2)`,
      [moments[from], moments[to]],
    );
    expect(found, `from step ${from} to ${to}`).toEqual(model.diff(from, to));
  }
}

it("history gives every past state, whatever happened", { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 8, maxLength: 24 }),
      fc.array(fc.nat(), { minLength: 2, maxLength: 4 }),
      async (operations, picks) => {
        const { bench } = sealed;
        const name = `random_${++count}`;
        const fields = [
          { name: "id", type: "integer" },
          { name: "name" },
          { name: "amount", type: "integer" },
        ];
        const dataset: Dataset = {
          id: await declare(bench, name, fields, ["id"]),
          name,
          model: new HistoryModel(),
          runs: [],
          moments: [],
          amountType: 0,
        };
        for (const op of [{ do: "seal" } as Operation, ...operations]) {
          await act(dataset, op).catch((error: unknown) => {
            if (!isRefusal(error)) throw error;
          });
          const [at] = await bench.query<{ at: string }>("select clock_timestamp()::text as at");
          dataset.moments.push(at!.at);
          dataset.model.step();
        }
        await check(dataset, picks);
        await sealed.seal();
        expect((await sealed.verify()).problems).toEqual([]);
      },
    ),
    { numRuns: RUNS, seed: SEED, endOnFailure: process.env.FC_SHRINK === undefined },
  );
});
