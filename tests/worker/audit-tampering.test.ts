/**
 * Whatever a superuser does to the trail or to a row behind its back is found and named, and nothing else is: the chain
 * of an organization that was loaded, edited, restored and changed in contract verifies as it is.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSealed, type Sealed } from "./audit-support.ts";
import { declare } from "./support.ts";

let sealed: Sealed;

function orders(from: number, to: number, price: (id: number) => string): string {
  const lines = ["id,customer,price,note"];
  for (let id = from; id <= to; id++) lines.push(`${id},C${id % 97},${price(id)},note ${id}`);
  return `${lines.join("\n")}\n`;
}

beforeAll(async () => {
  sealed = await createSealed();
  const { bench } = sealed;
  await declare(
    bench,
    "orders",
    [
      { name: "id", type: "integer" },
      { name: "customer", type: "text" },
      { name: "price", type: "numeric(10,2)" },
      { name: "note", type: "text" },
    ],
    ["id"],
  );
  // A first load, a second edition with more changes than are committed to at once, and one with few.
  await bench.load(
    "orders",
    orders(1, 5000, (id) => `${id}.50`),
  );
  await sealed.seal();
  await bench.load(
    "orders",
    orders(1, 6500, (id) => (id % 3 === 0 ? `${id}.75` : `${id}.50`)),
  );
  await bench.load(
    "orders",
    orders(1, 6400, (id) => (id % 1000 === 0 ? "1.10" : id % 3 === 0 ? `${id}.75` : `${id}.50`)),
    {
      mode: "snapshot",
    },
  );
  await bench.query("update org_acme.orders set note = 'by hand' where id in (7, 8)");
  await bench.query("delete from org_acme.orders where id = 9");
  await bench.query(
    "insert into org_acme.orders (id, customer, price, note) values (9, 'C9', 9.9, 'again'), (9001, 'C1', 1, null)",
  );
  const [dataset] = await bench.query<{ id: string }>("select id from data.datasets where name = 'orders'");
  await bench.query("select data.restore_row($1, '{\"id\": 7}', 1)", [dataset!.id]);
  await bench.load("log", "message\nfirst\nsecond\n", { mode: "append" });
  await sealed.seal();
});
afterAll(() => sealed.close());

it("verifies as it is", async () => {
  const verdict = await sealed.verify();
  expect(verdict.problems).toEqual([]);
  expect(verdict).toMatchObject({ ok: true, uncovered: 0 });
  expect(verdict.versions).toBeGreaterThan(8000);
});

it("verifies after the contract has changed: renamed, widened twice, retired, added to, and edited since", async () => {
  const { bench } = sealed;
  const [dataset] = await bench.query<{ id: string }>("select id from data.datasets where name = 'orders'");
  const alter = (changes: unknown) =>
    bench.query("select data.alter_dataset($1, $2)", [dataset!.id, JSON.stringify(changes)]);
  await alter([
    { op: "rename", name: "customer", to: "client" },
    { op: "widen", name: "id", type: "bigint" },
    { op: "widen", name: "price", type: "numeric(14,4)" },
    { op: "add", field: { name: "region", type: "text" } },
  ]);
  await bench.query("update org_acme.orders set region = 'north', price = 5.1234 where id = 11");
  await alter([
    { op: "widen", name: "price", type: "text" },
    { op: "retire", name: "note" },
  ]);
  await bench.query("update org_acme.orders set price = 'free' where id = 12");
  await sealed.seal();
  const verdict = await sealed.verify();
  expect(verdict.problems).toEqual([]);
});
