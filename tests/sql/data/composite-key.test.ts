/** composite_key: different keys never read the same, and every key can be read back from its text. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  addMember,
  asMember,
  createOrg,
  createTestDatabase,
  type TestDatabase,
} from "../../support/database.ts";

let db: TestDatabase;
let editor: { orgId: string; userId: string };

beforeAll(async () => {
  db = await createTestDatabase();
  const org = await createOrg(db, "acme");
  editor = { orgId: org.id, userId: await addMember(db, org.id, "editor@acme.example", "editor") };
  await asMember(db, editor, async (client) => {
    await client.query(`select data.create_dataset('pairs', '[{"name": "a"}, {"name": "b"}]', '{a,b}')`);
    await client.query(
      `select data.create_dataset('moments', '[{"name": "on_day", "type": "date"}, {"name": "at_time", "type": "timestamptz"}, {"name": "n", "type": "numeric"}]', '{on_day,at_time,n}')`,
    );
  });
});
afterAll(() => db.drop());

// PostgreSQL's text holds any character but NUL, and no lone surrogates.
const part = fc.oneof(
  fc.constantFrom("", "/", "%", "%2F", "a/b", "a", "b", "/b", "%25", "_", "a_b"),
  fc.string({ unit: "grapheme", maxLength: 12 }).map((s) => s.replaceAll("\0", "")),
);

it("is one to one for any texts", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(part, part), {
        selector: ([a, b]) => JSON.stringify([a, b]),
        minLength: 1,
        maxLength: 40,
      }),
      async (pairs) => {
        await asMember(db, editor, async (client) => {
          const { rows } = await client.query<{ a: string; b: string; composite_key: string }>(
            "insert into org_acme.pairs (a, b) select * from unnest($1::text[], $2::text[]) returning a, b, composite_key",
            [pairs.map((p) => p[0]), pairs.map((p) => p[1])],
          );
          expect(new Set(rows.map((r) => r.composite_key)).size).toBe(pairs.length);
          for (const row of rows) {
            const [org, dataset, a, b, ...more] = row.composite_key.split("/");
            expect([org, dataset, more]).toEqual(["acme", "pairs", []]);
            const read = (text: string | undefined) => text!.replaceAll("%2F", "/").replaceAll("%25", "%");
            expect([read(a), read(b)]).toEqual([row.a, row.b]);
          }
          // Leaves nothing for the next round; the history is not what is tested here.
          throw new Rollback();
        }).catch((error: unknown) => {
          if (!(error instanceof Rollback)) throw error;
        });
      },
    ),
    { numRuns: 60 },
  );
});

class Rollback extends Error {}

it("does not depend on the session's settings", async () => {
  const read = (settings: string) =>
    asMember(db, editor, async (client) => {
      await client.query(settings);
      const { rows } = await client.query<{ composite_key: string }>(
        "select composite_key from org_acme.moments",
      );
      return rows[0]!.composite_key;
    });
  await asMember(db, editor, (client) =>
    client.query(
      "insert into org_acme.moments (on_day, at_time, n) values ('2026-03-04', '2026-03-04T05:06:07.5Z', 1.50)",
    ),
  );
  const plain = await read("select 1");
  expect(plain).toBe("acme/moments/2026-03-04/2026-03-04T05:06:07.5Z/1.50");
  expect(
    await read(
      "set local datestyle = 'German, DMY'; set local timezone = 'Asia/Tokyo'; set local extra_float_digits = 0",
    ),
  ).toBe(plain);
});
