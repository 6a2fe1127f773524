/** A fixed pair of datasets, so that the generated API can be compared with a golden file. */
import { asMember, type TestDatabase, type TestOrg } from "../../support/database.ts";

const CUSTOMERS = [
  { name: "customer_id", type: "integer" },
  { name: "name", type: "text", required: true, description: "As on the invoice." },
  { name: "country", type: "text" },
];
const ORDERS = [
  { name: "order_id", type: "integer" },
  { name: "customer_id", type: "integer", references: { dataset: "customers", field: "customer_id" } },
  { name: "amount", type: "numeric(10,2)", minimum: "0" },
  { name: "placed_on", type: "date" },
  { name: "placed_at", type: "timestamptz" },
  { name: "paid", type: "boolean" },
  { name: "tags", type: "text[]" },
  { name: "extra", type: "jsonb" },
];

/** Makes `customers` (2), `orders` (`count` of them, by turns) and the append-only `readings`. */
export async function makeSales(
  db: TestDatabase,
  org: TestOrg,
  userId: string,
  count: number,
): Promise<void> {
  const schema = `org_${org.schemaKey}`;
  await asMember(db, { orgId: org.id, userId }, async (client) => {
    const make = (name: string, fields: object[], key: string[]) =>
      client.query("select data.create_dataset($1, $2, $3)", [name, JSON.stringify(fields), key]);
    await make("customers", CUSTOMERS, ["customer_id"]);
    await make("orders", ORDERS, ["order_id"]);
    await make(
      "readings",
      [
        { name: "sensor", type: "text" },
        { name: "value", type: "numeric" },
      ],
      [],
    );
    await client.query(
      `insert into ${schema}.customers (customer_id, name, country)
       values (1, 'Ada of ${org.slug}', 'GB'), (2, 'Bob of ${org.slug}', 'FR')`,
    );
    await client.query(
      `insert into ${schema}.orders (order_id, customer_id, amount, placed_on, placed_at, paid, tags, extra)
       select n, 1 + n % 2, n * 1.5, date '2026-01-01' + n, timestamptz '2026-01-01 00:00Z' + n * interval '1 hour',
              n % 3 = 0, array['t' || n % 5], jsonb_build_object('n', n)
         from generate_series(1, $1::int) n`,
      [count],
    );
  });
}
