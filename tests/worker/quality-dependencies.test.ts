/**
 * A functional dependency goes on from the pairs that the check before kept: no row is read again, whatever failed before,
 * and what it finds is what counting the rows finds. Pairs are values of rows: an erasure deletes them, and of too many none
 * are kept.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { addMember, asMember } from "../support/database.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

interface Row {
  k: number;
  zip: string;
  city: string;
}
const text = (rows: Row[]): string =>
  `k,zip,city\n${rows.map((r) => `${r.k},${r.zip},${r.city}`).join("\n")}\n`;

/** Rows whose city is not that of nine in ten rows of their zip, or of two in three of three at least. */
function breaking(rows: Row[]): number[] {
  const cities = new Map<string, Map<string, number>>();
  for (const r of rows.filter((one) => one.zip !== "")) {
    const known = cities.get(r.zip) ?? new Map<string, number>();
    cities.set(r.zip, known.set(r.city, (known.get(r.city) ?? 0) + 1));
  }
  return rows
    .filter((r) => {
      const known = [...(cities.get(r.zip)?.entries() ?? [])].sort((a, b) => b[1] - a[1]);
      const all = known.reduce((sum, [, n]) => sum + n, 0);
      const most = known[0]?.[1] ?? 0;
      const clear = (all >= 2 && most >= 0.9 * all) || (all >= 3 && 3 * most >= 2 * all);
      return clear && known[0]![0] !== r.city;
    })
    .map((r) => r.k);
}

async function ruled(name: string): Promise<string> {
  const id = await declare(
    bench,
    name,
    [{ name: "k", type: "integer" }, { name: "zip" }, { name: "city" }],
    ["k"],
  );
  const one = {
    name: "zip_gives_city",
    kind: "functional_dependency",
    fields: ["zip"],
    parameters: { to: "city" },
  };
  await bench.query("select quality.put_rule($1, $2)", [id, JSON.stringify(one)]);
  await bench.query("select quality.deploy_rule($1, $2)", [id, one.name]);
  return id;
}

async function check(id: string): Promise<{ carried: number; failures: number; kept: number[] }> {
  const [row] = await bench.query<{
    told: { check: string; carried: number; results: { failures: number }[] };
  }>("select quality.run_rules($1) as told", [id]);
  const kept = await bench.query<{ k: number }>(
    "select (record ->> 'k')::int as k from quality.failing_rows where check_id = $1 order by 1",
    [row!.told.check],
  );
  return { carried: row!.told.carried, failures: row!.told.results[0]!.failures, kept: kept.map((r) => r.k) };
}

const pairs = async (id: string): Promise<number> =>
  (await bench.db.admin.query("select 1 from private.carried_pairs where dataset_id = $1", [id])).rowCount!;

it("goes on through loads and edits, with failing rows, by its pairs", async () => {
  const name = "towns";
  const id = await ruled(name);
  const view = `org_${bench.org.schemaKey}.${name}`;
  let rows: Row[] = Array.from({ length: 2000 }, (_, i) => ({
    k: i + 1,
    zip: i % 50 === 49 ? "" : String(100 + (i % 40)),
    city: i % 200 === 0 ? "elsewhere" : `town ${i % 40}`,
  }));
  await bench.load(name, text(rows));
  const first = await check(id);
  expect(first).toEqual({ carried: 0, failures: breaking(rows).length, kept: breaking(rows) });
  expect(first.failures).toBeGreaterThan(0);
  expect(await pairs(id)).toBe(1);

  // Some are mended, others broken, a zip gets another town altogether, and rows come without a zip.
  rows = rows.map((r) => {
    if (r.k % 400 === 1) return { ...r, city: `town ${(r.k - 1) % 40}` };
    if (r.k % 333 === 0) return { ...r, city: "" };
    return r.zip === "107" ? { ...r, city: "moved" } : r;
  });
  rows.push({ k: 9001, zip: "", city: "nowhere" }, { k: 9002, zip: "103", city: "town 4" });
  await bench.load(name, text(rows), { mode: "snapshot" });
  expect(await check(id)).toEqual({ carried: 1, failures: breaking(rows).length, kept: breaking(rows) });
  expect(await pairs(id)).toBe(1);

  // What fails is in no changed row: the key of a kept one changes nothing of the pair.
  const k = breaking(rows)[0]!;
  await bench.query(`update ${view} set city = 'never' where k = $1`, [k]);
  await bench.query(`delete from ${view} where k = 9002`);
  rows = rows.filter((r) => r.k !== 9002).map((r) => (r.k === k ? { ...r, city: "never" } : r));
  expect(await check(id)).toEqual({ carried: 1, failures: breaking(rows).length, kept: breaking(rows) });

  await bench.query(
    `update ${view} set city = (select city from ${view} o where o.zip = t.zip group by 1 order by count(*) desc limit 1)
    from ${view} t where t.k = ${view}.k and ${view}.k = any ($1)`,
    [breaking(rows)],
  );
  expect(await check(id)).toEqual({ carried: 1, failures: 0, kept: [] });
}, 60_000);

it("keeps no pairs where they are too many, and asks all rows of those that changed", async () => {
  const name = "houses";
  const id = await ruled(name);
  const rows: Row[] = Array.from({ length: 22_000 }, (_, i) => ({
    k: i + 1,
    zip: String(i % 11_000),
    city: `town ${i % 11_000}`,
  }));
  await bench.load(name, text(rows));
  expect(await check(id)).toMatchObject({ carried: 0, failures: 0 });
  expect(await pairs(id)).toBe(0);
  await bench.load(
    name,
    text([
      { k: 5, zip: "4", city: "elsewhere" },
      { k: 30_000, zip: "4", city: "town 4" },
    ]),
  );
  const now = [
    ...rows.filter((r) => r.k !== 5),
    { k: 5, zip: "4", city: "elsewhere" },
    { k: 30_000, zip: "4", city: "town 4" },
  ];
  expect(await check(id)).toMatchObject({ failures: breaking(now).length });
}, 60_000);

it("keeps no pairs of a check during which somebody wrote", async () => {
  const name = "late_towns";
  const id = await ruled(name);
  await bench.load(name, text([1, 2, 3].map((k) => ({ k, zip: "1", city: "town" }))));
  await asMember(bench.db, { orgId: bench.org.id, userId: bench.manager }, async (client) => {
    await client.query(`update org_${bench.org.schemaKey}.${name} set city = 'other' where k = 1`);
    expect(await check(id)).toMatchObject({ carried: 0, failures: 0 });
    // It may go on from the snapshot that it saw, whose pairs it then has; else it has left none.
    const { rowCount } = await bench.db.admin.query(
      "select 1 from private.carried_checks where dataset_id = $1",
      [id],
    );
    expect(await pairs(id)).toBe(rowCount);
  });
  expect((await check(id)).failures).toBe(1);
}, 60_000);

it("forgets pairs when a person's row is erased", async () => {
  const name = "people";
  const id = await ruled(name);
  const owner = await addMember(bench.db, bench.org.id, "eraser@acme.example", "owner");
  await bench.load(name, text([1, 2, 3].map((k) => ({ k, zip: "1", city: "secret town" }))));
  await check(id);
  expect(await pairs(id)).toBe(1);
  await asMember(bench.db, { orgId: bench.org.id, userId: owner }, (client) =>
    client.query("select data.erase_row($1, $2, 'asked for')", [id, JSON.stringify({ k: 1 })]),
  );
  expect(await pairs(id)).toBe(0);
  expect(await check(id)).toMatchObject({ carried: 0, failures: 0 });
}, 60_000);
