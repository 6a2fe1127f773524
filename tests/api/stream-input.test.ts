/** Whatever JSON comes, as lines or as an array: each event is taken as it was written, or refused by itself. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEvents } from "../../server/http/stream-input.ts";
import {
  addMember,
  asMember,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../support/database.ts";

let db: TestDatabase;
let acme: TestOrg;
let editor: string;
beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createOrg(db, "acme");
  editor = await addMember(db, acme.id, "editor@acme.example", "editor");
  await asMember(db, { orgId: acme.id, userId: editor }, (client) =>
    client.query(`select data.create_dataset('orders', '[{"name": "id"}]', '{id}')`),
  );
});
afterAll(() => db.drop());

/** Stores what is taken the way the server does; the stored bodies, as PostgreSQL compares them with what was sent. */
async function take(texts: string[], body: string): Promise<{ refused: number; equal: boolean[] }> {
  const given = readEvents(Buffer.from(body));
  expect(given).toHaveLength(texts.length);
  const items: string[] = [];
  const wanted: string[] = [];
  for (const [i, event] of given.entries()) {
    if (!("text" in event)) continue;
    items.push(`{"key":null,"body":${event.text}}`);
    wanted.push(texts[i]!);
  }
  const equal = await asMember(db, { orgId: acme.id, userId: editor }, async (client) => {
    const { rows } = await client.query<{ taken: { events: [number, boolean][] } }>(
      "select private.take_events('orders', $1) as taken",
      [`[${items.join(",")}]`],
    );
    return rows[0]!.taken.events.map(([number]) => number);
  });
  const { rows } = await db.admin.query<{ equal: boolean }>(
    `select e.body = w.body::jsonb as equal
       from unnest($1::bigint[], $2::text[]) w (number, body) join ingest.stream_events e on e.number = w.number`,
    [equal, wanted],
  );
  return { refused: given.length - items.length, equal: rows.map((row) => row.equal) };
}

describe("events", () => {
  it("of any JSON are stored as they were written", async () => {
    const object = fc.dictionary(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.jsonValue({ stringUnit: "binary", maxDepth: 3 }),
      { maxKeys: 5 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(object, { minLength: 1, maxLength: 8 }), async (objects) => {
        const texts = objects.map((one) => JSON.stringify(one));
        for (const body of [texts.join("\n"), `[${texts.join(",")}]`]) {
          const { refused, equal } = await take(texts, body);
          expect(equal).toEqual(Array.from({ length: texts.length - refused }, () => true));
          // Refused for NUL and for keys of the sender's that are none, and for nothing else.
          const mayRefuse = texts.filter((text) => /\\u0000|"_id"|"idempotency_key"/.test(text)).length;
          expect(refused).toBeLessThanOrEqual(mayRefuse);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("with numbers that a double does not hold keep their digits; with numbers that nothing holds are refused", async () => {
    const kept = [
      "9007199254740993",
      "0.1234567890123456789",
      "1e300",
      "-0.0",
      "123456789012345678901234567890",
    ];
    const texts = kept.map((number) => `{"id": ${number}, "more": [${number}]}`);
    for (const body of [texts.join("\n"), `[${texts.join(",")}]`]) {
      expect(await take(texts, body)).toEqual({ refused: 0, equal: kept.map(() => true) });
    }
    const lost = ["1e999999", "1e-999999", "9".repeat(2000)].map((number) => `{"id": ${number}}`);
    for (const body of [lost.join("\n"), `[${lost.join(",")}]`]) {
      expect((await take(lost, body)).refused).toBe(3);
    }
  });

  it("have keys that stay apart: numbers only as long as a double tells them apart", () => {
    const lines = ['{"_id": 7}', '{"_id": 9007199254740993}', '{"_id": 1.5}', '{"_id": "9007199254740993"}'];
    for (const body of [lines.join("\n"), `[${lines.join(",")}]`]) {
      const keys = readEvents(Buffer.from(body)).map((event) => ("text" in event ? event.key : "refused"));
      expect(keys).toEqual(["7", "refused", "refused", "9007199254740993"]);
    }
  });

  it("that are text in another encoding are no body at all", () => {
    expect(() => readEvents(Buffer.from([0x7b, 0xff, 0x7d]))).toThrow("not UTF-8");
  });
});
