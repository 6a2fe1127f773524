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
    fc.constantFrom(
      ...[
        "a|b",
        "[0-9]{2,3}",
        "[^0-9]{2}",
        "a.c",
        "[0-9]{2}[a-z]{2}",
        "AB-|x y_|0",
        "AB-.*",
        ".+-x",
        "0.*AB",
        "x.+",
        ".+",
      ],
      ...["[^@ ]+@[^@ ]+", "[^ ]+ [^ ]+", "[^,;:]+;[^,;:]+", "[^@]+/[^@]+", "[^@ ]+@[^@, ]+", "[^.]+.[^.]+"],
    ),
  );
  const value = fc.oneof(
    fc.string({ maxLength: 14 }).filter((s) => !s.includes("\0")),
    fc.tuple(fixed, fc.stringMatching(/^[0-9]{0,12}$/), fixed).map((p) => p.join("")),
    fc.stringMatching(/^[A-Za-f_-]{0,12}$/),
    fc.stringMatching(/^[a@ ,;:/\né%]{0,6}$/),
    // What PostgreSQL takes for a number and is not digits alone.
    fc
      .tuple(fixed, fc.stringMatching(/^[ \t\n+-]?(0[xXoObB])?[0-9_]{0,6}[ \r\n.e_]?[0-9٣é]{0,4}$/), fixed)
      .map((p) => p.join("")),
    // Of a length that patterns with digits ask for.
    fc.tuple(fixed, fc.stringMatching(/^[0-9_ x+-]{4}$/), fixed).map((p) => p.join("")),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        pattern,
        fc.tuple(fixed, fixed).map(([a, b]) => `${a}[0-9]{4}${b}`),
      ),
      fc.array(value, { minLength: 1, maxLength: 30 }),
      async (one, values) => {
        const { rows } = await db.admin.query<{ sql: string }>(
          "select quality.pattern_fails('v', array[$1]) as sql",
          [one],
        );
        const asked = await db.admin.query<{ v: string; fast: boolean; plain: boolean }>(
          `select v, ${rows[0]!.sql} as fast, v !~ $2 as plain from unnest($1::text[]) v`,
          [values, `^(?:${one})$`],
        );
        for (const row of asked.rows) expect(row.fast, `${one} of ${row.v}`).toBe(row.plain);
      },
    ),
    { numRuns: 400 },
  );
});
