/**
 * Whatever a contract says, it is refused with a sentence of ours, or its dataset works: a file of good and strange values
 * is loaded or its rows are rejected, rows are read now and as of any moment, edited and undone.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { publicError } from "../../server/errors.ts";
import { type Bench, createLoader } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

const TYPES = [
  "text",
  "integer",
  "bigint",
  "numeric",
  "numeric(6,2)",
  "numeric(3,5)",
  "numeric(0,0)",
  "boolean",
  "date",
  "timestamptz",
  "time",
  "uuid",
  "jsonb",
  "text[]",
];
const WORDS = [
  "",
  "0",
  "-1",
  "1.5",
  "1e10",
  "99999999999999999999",
  "true",
  "2026-01-31",
  "infinity",
  "0044-01-01 BC",
  "2026-01-31T23:59:60Z",
  "24:00",
  "10:00",
  "00000000-0000-0000-0000-000000000001",
  '{"a": [1, null]}',
  "{a,b}",
  "null",
  "NaN",
  "été",
  "'; drop table x; --",
  "%s %I $1 {bad}",
  "\\",
];
const word = fc.constantFrom(...WORDS);
const field = (name: string) =>
  fc.record(
    {
      name: fc.constant(name),
      type: fc.constantFrom(...TYPES),
      required: fc.boolean(),
      minimum: word,
      maximum: word,
      pattern: fc.constantFrom("[a-z]+", "[0-9]{2}", "(", "%s{source}", ".*"),
      allowedValues: fc.array(word, { maxLength: 3 }),
      notInFuture: fc.boolean(),
      nullTokens: fc.array(word, { maxLength: 2 }),
      description: word,
    },
    { requiredKeys: ["name", "type"] },
  );
/** Most rules are left out of most fields, or nearly every contract would be refused. */
const few = (name: string) =>
  fc.tuple(field(name), fc.nat(4)).map(([all, keep]) => {
    const rules = Object.keys(all).filter((key) => key !== "name" && key !== "type");
    const kept = rules.filter((_, at) => at % 5 === keep);
    return Object.fromEntries(["name", "type", ...kept].map((key) => [key, all[key as keyof typeof all]]));
  });
const contract = fc.record({
  fields: fc.tuple(few("a"), few("b"), few("c")),
  keys: fc.constantFrom<string[]>([], ["k"], ["k", "a"]),
  rows: fc.array(fc.tuple(word, word, word), { minLength: 1, maxLength: 8 }),
});
const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

let made = 0;
it("is refused with a sentence of ours, or its dataset works", async () => {
  let worked = 0;
  await fc.assert(
    fc.asyncProperty(contract, async ({ fields, keys, rows }) => {
      const name = `any_${++made}`;
      const all = [{ name: "k", type: "integer" }, ...fields];
      const known = async (work: () => Promise<unknown>, what: string): Promise<boolean> =>
        work().then(
          () => true,
          (error: Error) => {
            expect(
              publicError(error),
              `${what}: ${error.message} ${JSON.stringify([all, keys])}`,
            ).not.toBeNull();
            return false;
          },
        );
      const created = await known(
        () => bench.query("select data.create_dataset($1, $2, $3)", [name, JSON.stringify(all), keys]),
        "create",
      );
      if (!created) return;
      const lines = rows.map((row, at) => [at + 1, ...row.map(quote)].join(","));
      const file = `k,a,b,c\n${lines.join("\n")}\n`;
      for (const mode of keys.length > 0 ? (["upsert", "snapshot"] as const) : (["append"] as const)) {
        const run = await bench.load(name, file, { mode, force: true });
        expect(
          ["succeeded", "held"],
          `${JSON.stringify(run.error)} ${JSON.stringify([all, keys, file])}`,
        ).toContain(run.status);
        if (run.status !== "succeeded") return;
      }
      const view = `org_acme.${name}`;
      for (const sql of [
        `select * from ${view}`,
        `select * from ${view}_history`,
        `select * from ${view}_as_of(now() - interval '1 hour')`,
      ])
        expect(await known(() => bench.query(sql), sql), sql).toBe(true);
      await known(() => bench.query(`update ${view} set b = b, c = null`), "edit");
      await known(() => bench.query(`delete from ${view}`), "delete");
      worked++;
    }),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
  expect(worked).toBeGreaterThan(10);
}, 600_000);
