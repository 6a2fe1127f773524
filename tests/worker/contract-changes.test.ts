/** Files that do not fit the contract: proposed and decided, followed, or left out, as the dataset says. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addMember, asMember } from "../support/database.ts";
import { type Bench, countsOf, createLoader } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

interface Proposal {
  kind: string;
  status: string;
  fields: { name: string; type: string; evidence: string }[];
  changes: Record<string, unknown>[];
  effect: Record<string, unknown>;
}

async function proposalOf(run: string): Promise<Proposal> {
  const rows = await bench.query<Proposal>(
    "select kind, status, fields, changes, effect from ingest.contract_proposals where run_id = $1",
    [run],
  );
  return rows[0]!;
}

async function accept(run: string, given: { fields?: unknown; key?: string[]; changes?: unknown } = {}) {
  await bench.query("select from ingest.accept_contract($1, $2, $3, $4)", [
    run,
    given.fields ? JSON.stringify(given.fields) : null,
    given.key ?? null,
    given.changes ? JSON.stringify(given.changes) : null,
  ]);
  await bench.run(run);
  return bench.runRow(run);
}

async function evolve(dataset: string, evolution: { columns?: string; types?: string }) {
  await bench.query("select from data.datasets d, data.alter_dataset(d.id, $2) where d.name = $1", [
    dataset,
    JSON.stringify([{ op: "evolution", ...evolution }]),
  ]);
}

const rowsOf = (dataset: string) => bench.query(`select * from org_acme.${dataset} order by 1`);
const columnsOf = async (dataset: string): Promise<string[]> =>
  (
    await bench.query<{ name: string }>(
      `select f.name from data.fields f join data.datasets d on d.org_id = f.org_id and d.id = f.dataset_id
        where d.name = $1 and f.retired_at is null order by f.position`,
      [dataset],
    )
  ).map((row) => row.name);

const list = (from: number, to: number, row: (i: number) => string): string =>
  Array.from({ length: to - from }, (_, i) => row(from + i)).join("\n");

describe("a first file whose contract is to be accepted", () => {
  const review = { options: { contract: "review" } };

  it("makes nothing before; accepted with changes it loads under them", async () => {
    const held = await bench.load("reviewed", "Id,Price,Note\n1,10,a\n2,20,b\n3,x,c\n", {
      ...review,
      key: ["Id"],
    });
    expect(held).toMatchObject({ status: "held", error: { code: "IN022" } });
    expect(await bench.query("select 1 from data.datasets where name = 'reviewed'")).toEqual([]);
    const { kind, fields, effect } = await proposalOf(held.id);
    expect(kind).toBe("new");
    expect(fields.map(({ name, type }) => [name, type])).toEqual([
      ["id", "integer"],
      ["price", "text"],
      ["note", "text"],
    ]);
    expect(fields[1]!.evidence).toContain('line 4 has "x"');
    expect(effect).toMatchObject({ rowsSeen: 3, complete: true, keyCandidates: expect.any(Array) });
    const done = await accept(held.id, {
      fields: [
        { name: "id", sourceName: "Id", type: "integer" },
        { name: "price", sourceName: "Price", type: "numeric" },
      ],
      key: ["id"],
    });
    expect(done.status).toBe("succeeded");
    expect(countsOf(done)).toMatchObject({ read: 3, inserted: 2, rejected: 1 });
    expect(await columnsOf("reviewed")).toEqual(["id", "price"]);
    expect((await proposalOf(held.id)).status).toBe("accepted");
    // The column that was left out was decided upon: the next file with it is not asked about.
    const next = await bench.load("reviewed", "Id,Price,Note\n4,40,d\n");
    expect(next.status).toBe("succeeded");
  });

  it("refused, or cancelled, it makes nothing; a second decision is refused", async () => {
    const held = await bench.load("unwanted", "a,b\n1,2\n", { ...review, key: ["a"] });
    await bench.query("select from ingest.refuse_contract($1, 'not ours')", [held.id]);
    expect((await bench.runRow(held.id)).status).toBe("cancelled");
    expect((await proposalOf(held.id)).status).toBe("refused");
    await expect(accept(held.id)).rejects.toMatchObject({ code: "IN006" });
    const other = await bench.load("unwanted", "a,b\n1,3\n", { ...review, key: ["a"] });
    await bench.query("select from ingest.cancel_run($1)", [other.id]);
    expect((await proposalOf(other.id)).status).toBe("refused");
    expect(await bench.query("select 1 from data.datasets where name = 'unwanted'")).toEqual([]);
  });

  it("cannot be released past the decision, nor decided by who may not make datasets", async () => {
    const held = await bench.load("decided", "a,b\n1,2\n", { ...review, key: ["a"] });
    await expect(bench.query("select from ingest.release_run($1)", [held.id])).rejects.toMatchObject({
      code: "IN026",
    });
    for (const role of ["viewer", "analyst", "client"]) {
      const userId = await addMember(bench.db, bench.org.id, `${role}@decides.example`, role);
      await expect(
        asMember(bench.db, { orgId: bench.org.id, userId }, (client) =>
          client.query("select from ingest.accept_contract($1)", [held.id]),
        ),
      ).rejects.toMatchObject({ code: "42501" });
    }
    expect((await accept(held.id)).status).toBe("succeeded");
  });

  it("a gate is still asked after the contract is accepted", async () => {
    const bad = `k,v\n${list(0, 200, (i) => `${i},${i < 150 ? "x" : i}`)}\n`;
    const held = await bench.load("still_gated", bad, { ...review, key: ["k"] });
    const after = await accept(held.id, {
      fields: [
        { name: "k", type: "integer" },
        { name: "v", type: "integer" },
      ],
      key: ["k"],
    });
    expect(after).toMatchObject({ status: "held", error: { code: "IN020" } });
  });
});

const folder = path.join(import.meta.dirname, "../../../shared/data/sp500");
const editions = ["2014-12-07", "2021-03-03", "2023-10-05", "2026-08-08"];
const edition = (day: string): string => readFileSync(path.join(folder, `constituents-${day}.csv`), "utf8");

describe.skipIf(!existsSync(folder))(
  "four editions of a list of companies (skipped where ../shared/data is absent)",
  () => {
    it("go through a change of the header by a proposal, with the history whole", async () => {
      for (const day of editions.slice(0, 2)) {
        const run = await bench.load("companies", edition(day), { mode: "snapshot", key: ["Symbol"] });
        expect(run.status).toBe("succeeded");
      }
      const before = await bench.query<{ symbol: string; name: string; sector: string }>(
        "select symbol, name, sector from org_acme.companies order by symbol",
      );
      const held = await bench.load("companies", edition("2023-10-05"), { mode: "snapshot" });
      expect(held).toMatchObject({ status: "held", error: { code: "IN023" } });
      expect(
        await bench.query("select symbol, name, sector from org_acme.companies order by symbol"),
      ).toEqual(before);
      const { changes, effect } = await proposalOf(held.id);
      expect(
        changes.map(({ change, field, column }) => [
          change,
          (field as { name?: string }).name ?? field,
          column,
        ]),
      ).toEqual([
        ["renamed", "sector", "GICS Sector"],
        ["renamed", "name", "Security"],
        ["added", "gics_sub_industry", "GICS Sub-Industry"],
        ["added", "headquarters_location", "Headquarters Location"],
        ["added", "date_added", "Date added"],
        ["added", "cik", "CIK"],
        ["added", "founded", "Founded"],
      ]);
      expect(changes[0]!.evidence).toMatch(/^\d+ of 452 rows with the same key have the same value \(96 %\)/);
      expect(effect).toEqual({ sampledRows: 503, matchedRows: 452, currentRows: 505 });

      const third = await accept(held.id);
      expect(third.status).toBe("succeeded");
      const fourth = await bench.load("companies", edition("2026-08-08"), { mode: "snapshot" });
      expect(fourth.status).toBe("succeeded");
      // Each edition as of its load: the second still without the later columns' values, under the names of today.
      const runs = await bench.query<{ finished_at: Date }>(
        "select finished_at from ingest.runs where dataset_name = 'companies' and status = 'succeeded' order by finished_at",
      );
      const asOf = (at: Date) =>
        bench.query<{ symbol: string; name: string; sector: string; cik: number | null }>(
          "select symbol, name, sector, cik from org_acme.companies_as_of($1) order by symbol",
          [at],
        );
      const second = await asOf(runs[1]!.finished_at);
      expect(second.map(({ cik: _, ...row }) => row)).toEqual(before);
      expect(second.every((row) => row.cik === null)).toBe(true);
      expect((await asOf(runs[2]!.finished_at)).find((row) => row.symbol === "MMM")).toEqual({
        symbol: "MMM",
        name: "3M",
        sector: "Industrials",
        cik: 66740,
      });
      // An edition under the old header is still known by it.
      const old = await bench.load("companies", `${edition("2021-03-03")}ZZZ,Zed,Energy\n`, {
        mode: "upsert",
      });
      expect(old.status).toBe("succeeded");
      expect(await bench.query("select name from org_acme.companies where symbol = 'ZZZ'")).toEqual([
        { name: "Zed" },
      ]);
    });
  },
);

describe("columns that the contract does not have", () => {
  const base = `id,colour,size\n${list(0, 40, (i) => `${i},c${i},${i}`)}\n`;

  it("freeze: a person decides, also otherwise than proposed", async () => {
    await bench.load("frozen", base, { key: ["id"] });
    const held = await bench.load(
      "frozen",
      `id,color,size,extra\n${list(0, 40, (i) => `${i},c${i},${i},e${i}`)}\n`,
    );
    expect(held.error?.message).toBe("the file's columns are not the contract's: 1 added, 1 renamed");
    const done = await accept(held.id, {
      changes: [
        { change: "renamed", field: "colour", column: "color", to: "tint" },
        { change: "ignored", column: "extra" },
      ],
    });
    expect(done.status).toBe("succeeded");
    expect(countsOf(done)).toMatchObject({ unchanged: 40 });
    expect(await columnsOf("frozen")).toEqual(["id", "tint", "size"]);
    await expect(accept(held.id)).rejects.toMatchObject({ code: "IN006" });
  });

  it("a field that a file merely leaves out keeps its values and asks nobody", async () => {
    await bench.load("partial", base, { key: ["id"] });
    const run = await bench.load("partial", "id,size\n1,100\n");
    expect(run.status).toBe("succeeded");
    expect(await bench.query("select colour, size from org_acme.partial where id = 1")).toEqual([
      { colour: "c1", size: 100 },
    ]);
  });

  it("evolve: new ones become fields, surely renamed ones are followed, unsure ones are asked about", async () => {
    await bench.load("evolving", base, { key: ["id"] });
    await evolve("evolving", { columns: "evolve" });
    const run = await bench.load(
      "evolving",
      `id,tone,size,day\n${list(0, 40, (i) => `${i},c${i},${i},2026-01-02`)}\n`,
    );
    expect(run.status).toBe("succeeded");
    expect(await columnsOf("evolving")).toEqual(["id", "colour", "size", "day"]);
    expect((await rowsOf("evolving"))[0]).toMatchObject({ id: 0, colour: "c0", size: 0 });
    const unsure = await bench.load(
      "evolving",
      `id,shade,size,day\n${list(0, 40, (i) => `${i},${i < 20 ? "c" : "d"}${i},${i},2026-01-02`)}\n`,
    );
    expect(unsure.status).toBe("held");
  });

  it("discard_value: they are not loaded, and a warning says so", async () => {
    await bench.load("leaving", base, { key: ["id"] });
    await evolve("leaving", { columns: "discard_value" });
    const run = await bench.load("leaving", "id,colour,size,extra\n100,c,1,e\n");
    expect(run.status).toBe("succeeded");
    expect(
      await bench.query("select rule, severity, rejected from ingest.row_issues where run_id = $1", [run.id]),
    ).toEqual([{ rule: "unknown_column", severity: "warning", rejected: false }]);
  });

  it("discard_row: rows with a value there are rejected, the others loaded", async () => {
    await bench.load("strict", base, { key: ["id"] });
    await evolve("strict", { columns: "discard_row" });
    const run = await bench.load("strict", "id,colour,size,extra\n100,c,1,e\n101,c,2,\n102,c,3,f\n");
    expect(run.error).toBeNull();
    expect(countsOf(run)).toMatchObject({ read: 3, inserted: 1, rejected: 2 });
    expect(
      await bench.query(
        "select line::int, column_name, rule, value from ingest.row_issues where run_id = $1 order by line",
        [run.id],
      ),
    ).toEqual([
      { line: 2, column_name: "extra", rule: "unknown_column", value: "e" },
      { line: 4, column_name: "extra", rule: "unknown_column", value: "f" },
    ]);
    expect(
      await bench.query("select line::int from ingest.rejected_rows where run_id = $1 order by line", [
        run.id,
      ]),
    ).toEqual([{ line: 2 }, { line: 4 }]);
  });
});

describe("values that are not of their type", () => {
  const base = `id,n,s\n${list(0, 60, (i) => `${i},${i},a`)}\n`;
  const mixed = "id,n,s\n100,x,a\n101,1,b\ny,2,c\n";

  it("discard_value: the row is loaded without the value, never without its key", async () => {
    await bench.load("lenient", base, { key: ["id"] });
    await evolve("lenient", { types: "discard_value" });
    const run = await bench.load("lenient", mixed);
    expect(countsOf(run)).toMatchObject({ read: 3, inserted: 2, rejected: 1 });
    expect(await bench.query("select id, n, s from org_acme.lenient where id >= 100 order by id")).toEqual([
      { id: 100, n: null, s: "a" },
      { id: 101, n: 1, s: "b" },
    ]);
    expect(
      await bench.query(
        "select line::int, column_name, severity, rejected, value from ingest.row_issues where run_id = $1 order by line",
        [run.id],
      ),
    ).toEqual([
      { line: 2, column_name: "n", severity: "warning", rejected: false, value: "x" },
      { line: 4, column_name: "id", severity: "error", rejected: true, value: "y" },
    ]);
  });

  it("a required value that is discarded is missing", async () => {
    await bench.load("needed", base, { key: ["id"] });
    await bench.query("select from data.datasets d, data.alter_dataset(d.id, $1) where d.name = 'needed'", [
      JSON.stringify([
        { op: "rules", name: "n", field: { required: true } },
        { op: "evolution", types: "discard_value" },
      ]),
    ]);
    const run = await bench.load("needed", mixed);
    expect(countsOf(run)).toMatchObject({ read: 3, inserted: 1, rejected: 2 });
  });

  it("evolve: the type is widened before the load", async () => {
    await bench.load("widening", base, { key: ["id"] });
    await evolve("widening", { types: "evolve" });
    const run = await bench.load("widening", "id,n,s\n100,2.5,a\n101,3000000000,b\n");
    expect(countsOf(run)).toMatchObject({ inserted: 2, rejected: 0 });
    expect(await bench.query("select id, n from org_acme.widening where id in (5, 100) order by id")).toEqual(
      [
        { id: 5, n: "5" },
        { id: 100, n: "2.5" },
      ],
    );
  });

  it("freeze: the run is held, and can be released", async () => {
    await bench.load("fast", base, { key: ["id"] });
    await evolve("fast", { types: "freeze" });
    const held = await bench.load("fast", mixed);
    expect(held).toMatchObject({ status: "held", error: { code: "IN027" } });
    await bench.query("select from ingest.release_run($1)", [held.id]);
    await bench.run(held.id);
    expect(countsOf(await bench.runRow(held.id))).toMatchObject({ inserted: 1, rejected: 2 });
  });

  it("a column that is another type altogether: what the gate asks has another answer besides release and reject", async () => {
    await bench.load("turned", base.replaceAll(",a", ",1"), { key: ["id"] });
    await bench.query("select from data.datasets d, data.alter_dataset(d.id, $1) where d.name = 'turned'", [
      JSON.stringify([{ op: "gate", gateMinRows: 10 }]),
    ]);
    const held = await bench.load("turned", `id,n,s\n${list(0, 60, (i) => `${i},${i}.5,1`)}\n`);
    expect(held).toMatchObject({ status: "held", error: { code: "IN020" } });
    const { changes } = await proposalOf(held.id);
    expect(changes).toEqual([
      {
        change: "retyped",
        field: "n",
        column: "n",
        from: "integer",
        to: "numeric",
        evidence: '60 of 60 values are not integer: line 2 has "0.5"',
      },
    ]);
    expect(countsOf(await accept(held.id))).toMatchObject({ updated: 60 });
    expect(await bench.query("select n from org_acme.turned where id = 7")).toEqual([{ n: "7.5" }]);
    // Nor does the advice stand in the way of a release.
    const again = await bench.load(
      "turned",
      `id,n,s\n${list(0, 60, (i) => `${i},1,${i < 57 ? "x" : "1"}`)}\n`,
    );
    expect(again.error?.code).toBe("IN020");
    await bench.query("select from ingest.release_run($1)", [again.id]);
    await bench.run(again.id);
    expect((await bench.runRow(again.id)).status).toBe("succeeded");
    expect((await proposalOf(again.id)).status).toBe("refused");
  });
});
