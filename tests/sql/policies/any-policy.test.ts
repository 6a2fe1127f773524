/**
 * Whatever a policy says, it is refused with a sentence of ours, or the dataset that it binds can be read: now, its history and
 * its past, by whom it binds, with the values at the edges of every type. A policy that failed at reading would take a dataset
 * away from everybody.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { publicError } from "../../../server/errors.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { asMember, createPolicy, type Ground, prepareGround, setAttributes } from "./support.ts";

const TYPES = [
  "text",
  "integer",
  "bigint",
  "numeric",
  "numeric(6,2)",
  "boolean",
  "date",
  "timestamptz",
  "time",
  "uuid",
  "jsonb",
  "text[]",
];
const COLUMNS = TYPES.map((_, i) => `f${i}`);
const EDGES = [
  `('', 0, 0, 'NaN', 0, false, 'infinity', 'infinity', '24:00', '00000000-0000-0000-0000-000000000000', 'null', '{}')`,
  `('é%\\_', -2147483648, -9223372036854775808, '-Infinity', -9999.99, true, '-infinity', '-infinity', '00:00',
    'ffffffff-ffff-ffff-ffff-ffffffffffff', '{"a": [1]}', '{a,null}')`,
  `(repeat('x', 3000), 2147483647, 9223372036854775807, 1e300, 9999.99, null, '4713-01-01 BC', '4713-01-01 BC', '23:59:59.999999',
    null, '"x"', '{""}')`,
  "(null, null, null, null, null, null, '5874897-12-31', '294276-12-31', null, null, null, null)",
];

let db: TestDatabase;
let acme: Ground;
let dataset: string;
beforeAll(async () => {
  db = await createTestDatabase();
  acme = await prepareGround(db, "acme");
  await setAttributes(db, acme.people.analyst!, {
    text: "x",
    number: 1e300,
    flag: true,
    day: "2026-01-31",
    moment: "2026-01-31T00:00:00Z",
    list: ["a", 1, null],
    object: { a: 1 },
    nothing: null,
  });
  const fields = [{ name: "k", type: "integer" }, ...TYPES.map((type, i) => ({ name: COLUMNS[i]!, type }))];
  dataset = await asMember(db, acme.people.owner!, async (c) => {
    const { rows } = await c.query("select id from data.create_dataset('edges', $1, '{k}')", [
      JSON.stringify(fields),
    ]);
    for (const [at, values] of EDGES.entries())
      await c.query(
        `insert into org_acme.edges (k, ${COLUMNS.join(", ")}) values (${at}, ${values.slice(1)}`,
      );
    return rows[0].id as string;
  });
});
afterAll(() => db.drop());

const plain = fc.constantFrom<unknown>(
  "",
  "x",
  "é%",
  "2026-01-31",
  "2026-01-31T00:00:00Z",
  "10.0.0.0/8",
  "10:00",
  0,
  -1.5,
  1e300,
  true,
  null,
);
const operand: fc.Arbitrary<unknown> = fc.oneof(
  plain,
  fc.constantFrom(...COLUMNS, "k", "none").map((row) => ({ row })),
  fc
    .constantFrom(
      "id",
      "email",
      "role",
      "roles",
      "text",
      "number",
      "flag",
      "day",
      "moment",
      "list",
      "object",
      "nothing",
    )
    .map((user) => ({ user })),
  fc.constantFrom("name", "tags", "sensitivity").map((object) => ({ object })),
  fc.constantFrom("network", "time", "weekday", "factor_age", "road").map((context) => ({ context })),
  fc.constantFrom({ timestamp: "2026-01-31T08:00:00Z" }, { timestamp: "294276-12-31T00:00:00Z" }),
  fc
    .tuple(
      fc.constantFrom("add", "sub"),
      fc.constantFrom<unknown>({ row: "f7" }, { row: "f6" }, { user: "moment" }, { context: "time" }),
      fc.constantFrom("30 days", "290000 years", "-1 month"),
    )
    .map(([op, moment, span]) => ({ [op]: [moment, span] })),
);
const leaf = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("eq", "ne", "lt", "lte", "gt", "gte", "contains", "starts_with", "ends_with", "cidr"),
      operand,
      operand,
    )
    .map(([op, a, b]) => ({ [op]: [a, b] })),
  fc.tuple(operand, fc.constantFrom("[a-z]+", ".*", "x{2}", "(")).map(([a, b]) => ({ matches: [a, b] })),
  fc
    .tuple(fc.constantFrom("in", "not_in"), operand, fc.oneof(fc.array(plain, { maxLength: 3 }), operand))
    .map(([op, a, list]) => ({ [op]: [a, list] })),
  operand.map((a) => ({ is_null: a })),
  operand.map((a) => ({ between: [a, "08:00", "18:00"], zone: "Europe/Paris" })),
);
const condition = fc.oneof(
  { weight: 3, arbitrary: leaf },
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
  leaf.map((not) => ({ not })),
);
const mask = fc.record(
  {
    kind: fc.constantFrom("null", "constant", "hash", "partial", "year"),
    fields: fc.uniqueArray(fc.constantFrom(...COLUMNS), { minLength: 1, maxLength: 4 }),
    value: plain,
    first: fc.constantFrom(0, 1, 5000, -1),
    last: fc.constantFrom(0, 1, 5000),
  },
  { requiredKeys: ["kind", "fields"] },
);
const policy = fc.oneof(
  condition.map((c) => ({ kind: "row_filter", condition: c })),
  fc
    .tuple(mask, fc.option(condition))
    .map(([m, c]) => ({ kind: "mask", mask: m, ...(c ? { condition: c } : {}) })),
);

const READS = [
  "select * from org_acme.edges",
  "select * from org_acme.edges_history",
  "select * from org_acme.edges_as_of(now() + interval '1 hour')",
  `select count(*), ${COLUMNS.map((c) => `max(${c}::text)`).join(", ")} from org_acme.edges where f0 <> 'y' group by k order by 1`,
];

it("is refused with a sentence of ours, or the dataset can be read", async () => {
  const owner = acme.people.owner!;
  const analyst = acme.people.analyst!;
  let made = 0;
  await fc.assert(
    fc.asyncProperty(policy, async (one) => {
      const input = { ...one, name: `any ${++made}`, roles: ["analyst"], datasets: [dataset] };
      const told = JSON.stringify(input);
      const id = await createPolicy(db, owner, input).catch((error: Error) => {
        expect(publicError(error), `${error.message} ${told}`).not.toBeNull();
        return null;
      });
      if (id === null) return;
      try {
        for (const sql of READS)
          await asMember(db, analyst, (c) => c.query(sql)).catch((error: Error) => {
            throw new Error(`${sql}: ${error.message} ${told}`);
          });
        for (const sql of [
          "update org_acme.edges set f1 = 7 where k = 0",
          "update org_acme.edges set f0 = f0",
        ])
          await asMember(db, { ...analyst }, (c) => c.query(sql)).catch((error: Error) =>
            expect(publicError(error), `${sql}: ${error.message} ${told}`).not.toBeNull(),
          );
        if ("condition" in input && input.condition !== undefined)
          await asMember(db, owner, (c) =>
            c.query("select access.preview_policy($1, $2, $3, $4)", [
              "row_filter",
              JSON.stringify(input.condition),
              dataset,
              analyst.userId,
            ]),
          ).catch((error: Error) =>
            expect(publicError(error), `preview: ${error.message} ${told}`).not.toBeNull(),
          );
      } finally {
        await asMember(db, owner, (c) => c.query("select access.remove_policy($1)", [id]));
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 100) },
  );
}, 600_000);
