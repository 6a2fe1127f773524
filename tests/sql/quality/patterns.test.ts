/** The faster way to ask for a pattern says the same as the pattern itself. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

it("for patterns with counted repetitions between fixed characters, and for others", async () => {
  const fixed = fc.constantFrom("", "AB-", "x", "0");
  const kind = fc.constantFrom("[0-9]", "[A-Z]", "[a-f0-9-]", "[A-Za-z_]");
  const pattern = fc.oneof(
    fc.tuple(fixed, kind, fc.integer({ min: 1, max: 12 }), fixed).map(([a, k, n, b]) => `${a}${k}{${n}}${b}`),
    fc.constantFrom("a|b", "[0-9]{2,3}", "[^0-9]{2}", "a.c", "[0-9]{2}[a-z]{2}"),
  );
  const value = fc.oneof(
    fc.string({ maxLength: 14 }).filter((s) => !s.includes("\0")),
    fc.tuple(fixed, fc.stringMatching(/^[0-9]{0,12}$/), fixed).map((p) => p.join("")),
    fc.stringMatching(/^[A-Za-f_-]{0,12}$/),
  );
  await fc.assert(
    fc.asyncProperty(pattern, fc.array(value, { minLength: 1, maxLength: 30 }), async (one, values) => {
      const { rows } = await db.admin.query<{ sql: string }>(
        "select quality.pattern_fails('v', array[$1]) as sql",
        [one],
      );
      const asked = await db.admin.query<{ v: string; fast: boolean; plain: boolean }>(
        `select v, ${rows[0]!.sql} as fast, v !~ $2 as plain from unnest($1::text[]) v`,
        [values, `^(?:${one})$`],
      );
      for (const row of asked.rows) expect(row.fast, `${one} of ${row.v}`).toBe(row.plain);
    }),
    { numRuns: 150 },
  );
});
